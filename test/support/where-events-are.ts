import assert from 'node:assert/strict'
import {listWaitingFiles, readBufferFile} from '../../src/reporter/destination/buffer.ts'
import type {Destination} from '../../src/reporter/destination/destination.ts'
import {listFolder} from '../../src/reporter/destination/destination.ts'
import {countDrops} from '../../src/reporter/destination/drops.ts'
import type {Refusal} from '../../src/reporter/destination/refused.ts'
import {readSent} from '../../src/reporter/destination/sent-log.ts'
import {readJson} from '../../src/reporter/world/files.ts'
import type {World} from '../../src/reporter/world/world.ts'

export interface Whereabouts {
  readonly sent: readonly string[]
  readonly waiting: readonly string[]
  readonly refused: readonly string[]
  /** The number of dropped events, for all reasons, without dropped fields. */
  readonly dropped: number
}

/** Where the events of a destination are. Ids are in lower case. `sent` has no rejected events. */
export function whereEventsAre(world: World, {paths}: Destination): Whereabouts {
  const reads = listWaitingFiles(paths).map(path => readBufferFile(path, world.now()))
  const waiting = reads.flatMap(read => (read.kind === 'events' ? read.events : []))
  const refusals = listFolder(paths.refused)
    .filter(name => name.endsWith('.json'))
    .map(name => (readJson(`${paths.refused}/${name}`) as Refusal).event)
  const sent = readSent(paths.sent).flatMap(({body, answer}) => {
    const rejected = new Set((JSON.parse(answer).rejected as {index: number}[]).map(({index}) => index))
    return (JSON.parse(body).events as {id: string}[]).filter((_event, index) => !rejected.has(index))
  })
  const {'undeclared-field': _fields, ...drops} = countDrops(paths.drops)
  return {
    sent: idsOf(sent),
    waiting: idsOf(waiting),
    refused: idsOf(refusals),
    dropped: Object.values(drops).reduce((sum, count) => sum + count, 0),
  }
}

const idsOf = (events: readonly {readonly id: string}[]): string[] => events.map(({id}) => id.toLowerCase()).sort()

/** Asserts that each of these events is in exactly one place: sent, waiting, refused or counted as dropped. */
export function assertNothingLost(world: World, destination: Destination, ids: readonly string[]): Whereabouts {
  const where = whereEventsAre(world, destination)
  const found = [...where.sent, ...where.waiting, ...where.refused]
  assert.equal(new Set(found).size, found.length, 'an event is in two places')
  const missing = ids.filter(id => !found.includes(id.toLowerCase()))
  assert.equal(missing.length, where.dropped, 'events that are nowhere, against those counted as dropped')
  return where
}
