import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import type {Stats} from '../../stats/model/model.ts'
import type {StatsQuery} from '../../stats/model/query.ts'
import type {StatsSource} from '../../stats/model/source.ts'

/** Answers a query. The same query is answered from memory for a short time. */
export type Ask = (project: ProjectFile, query: StatsQuery) => Promise<Stats>

/** The most answers in memory. */
const maxKept = 64
/** The most periods of all answers in memory together: one takes some kilobytes, and an answer may have thousands. */
const maxPeriods = 20_000

/**
 * Creates a cache in front of the store. A query is asked once within `freshMs` milliseconds, even if many ask at the
 * same time: a page with several charts, their CSV and many readers cost one question. Failures are not stored. The
 * oldest answers are dropped beyond 64 answers or 20,000 periods.
 */
export function createAsk(source: StatsSource, now: () => number, freshMs: number): Ask {
  const kept = new Map<string, {readonly askedAtMs: number; readonly answer: Promise<Stats>; periods: number}>()
  const dropOldest = (): void => {
    let periods = [...kept.values()].reduce((sum, one) => sum + one.periods, 0)
    for (const [oldest, one] of kept) {
      if (periods <= maxPeriods) return
      kept.delete(oldest)
      periods -= one.periods
    }
  }
  return (project, query) => {
    const nowMs = now()
    const key = JSON.stringify(query)
    const known = kept.get(key)
    if (known !== undefined && nowMs >= known.askedAtMs && nowMs < known.askedAtMs + freshMs) return known.answer
    const answer = answerStats(source, project, query, nowMs)
    kept.delete(key)
    const one = {askedAtMs: nowMs, answer, periods: 0}
    kept.set(key, one)
    for (const oldest of kept.keys()) if (kept.size > maxKept) kept.delete(oldest)
    answer.then(
      ({users}) => {
        one.periods = users.periods.length
        dropOldest()
      },
      () => {
        if (kept.get(key) === one) kept.delete(key)
      },
    )
    return answer
  }
}
