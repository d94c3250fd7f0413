import {limitsFeatures, type StatsFilters} from '../../../stats/filters.ts'
import type {Span} from '../../../stats/span.ts'
import type {Database} from '../sqlite-database.ts'
import {type ColumnCache, createColumnCache, openColumns} from './column-cache.ts'
import type {ColumnFiles} from './column-files.ts'
import type {FeatureUses} from './count-features.ts'
import type {Runs} from './count-runs.ts'
import {chooseHeaders, type HeaderCache, readHeaders} from './headers.ts'

/** What is kept in memory from one question to the next. */
export interface ReadCache {
  readonly columns: ColumnCache
  readonly headers: HeaderCache
}

export const createReadCache = (files: ColumnFiles | null): ReadCache => ({
  columns: createColumnCache(files),
  headers: new Map(),
})

/** The rows of a question: those of runs and people in some spans, and uses of features in others. */
export interface OpenRows {
  readonly runs: Runs
  readonly uses: FeatureUses
}

/** Opens what a question needs. A filter on features asks who used them, in all of its spans. */
export function openRows(
  database: Database,
  cache: ReadCache,
  {project, range, spans, filters}: {project: number; range: Span; spans: readonly Span[]; filters: StatsFilters},
): OpenRows {
  const columns = openColumns(database, project, cache.columns)
  const headers = readHeaders(database, project, columns.epoch, cache.headers)
  const chosen = chooseHeaders(headers, filters)
  const isOnFeatures = limitsFeatures(filters)
  return {
    runs: {months: isOnFeatures ? [] : columns.runs([range, ...spans]), headers, chosen},
    uses: {
      months: columns.features(isOnFeatures ? [range, ...spans] : [range]),
      ...{headers, chosen, filters, wanted: featuresOf(database, project, filters)},
    },
  }
}

function featuresOf(database: Database, project: number, {featureType}: StatsFilters): ReadonlySet<number> | null {
  if (featureType === null) return null
  const rows = database.prepare('SELECT id FROM feature_names WHERE project = ? AND type = ?').all(project, featureType)
  return new Set(rows.map(({id}) => Number(id)))
}
