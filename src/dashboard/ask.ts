import type {ProjectFile} from '../protocol/project-file.ts'
import {answerStats} from '../stats/answer.ts'
import type {Stats} from '../stats/model.ts'
import type {StatsQuery} from '../stats/query.ts'
import type {StatsSource} from '../stats/source.ts'

/** Answers a query; the same query again for a short time from memory. */
export type Ask = (project: ProjectFile, query: StatsQuery) => Promise<Stats>

/** Answers that are kept. */
const maxKept = 64

/**
 * Makes an asker that asks the store once for a query within `freshMs`, also when many ask at the same time: a page of
 * several charts, their CSV and a crowd of readers cost one question. An answer that fails is not kept.
 */
export function createAsk(source: StatsSource, now: () => number, freshMs: number): Ask {
  const kept = new Map<string, {readonly askedAtMs: number; readonly answer: Promise<Stats>}>()
  return (project, query) => {
    const nowMs = now()
    const key = JSON.stringify(query)
    const known = kept.get(key)
    if (known !== undefined && nowMs >= known.askedAtMs && nowMs < known.askedAtMs + freshMs) return known.answer
    const answer = answerStats(source, project, query, nowMs)
    kept.delete(key)
    kept.set(key, {askedAtMs: nowMs, answer})
    for (const oldest of kept.keys()) if (kept.size > maxKept) kept.delete(oldest)
    answer.catch(() => {
      if (kept.get(key)?.answer === answer) kept.delete(key)
    })
    return answer
  }
}
