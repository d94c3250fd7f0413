import {limitsFeatures, type StatsFilters} from '../../../stats/model/filters.ts'
import type {Span} from '../../../stats/model/span.ts'
import {type ColumnCache, createColumnCache, openColumns} from '../columns/column-cache.ts'
import type {ColumnFiles} from '../columns/column-files.ts'
import {bytesOfHeaders, chooseHeaders, type HeaderCache, type ReadHeaders, readHeaders} from '../columns/headers.ts'
import type {Database} from '../tables/database.ts'
import type {FeatureUses} from './count-features.ts'
import {createScriptNumbers, type Runs, type ScriptNumbers} from './count-runs.ts'
import {createMonthSummaries, type MonthSummaries} from './month-summaries.ts'

/** What is kept in memory from one question to the next. */
export interface ReadCache {
  readonly columns: ColumnCache
  readonly headers: HeaderCache
  readonly derived: Map<number, Derived>
}

/** What follows from columns and headers, and is true while the epoch of a project is the same. */
interface Derived {
  readonly epoch: string
  readonly scripts: ScriptNumbers
  readonly summaries: MonthSummaries
}

export const createReadCache = (files: ColumnFiles | null): ReadCache => ({
  columns: createColumnCache(files),
  headers: new Map(),
  derived: new Map(),
})

/** Bytes of headers, and of what follows from them, that are kept in memory. */
const maxBytes = 192 * 1024 * 1024

/** Lets go of the projects that were not asked for longest. */
function keepLatest({headers, derived}: ReadCache, project: number): void {
  const latest = headers.get(project)!
  headers.delete(project)
  headers.set(project, latest)
  const bytesOf = ([id, read]: [number, ReadHeaders]): number => {
    const {scripts, summaries} = derived.get(id) ?? {}
    return bytesOfHeaders(read) + 150 * (scripts?.size() ?? 0) + (summaries?.bytes() ?? 0)
  }
  let bytes = [...headers].reduce((sum, one) => sum + bytesOf(one), 0)
  for (const one of headers) {
    if (bytes <= maxBytes || one[0] === project) return
    bytes -= bytesOf(one)
    headers.delete(one[0])
    // People may have other numbers when their headers are read again.
    derived.delete(one[0])
  }
}

function derivedOf({derived}: ReadCache, project: number, epoch: string): Derived {
  const before = derived.get(project)
  if (before?.epoch === epoch) return before
  const made = {epoch, scripts: createScriptNumbers(), summaries: createMonthSummaries()}
  derived.set(project, made)
  return made
}

/** The rows of a question: those of runs and people in some spans, and uses of features in others. */
export interface OpenRows {
  readonly runs: Runs
  readonly uses: FeatureUses
  readonly derived: Derived
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
  const derived = derivedOf(cache, project, columns.epoch)
  keepLatest(cache, project)
  return {
    derived,
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
