import type {StatsFilters} from '../../../stats/model/filters.ts'
import type {FeatureColumns} from '../columns/columns.ts'

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
  of(month: FeatureColumns, filters: StatsFilters, make: () => MonthSummary): MonthSummary
  /** What has been kept takes at most so much, about. */
  bytes(): number
}

/** Summaries of a month that are kept, each under another filter; the oldest goes first. */
const maxFilters = 8
/** All that are kept of a project go when they take more. */
const maxSummaryBytes = 64 * 1024 * 1024

export function createMonthSummaries(): MonthSummaries {
  let known = new WeakMap<FeatureColumns, Map<string, MonthSummary>>()
  let bytes = 0
  return {
    bytes: () => bytes,
    of(month, filters, make) {
      // The headers of a month, and the features of a type in it, are the same as long as its columns are.
      const filter = JSON.stringify(filters)
      const before = known.get(month)?.get(filter)
      if (before !== undefined) return before
      const summary = make()
      bytes += bytesOf(summary)
      if (bytes > maxSummaryBytes) {
        known = new WeakMap()
        bytes = 0
      }
      const ofMonth = known.get(month) ?? new Map<string, MonthSummary>()
      known.set(month, ofMonth)
      ofMonth.set(filter, summary)
      if (ofMonth.size > maxFilters) ofMonth.delete(ofMonth.keys().next().value!)
      return summary
    },
  }
}

function bytesOf(summary: MonthSummary): number {
  let bytes = 0
  for (const {people, crossing} of summary.values()) bytes += 500 + 4 * people.length + 8 * crossing.length
  return bytes
}
