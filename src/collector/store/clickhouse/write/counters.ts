import {createHash} from 'node:crypto'
import {formatDay} from '../../../../stats/model/period.ts'
import {addCount} from '../../rules/last-report.ts'
import type {ClickHouse} from '../client/client.ts'

/** The project of counts that belong to no project. */
export const noProject = ''

const columns = ['project', 'day', 'counter', 'block', 'count']

/** Counts of a block, to be stored once however often they are sent. */
export interface Counters {
  /**
   * Adds to counts of a project on the UTC day of an instant (Unix milliseconds).
   *
   * @param block the id of what is counted, a UUID: the same counts come again under the same id
   */
  add(project: string, atMs: number, counts: Readonly<Record<string, number>>, block: string): void
  /** Stores them. */
  post(): Promise<void>
}

export function createCounters(clickhouse: ClickHouse): Counters {
  const counted = new Map<string, number>()
  return {
    add(project, atMs, counts, block) {
      for (const [counter, count] of Object.entries(counts)) {
        if (count === 0) continue
        const key = JSON.stringify([project, formatDay(atMs), counter, block])
        const before = counted.get(key) ?? 0
        counted.set(key, addCount(counter, before, count))
      }
    },
    async post() {
      const rows = [...counted].map(([key, count]) => `${key.slice(0, -1)},${count}]`)
      await clickhouse.post(clickhouse.tableOf('quality'), columns, rows)
    },
  }
}

/** An id that is made of a text: the same for the same text. Pure. */
export function idOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`
}
