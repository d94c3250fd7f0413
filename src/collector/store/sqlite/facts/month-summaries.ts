import type {Durations} from '../../../../protocol/durations/durations.ts'
import type {StatsFilters} from '../../../../stats/model/filters.ts'
import {startOfNextPeriod} from '../../../../stats/model/period.ts'
import type {Month} from '../columns/column-cache.ts'
import {bytesOfEnds, type FeatureColumns} from '../columns/columns.ts'
import type {Memory} from '../columns/read-cache.ts'

/** The counts of one feature in a month. Different people of several months do not add up, so they are listed. */
export interface MonthCounts {
  readonly count: number
  readonly internal: number
  /** Different runs without uses in other months. */
  readonly runs: number
  /** Digests of different runs that may have uses in other months. */
  readonly crossing: readonly string[]
  /** The sum of the known durations. */
  readonly seconds: number
  /** The number of uses with a known duration. */
  readonly timed: number
  /** The durations of single uses. Null if none is known. */
  readonly durations: Durations | null
  /** The numbers of different people, and the number of the rotation period of each. */
  readonly people: Int32Array
  readonly periods: Int32Array
  /** Uses that do not say who, and UTC days with one. */
  readonly usesWithoutUser: number
  readonly daysWithoutUser: number
  /** The endings of runs without uses in other months that have ended: a code (`endings/feature-endings.ts`) and its runs. */
  readonly ended: Float64Array
  /** The numbers of the other runs. */
  readonly notEnded: Int32Array
}

/** The counts of a month by the id of the feature, and the runs that used one. */
export interface MonthSummary extends Pick<FeatureColumns, 'runs' | 'crossing'> {
  readonly counts: ReadonlyMap<number, MonthCounts>
}

/** Summaries of whole months, kept from one question to the next. */
export interface MonthSummaries {
  /** The summary of a month under some filters. Calls `make` if none is kept. */
  of(month: Month<FeatureColumns>, filters: StatsFilters, make: () => MonthSummary): MonthSummary
}

interface KeptSummary {
  readonly state: string
  readonly people: symbol
  readonly summary: MonthSummary
}

/**
 * Opens the summaries of a project in the cache.
 *
 * @param people identifies the numbering of people. Summaries of another numbering are not used
 * @param periodOf the number of the rotation period of an instant
 */
export function openMonthSummaries(
  memory: Memory,
  project: number,
  people: symbol,
  periodOf: (atMs: number) => number,
): MonthSummaries {
  return {
    of({fromMs, state}, filters, make) {
      // The state also covers the headers of the month and the types of its features.
      const periods = [fromMs, startOfNextPeriod(fromMs, 'month') - 1].map(periodOf)
      const key = `${project} ${fromMs} ${periods} ${JSON.stringify(filters)}`
      const before = memory.get<KeptSummary>(key)
      if (before?.state === state && before.people === people) return before.summary
      const summary = make()
      memory.keep(key, {state, people, summary} satisfies KeptSummary, bytesOf(summary))
      return summary
    },
  }
}

function bytesOf(summary: MonthSummary): number {
  let bytes = 500 + bytesOfEnds(summary.runs) + 100 * summary.crossing.size
  for (const {people, crossing, durations, ended, notEnded} of summary.counts.values())
    bytes +=
      900 + 8 * people.length + 8 * crossing.length + 8 * ended.length + 4 * notEnded.length + (durations?.bytes ?? 0)
  return bytes
}
