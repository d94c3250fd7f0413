import {formatDay} from '../../../../stats/model/period.ts'
import {addCount} from '../../rules/last-report.ts'
import type {PreparedStatements} from './statements.ts'

/** The counters of a transaction. Each is written once, however many reports add to it. */
export interface DayCounts {
  /** Adds to the counters of a project, by its id, on the UTC day of an instant (Unix milliseconds). */
  add(project: number, atMs: number, counts: Readonly<Record<string, number>>): void
  /** Writes them. Call it at the end of the transaction. */
  flush(): void
  /** Forgets what is not written. Call it after a rollback. */
  forget(): void
}

export function createDayCounts({quality}: Pick<PreparedStatements, 'quality'>): DayCounts {
  const counted = new Map<string, Map<string, number>>()
  return {
    add(project, atMs, counts) {
      const key = `${project} ${formatDay(atMs)}`
      const ofDay = counted.get(key) ?? new Map<string, number>()
      counted.set(key, ofDay)
      for (const counter in counts)
        if (counts[counter] !== 0) ofDay.set(counter, addCount(counter, ofDay.get(counter) ?? 0, counts[counter]!))
    },
    flush() {
      for (const [key, ofDay] of counted) {
        const [project, day] = key.split(' ') as [string, string]
        for (const [counter, count] of ofDay) quality.run({project: Number(project), day, counter, count})
      }
      counted.clear()
    },
    forget: () => counted.clear(),
  }
}
