import {otherValue} from '../../../protocol/values/other-value.ts'
import type {ClientReports} from '../../../stats/model/model.ts'
import type {Batch} from '../store.ts'

const prefix = 'client '

/** What a batch adds to the counter of the program that sent it: its reports. Pure. */
export const countClient = ({client, datagrams = 1}: Batch): Readonly<Record<string, number>> =>
  client === undefined ? {} : {[`${prefix}${client}`]: datagrams}

/** The programs among the counters of some days. Pure. */
export const clientsAmong = (counts: Iterable<readonly [counter: string, count: number]>): ClientReports[] =>
  [...counts].flatMap(([counter, reports]) => {
    if (!counter.startsWith(prefix)) return []
    const [name = '', version = null] = counter.slice(prefix.length).split('\n')
    return [{name: name === otherValue ? null : name, version, reports}]
  })
