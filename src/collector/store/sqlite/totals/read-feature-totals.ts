import {Durations} from '../../../../protocol/durations.ts'
import {mergeBounds} from '../../../../stats/model/bounds.ts'
import {limitsHeaders, type StatsFilters} from '../../../../stats/model/filters.ts'
import type {FeatureDurations} from '../../../../stats/model/model.ts'
import {periodsIn} from '../../../../stats/model/period.ts'
import type {FeatureFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import type {FeatureCounts} from '../../totals/feature-counts.ts'
import {boundsOfOld} from '../../totals/old-totals.ts'
import {decodeDurations} from '../../totals/timings-blob.ts'
import type {Database} from '../tables/database.ts'

/** The totals of purged uses of features. */
export interface KeptFeatures {
  /** Single uses are kept since this instant. Null if nothing is purged. */
  readonly sinceMs: number | null
  /** The totals of months, or of the year. They are not added up. */
  readonly counts: readonly FeatureCounts[]
  readonly unpaired: number
}

/**
 * Reads the totals of a range: of the year if the range is a whole year with totals, else of each whole month in it.
 * Totals have no headers, so with a filter on headers there are none.
 */
export function readFeatureTotals(database: Database, project: number, question: StatsQuestion): KeptFeatures {
  const row = database.prepare('SELECT features_before AS beforeMs FROM purges WHERE project = ?').get(project)
  const sinceMs = row === undefined ? null : Number(row['beforeMs'])
  const {range, filters} = question
  if (sinceMs === null || range.fromMs >= sinceMs || limitsHeaders(filters)) return {sinceMs, counts: [], unpaired: 0}
  const totals = database.prepare(`
    SELECT f.feature, f.count, f.internal_count AS internal, f.runs, f.users, f.unpaired, f.seconds, f.timed, f.durations,
      f.span, f.users_low AS usersLow, f.uses_without_user AS usesWithoutUser, f.days_without_user AS daysWithoutUser
    FROM feature_totals f JOIN feature_names n ON n.id = f.feature
    WHERE f.project = :project AND f.span IN (SELECT value FROM json_each(:spans)) AND f.use = :use
      AND (:type IS NULL OR n.type = :type)`)
  const spans = JSON.stringify(labelsOf(database, project, question, sinceMs))
  const rows = totals.all({project, spans, use: useOf(filters), type: filters.featureType})
  const counts = rows.map(row => readCounts(row as unknown as FeatureRow, question.rotation))
  return {sinceMs, counts, unpaired: rows.reduce((sum, {unpaired}) => sum + Number(unpaired), 0)}
}

interface FeatureRow extends Omit<FeatureCounts, 'users' | 'durations'> {
  readonly span: string
  readonly users: number
  readonly usersLow: number | null
  readonly durations: Uint8Array | null
}

/** Old totals have no lower bound: one person may have had a pseudonym in each rotation period of the span. */
function readCounts(
  {span, users, usersLow, durations, ...counts}: FeatureRow,
  rotation: StatsQuestion['rotation'],
): FeatureCounts {
  return {
    ...counts,
    users: usersLow === null ? boundsOfOld(users, span, rotation) : {low: usersLow, high: users},
    durations: durations === null ? null : Durations.of(decodeDurations(durations)),
  }
}

const useOf = ({internal}: StatsFilters): string => (internal === null ? 'all' : internal ? 'internal' : 'direct')

function labelsOf(database: Database, project: number, {range}: StatsQuestion, sinceMs: number): string[] {
  const purged = {fromMs: range.fromMs, toMs: Math.min(range.toMs, sinceMs)}
  const [year, ...others] = periodsIn(range, 'year', Number.POSITIVE_INFINITY)
  const isYear = others.length === 0 && year!.complete && range.toMs <= sinceMs
  const hasYear = database.prepare('SELECT 1 FROM feature_totals WHERE project = ? AND span = ?')
  if (isYear && hasYear.get(project, year!.label) !== undefined) return [year!.label]
  return periodsIn(purged, 'month', Number.POSITIVE_INFINITY).flatMap(({label, complete}) => (complete ? [label] : []))
}

/**
 * Adds up the counts of each feature. Different runs and users do not add up: with several counts, runs are null and
 * users have bounds.
 */
export function addFeatures(database: Database, project: number, counts: readonly FeatureCounts[]): FeatureFacts[] {
  const names = new Map<number, {type: string; name: string}>()
  for (const {id, type, name} of database
    .prepare('SELECT id, type, name FROM feature_names WHERE project = ?')
    .all(project))
    names.set(Number(id), {type: String(type), name: String(name)})
  return [...Map.groupBy(counts, ({feature}) => feature)].map(([feature, same]) => {
    const sum = (pick: (one: FeatureCounts) => number | null): number =>
      same.reduce((total, one) => total + (pick(one) ?? 0), 0)
    const timed = sum(one => one.timed)
    const durations = new Durations()
    for (const one of same) if (one.durations !== null) durations.add(one.durations)
    return {
      ...names.get(feature)!,
      count: sum(one => one.count),
      internalCount: sum(one => one.internal),
      runs: same.length === 1 ? same[0]!.runs : null,
      users: mergeBounds(same.map(({users}) => users)),
      usesWithoutUser: sum(one => one.usesWithoutUser),
      daysWithoutUser: sum(one => one.daysWithoutUser),
      meanSeconds: timed === 0 ? null : sum(one => one.seconds) / timed,
      ...percentilesOf(durations),
    }
  })
}

function percentilesOf(durations: Durations): FeatureDurations {
  const found = durations.percentiles([0.5, 0.9, 0.99])
  if (found === null)
    return {p50Seconds: null, p90Seconds: null, p99Seconds: null, maxSeconds: null, percentileBound: null}
  const [p50Seconds, p90Seconds, p99Seconds] = found.seconds as [number, number, number]
  return {p50Seconds, p90Seconds, p99Seconds, maxSeconds: durations.maxSeconds, percentileBound: found.bound}
}
