import {fieldFilterOf, limitsFeatures, limitsFields, type StatsFilters} from '../../../../stats/model/filters.ts'
import type {FirstRun, StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {type Month, openColumns} from '../columns/column-cache.ts'
import {bytesOfHeaders, chooseHeaders, noHeaders, type ReadHeaders, readHeaders} from '../columns/headers.ts'
import type {ReadCache} from '../columns/read-cache.ts'
import type {Database} from '../tables/database.ts'
import type {FeatureUses} from './count-features.ts'
import {createScriptNumbers, findFirstRuns, type Runs, type ScriptNumbers} from './count-runs.ts'
import {withFieldValue} from './fields/with-field-value.ts'
import {type MonthSummaries, openMonthSummaries} from './month-summaries.ts'
import {createPeriodOf} from './people.ts'

/** Data of a project that stays valid while its epoch is the same. */
interface KnownProject {
  readonly epoch: string
  readonly headers: ReadHeaders
  readonly scripts: ScriptNumbers
  /** Identifies the numbering of people in `headers`. */
  readonly people: symbol
}

/** The data of a project from earlier questions. Empty if its epoch has changed. */
function knownProject({memory}: ReadCache, project: number, epoch: string): KnownProject {
  const before = memory.get<KnownProject>(`project ${project}`)
  if (before?.epoch === epoch) return before
  return {epoch, headers: noHeaders(), scripts: createScriptNumbers(), people: Symbol()}
}

function keep({memory}: ReadCache, project: number, known: KnownProject): void {
  memory.keep(`project ${project}`, known, bytesOfHeaders(known.headers) + 150 * known.scripts.size())
}

/** The rows that a question is answered from: runs and people, and uses of features. */
export interface OpenRows {
  readonly runs: Runs
  readonly uses: FeatureUses
  readonly scripts: ScriptNumbers
  readonly summaries: MonthSummaries
  /** The number of the rotation period of an instant. */
  readonly periodOf: (atMs: number) => number
  readonly firstRuns: () => readonly FirstRun[]
  /** Keeps the data of the project for the next question. Call it last, so that it is dropped last from the cache. */
  keepProject(): void
}

interface Opening extends Pick<StatsQuestion, 'only' | 'range' | 'filters' | 'rotation' | 'firstRuns'> {
  readonly project: number
  readonly spans: readonly Span[]
}

/**
 * Opens the rows for a question. With a filter on features, uses of features are needed in all spans, and runs in none. With one on a
 * field, only runs are.
 */
export function openRows(
  database: Database,
  cache: ReadCache,
  {project, only, range, spans, filters, rotation, firstRuns}: Opening,
): OpenRows {
  const columns = openColumns(database, project, cache)
  const known = knownProject(cache, project, columns.epoch)
  const headers = readHeaders(database, project, known.headers)
  const periodOf = createPeriodOf(rotation, headers.periodNumber)
  const chosen = chooseHeaders(headers, filters)
  const isOnFeatures = limitsFeatures(filters)
  const field = fieldFilterOf(filters)
  const chosenFeatures = featuresOf(database, project, filters)
  const ofFeatures =
    limitsFields(filters) || (only === 'spans' && !isOnFeatures) ? [] : isOnFeatures ? [range, ...spans] : [range]
  const months = {
    runs: isOnFeatures ? [] : columns.runs([range, ...spans]),
    features: columns.features(ofFeatures),
  }
  const monthsOfFirst = firstRuns === null ? [] : columns.runs([firstRuns])
  readMissing([...months.runs, ...months.features, ...monthsOfFirst], cache.onReading)
  return {
    runs: {
      months: field === null ? months.runs : withFieldValue(months.runs, field, {memory: cache.memory, project}),
      headers,
      chosen,
    },
    uses: {months: months.features, headers, chosen, filters, chosenFeatures, periodOf},
    periodOf,
    scripts: known.scripts,
    summaries: openMonthSummaries(cache.memory, project, known.people, periodOf),
    firstRuns: () =>
      firstRuns === null
        ? []
        : findFirstRuns({months: monthsOfFirst, headers, memory: cache.memory, project}, firstRuns),
    keepProject: () => keep(cache, project, known),
  }
}

/** Reads the months that are neither in memory nor in files. This takes longest, so it can be shown to a person. */
function readMissing(months: readonly Month<unknown>[], onReading: ReadCache['onReading']): void {
  const missing = Map.groupBy(
    months.filter(month => !month.isKept()),
    ({fromMs}) => fromMs,
  )
  let done = 0
  for (const parts of missing.values()) {
    onReading({done: done++, of: missing.size})
    for (const part of parts) part.columns()
  }
  if (done > 0) onReading({done, of: done})
}

function featuresOf(database: Database, project: number, {featureType}: StatsFilters): ReadonlySet<number> | null {
  if (featureType === null) return null
  const rows = database.prepare('SELECT id FROM feature_names WHERE project = ? AND type = ?').all(project, featureType)
  return new Set(rows.map(({id}) => Number(id)))
}
