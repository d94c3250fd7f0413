import type {StatsFacts, StatsQuestion, StatsSource} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'

/** How long an answer is kept. */
const keptMs = 5 * 60_000
/** The most answers that are kept. The oldest goes first. */
const maxKept = 100

interface Kept {
  readonly facts: Promise<StatsFacts>
  readonly sinceMs: number
}

/**
 * A source that gives an answer again for five minutes, instead of asking the servers. Equal questions at the same time are
 * asked once. What failed is asked again.
 *
 * @param now Unix milliseconds
 */
export function keepAnswers(source: StatsSource, now: () => number = Date.now): StatsSource {
  /** In the order in which they were asked. */
  const kept = new Map<string, Kept>()
  const dropOld = (): void => {
    for (const [key, {sinceMs}] of kept) {
      const age = now() - sinceMs
      if (age >= 0 && age < keptMs && kept.size <= maxKept) return
      kept.delete(key)
    }
  }
  return {
    ...source,
    facts(question) {
      dropOld()
      const key = keyOf(question)
      const before = kept.get(key)
      if (before !== undefined) return before.facts
      const facts = source.facts(question)
      kept.set(key, {facts, sinceMs: now()})
      facts.catch(() => {
        if (kept.get(key)?.facts === facts) kept.delete(key)
      })
      return facts
    },
  }
}

const instants: readonly string[] = ['fromMs', 'toMs', 'lostBeforeMs'] satisfies (keyof StatsQuestion | keyof Span)[]

/** Two questions about the time until now are one question, if they are asked within the same five minutes. */
const keyOf = (question: StatsQuestion): string =>
  JSON.stringify(question, (name, value) => (instants.includes(name) ? Math.floor(value / keptMs) : value))
