import type {StatsFilters} from '../../../stats/model/filters.ts'
import type {Month} from '../columns/column-cache.ts'
import type {FeatureColumns} from '../columns/columns.ts'
import type {Memory} from '../columns/read-cache.ts'

/** What a month has of one feature. Different people of months do not add up, so they are listed. */
export interface MonthCounts {
  readonly count: number
  readonly internal: number
  /** Different ones that have uses in no other month. */
  readonly runs: number
  readonly crossing: readonly string[]
  readonly seconds: number
  readonly timed: number
  /** Numbers of people, each once. */
  readonly people: Int32Array
}

export type MonthSummary = ReadonlyMap<number, MonthCounts>

/** What was summed up of whole months, kept from one question to the next. */
export interface MonthSummaries {
  of(month: Month<FeatureColumns>, filters: StatsFilters, make: () => MonthSummary): MonthSummary
}

interface KeptSummary {
  readonly state: string
  readonly people: symbol
  readonly summary: MonthSummary
}

/**
 * The summaries of a project in the memory of questions.
 *
 * @param people stands for the numbers that people have: with other numbers, summaries are made anew
 */
export function openMonthSummaries(memory: Memory, project: number, people: symbol): MonthSummaries {
  return {
    of({fromMs, state}, filters, make) {
      // The headers of a month, and the features of a type in it, are the same as long as its columns are.
      const key = `${project} ${fromMs} ${JSON.stringify(filters)}`
      const before = memory.get<KeptSummary>(key)
      if (before?.state === state && before.people === people) return before.summary
      const summary = make()
      memory.keep(key, {state, people, summary} satisfies KeptSummary, bytesOf(summary))
      return summary
    },
  }
}

function bytesOf(summary: MonthSummary): number {
  let bytes = 500
  for (const {people, crossing} of summary.values()) bytes += 500 + 4 * people.length + 8 * crossing.length
  return bytes
}
