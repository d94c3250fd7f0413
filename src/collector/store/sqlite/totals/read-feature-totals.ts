import type {FeatureFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import type {FeatureCounts} from '../../totals/feature-counts.ts'
import {
  addFeatures as addCounts,
  countsOf,
  labelsOfFeatures,
  type StoredCounts,
  useOf,
} from '../../totals/kept-features.ts'
import {allRows, type Database} from '../tables/database.ts'

/** The totals of purged uses of features. */
export interface KeptFeatures {
  /** Single uses are kept since this instant. Null if nothing is purged. */
  readonly sinceMs: number | null
  /** The totals of months, or of the year. They are not added up. */
  readonly counts: readonly FeatureCounts[]
  readonly unpaired: number
}

/** Reads the totals that a question needs: `labelsOfFeatures`. */
export function readFeatureTotals(database: Database, project: number, question: StatsQuestion): KeptFeatures {
  const row = database.prepare('SELECT features_before AS beforeMs FROM purges WHERE project = ?').get(project)
  const sinceMs = row === undefined ? null : Number(row['beforeMs'])
  const {filters, rotation} = question
  const has = database.prepare('SELECT 1 FROM feature_totals WHERE project = ? AND span = ?')
  const labels = labelsOfFeatures(question, sinceMs, label => has.get(project, label) !== undefined)
  if (labels.length === 0) return {sinceMs, counts: [], unpaired: 0}
  const totals = database.prepare(`
    SELECT f.feature, f.count, f.internal_count AS internal, f.runs, f.users, f.unpaired, f.seconds, f.timed, f.durations,
      f.span, f.users_low AS usersLow, f.uses_without_user AS usesWithoutUser, f.days_without_user AS daysWithoutUser
    FROM feature_totals f JOIN feature_names n ON n.id = f.feature
    WHERE f.project = :project AND f.span IN (SELECT value FROM json_each(:spans)) AND f.use = :use
      AND (:type IS NULL OR n.type = :type)`)
  const spans = JSON.stringify(labels)
  const rows = totals.all({project, spans, use: useOf(filters), type: filters.featureType})
  const counts = rows.map(row => countsOf(row as unknown as StoredCounts<number>, rotation))
  return {sinceMs, counts, unpaired: rows.reduce((sum, {unpaired}) => sum + Number(unpaired), 0)}
}

/** Finds a feature of a project by its id. */
export type NameOf = (feature: number) => {readonly type: string; readonly name: string}

/** Adds up the counts of each feature, with its name. */
export const addFeatures = (counts: readonly FeatureCounts[], nameOf: NameOf): FeatureFacts[] =>
  addCounts(counts, nameOf)

/** Reads the names of the features of a project. */
export function readFeatureNames(database: Database, project: number): NameOf {
  const read = database.prepare('SELECT id, type, name FROM feature_names WHERE project = :project')
  const names = new Map<number, {type: string; name: string}>()
  for (const [id, type, name] of allRows<readonly [number, string, string]>(read, {project}))
    names.set(id, {type, name})
  return feature => names.get(feature)!
}
