import {Durations, mergeDurations} from '../../../protocol/durations/durations.ts'
import {mergeBounds} from '../../../stats/model/bounds.ts'
import {limitsRuns, type StatsFilters} from '../../../stats/model/filters.ts'
import type {FeatureDurations} from '../../../stats/model/model.ts'
import {periodsIn} from '../../../stats/model/period.ts'
import type {FeatureFacts, RotationPeriod, StatsQuestion} from '../../../stats/model/source.ts'
import type {FeatureCounts} from './feature-counts.ts'
import {boundsOfOld} from './old-totals.ts'
import {decodeDurations} from './timings-blob.ts'

/** The uses that are totalled apart. A use is in `all` and in one of the others. */
export const usesOfTotals = ['all', 'direct', 'internal'] as const
export type UseOfTotals = (typeof usesOfTotals)[number]

/** Which totals a question needs. Pure. */
export const useOf = ({internal}: StatsFilters): UseOfTotals =>
  internal === null ? 'all' : internal ? 'internal' : 'direct'

/** The total of one feature as it is stored. */
export interface StoredCounts<Key> extends Omit<FeatureCounts<Key>, 'users' | 'durations'> {
  /** The month or the year. */
  readonly span: string
  readonly users: number
  readonly usersLow: number | null
  readonly durations: Uint8Array | null
}

/** The counts of a stored total. Old totals have no lower bound: one person may have had a pseudonym in each rotation period of the span. */
export function countsOf<Key>(
  {span, users, usersLow, durations, ...counts}: StoredCounts<Key>,
  rotation: readonly RotationPeriod[],
): FeatureCounts<Key> {
  return {
    ...counts,
    users: usersLow === null ? boundsOfOld(users, span, rotation) : {low: usersLow, high: users},
    durations: durations === null ? null : Durations.of(decodeDurations(durations)),
  }
}

/**
 * The labels of the totals of features that answer a question: of the year if the range is a whole year with totals,
 * else of each whole month in it. With a filter on headers or fields there are none: totals have neither.
 *
 * @param sinceMs single uses are kept since this instant; null if nothing is purged
 */
export function labelsOfFeatures(
  {range, filters}: StatsQuestion,
  sinceMs: number | null,
  hasTotals: (label: string) => boolean,
): readonly string[] {
  if (sinceMs === null || range.fromMs >= sinceMs || limitsRuns(filters)) return []
  const purged = {fromMs: range.fromMs, toMs: Math.min(range.toMs, sinceMs)}
  const [year, ...others] = periodsIn(range, 'year', Number.POSITIVE_INFINITY)
  const isYear = others.length === 0 && year!.complete && range.toMs <= sinceMs
  if (isYear && hasTotals(year!.label)) return [year!.label]
  return periodsIn(purged, 'month', Number.POSITIVE_INFINITY).flatMap(({label, complete}) => (complete ? [label] : []))
}

/**
 * Adds up the counts of each feature. Different runs and users do not add up: with several counts, runs are null and
 * users have bounds.
 */
export function addFeatures<Key>(
  counts: readonly FeatureCounts<Key>[],
  nameOf: (feature: Key) => {readonly type: string; readonly name: string},
): FeatureFacts[] {
  return Array.from(
    Map.groupBy(counts, ({feature}) => feature),
    ([feature, same]) => {
      const sum = (pick: (one: FeatureCounts<Key>) => number | null): number =>
        same.reduce((total, one) => total + (pick(one) ?? 0), 0)
      const timed = sum(one => one.timed)
      return {
        ...nameOf(feature),
        count: sum(one => one.count),
        internalCount: sum(one => one.internal),
        runs: same.length === 1 ? same[0]!.runs : null,
        users: mergeBounds(same.map(({users}) => users)),
        usesWithoutUser: sum(one => one.usesWithoutUser),
        daysWithoutUser: sum(one => one.daysWithoutUser),
        meanSeconds: timed === 0 ? null : sum(one => one.seconds) / timed,
        ...percentilesOf(mergeDurations(same.map(({durations}) => durations))),
      }
    },
  )
}

function percentilesOf(durations: Durations | null): FeatureDurations {
  const found = durations?.percentiles([0.5, 0.9, 0.99]) ?? null
  if (durations === null || found === null)
    return {p50Seconds: null, p90Seconds: null, p99Seconds: null, maxSeconds: null, percentileBound: null}
  const [p50Seconds, p90Seconds, p99Seconds] = found.seconds as [number, number, number]
  return {p50Seconds, p90Seconds, p99Seconds, maxSeconds: durations.maxSeconds, percentileBound: found.bound}
}
