import type {ProjectFile} from '../../protocol/project-file.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import type {Stats} from '../../stats/model/model.ts'
import type {StatsQuery} from '../../stats/model/query.ts'
import type {StatsSource} from '../../stats/model/source.ts'

/** Answers a query; the same query again for a short time from memory. */
export type Ask = (project: ProjectFile, query: StatsQuery) => Promise<Stats>

/** Answers that are kept. */
const maxKept = 64
/** Periods that all of them have: one takes some kilobytes, and an address may ask for thousands. */
const maxPeriods = 20_000

/**
 * Makes an asker that asks the store once for a query within `freshMs`, also when many ask at the same time: a page of
 * several charts, their CSV and a crowd of readers cost one question. An answer that fails is not kept, and few are kept
 * that have many periods.
 */
export function createAsk(source: StatsSource, now: () => number, freshMs: number): Ask {
  const kept = new Map<string, {readonly askedAtMs: number; readonly answer: Promise<Stats>; periods: number}>()
  const letGo = (): void => {
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
        letGo()
      },
      () => {
        if (kept.get(key) === one) kept.delete(key)
      },
    )
    return answer
  }
}
