/**
 * Room `facts`: answers the questions of `stats` from the tables.
 *
 * `readFacts` is the only entry: it answers one question with all its facts, from one state of the database. It counts
 * over the columns of each month: runs (`count-runs.ts`), people (`count-uses.ts`) and features (`count-features.ts`).
 * For purged rows it uses the totals. Percentiles are exact (`percentiles.ts`).
 * Read next: `count-runs.ts`, `month-summaries.ts`.
 */
import {type Bounds, noBounds} from '../../../../stats/model/bounds.ts'
import {limitsFeatures} from '../../../../stats/model/filters.ts'
import {periodsIn} from '../../../../stats/model/period.ts'
import type {AskedSpan, QualityFacts, SpanFacts, StatsFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {cutPieces} from '../../people/pieces.ts'
import {noFacts} from '../../rules/no-facts.ts'
import type {KeptRuns} from '../../totals/kept-runs.ts'
import {isAllKept, mostOf} from '../../totals/most-of.ts'
import {addRunTotals, type FindKept, noDuration, restOf} from '../../totals/run-totals.ts'
import type {ReadCache} from '../columns/read-cache.ts'
import type {Database} from '../tables/database.ts'
import {
  addFeatures,
  type KeptFeatures,
  type NameOf,
  readFeatureNames,
  readFeatureTotals,
} from '../totals/read-feature-totals.ts'
import {readKeptRuns} from '../totals/read-run-totals.ts'
import {collectUses, countLone} from './collect-uses.ts'
import {countFeatures, eachUse, sumMonths} from './count-features.ts'
import {countExits, countOutcomes, createScriptCounter, encodeRunDurations, type Runs} from './count-runs.ts'
import {countNamed, countSteps, createSpanCounter} from './count-uses.ts'
import {featureEndings} from './endings/feature-endings.ts'
import {countVersionEndings} from './endings/version-endings.ts'
import {countVersionUsers} from './endings/version-users.ts'
import {countDetails} from './fields/count-details.ts'
import {countFields} from './fields/count-fields.ts'
import {type OpenRows, openRows} from './open-rows.ts'
import {readCounters, readGrowth, readSince} from './quality.ts'
import {readTableSizes} from './sizes.ts'
import type {Uses} from './uses.ts'

/** Facts from the file system. */
type DiskFacts = Pick<QualityFacts, 'storeBytes' | 'freeBytes'>

/**
 * The data that a question is answered from. The caller keeps a transaction open, so that all facts are of one state.
 */
export interface FactsSource {
  readonly database: Database
  readonly cache: ReadCache
  readonly disk: DiskFacts
}

/** Answers one question from the tables and the cache. Blocks until it is answered. */
export function readFacts(source: FactsSource, question: StatsQuestion): StatsFacts {
  const {database} = source
  const row = database.prepare('SELECT id FROM projects WHERE project = ?').get(question.project)
  // No row has the project 0, so an unknown project gets the answer of an empty one.
  const project = Number(row?.['id'] ?? 0)
  const kept = readKeptRuns(database, project, question)
  const facts = readSingle(source, project, question, kept)
  return kept.sinceMs === null ? facts : addRunTotals(question, facts, kept.find)
}

/** The facts of single rows. Those of features already include their totals. */
function readSingle(
  {database, cache, disk}: FactsSource,
  project: number,
  asked: StatsQuestion,
  {find, sinceMs}: KeptRuns,
): StatsFacts {
  const question = clipQuestion(asked, find)
  const {range, spans, periods, steps, rotation, versionUsers} = question
  const all = [range, ...spans, ...periods, ...steps]
  const ofVersions = versionUsers === null ? [] : [versionUsers.month ?? [], versionUsers.weeks].flat()
  // Features have their own totals, so they are read for the whole range. Runs are read for the rest only.
  const rows = openRows(database, cache, {...question, project, range: asked.range, spans: [...all, ...ofVersions]})
  const {runs} = rows
  const hull = {fromMs: rotation[0]!.fromMs, toMs: rotation.at(-1)!.toMs}
  const edges = [...rotation, ...periodsIn(hull, 'month', 0).map(({span}) => span)].map(({fromMs}) => fromMs)
  const uses = collectUses(runs, rows.uses, cutPieces(all, edges))
  const countSpan = createSpanCounter(uses, range)
  const countScripts = createScriptCounter(runs, rows.scripts, rows.periodOf)
  const ofSpans = spans.map((span, place) => ({
    ...readRuns(runs, countScripts, span, question.lostBeforeMs),
    ...countSpan(span),
    ...(hasTotals(find(asked.spans[place]!)) && {durations: encodeRunDurations(runs, span)}),
  }))
  if (asked.only === 'spans') return {...noFacts, spans: ofSpans}
  const totals = readFeatureTotals(database, project, asked)
  const facts: StatsFacts = {
    spans: ofSpans,
    exits: countExits(runs, range),
    versionEndings: countVersionEndings(runs, range, question.lostBeforeMs),
    ...readFeatures(rows, readFeatureNames(database, project), asked, {totals, runsSinceMs: sinceMs}),
    ...readNamed(uses, question, range.fromMs > asked.range.fromMs),
    firstRuns: rows.firstRuns(),
    versionUsers: countVersionUsers(runs, question.versionUsers),
    steps: countSteps(uses, steps),
    ...countFields(runs, question, rows.periodOf),
    sinceMs: readSince(database, project),
    quality: {
      ...readCounters(database, project, asked.range),
      unpaired: totals.unpaired + countUnpaired(rows, asked, range),
      ...disk,
      tables: readTableSizes(database),
      growth: readGrowth(database),
      featuresSinceMs: totals.sinceMs,
      runsSinceMs: sinceMs,
    },
  }
  rows.keepProject()
  return facts
}

function readFeatures(
  {uses, summaries}: OpenRows,
  nameOf: NameOf,
  asked: StatsQuestion,
  {totals, runsSinceMs}: {readonly totals: KeptFeatures; readonly runsSinceMs: number | null},
): Pick<StatsFacts, 'features' | 'featureEndings' | 'details'> {
  const months = sumMonths(uses, asked.range, summaries)
  const counts = countFeatures(uses, months)
  const endingsOf = (feature: number) => featureEndings(months.get(feature)!, uses.headers, asked.lostBeforeMs)
  return {
    features: addFeatures([...counts, ...totals.counts], nameOf),
    featureEndings: isAllKept(asked, [totals.sinceMs, runsSinceMs])
      ? mostOf(counts, nameOf, 'runs').flatMap(({feature, type, name}) =>
          endingsOf(feature).map(ending => ({type, name, ...ending})),
        )
      : null,
    details: isAllKept(asked, [totals.sinceMs]) ? countDetails(uses, asked, mostOf(counts, nameOf, 'count')) : null,
  }
}

const hasTotals = (kept: ReturnType<FindKept>): boolean => kept !== null && kept !== 'unknown'

/** Limits a question to the time of which single runs are kept. */
function clipQuestion(question: StatsQuestion, find: FindKept): StatsQuestion {
  const clip = <T extends Span>(span: T): T => ({...span, ...restOf(span, find)})
  const {range, spans, periods, steps} = question
  return {...question, range: clip(range), spans: spans.map(clip), periods: periods.map(clip), steps: steps.map(clip)}
}

function readNamed(uses: Uses, {filters, periods, range}: StatsQuestion, isClipped: boolean) {
  if (limitsFeatures(filters)) return countNamed(uses, [])
  const named = countNamed(uses, periods)
  // A period may have single runs that the range already counts in the total of their year.
  return isClipped ? {...named, named: countNamed(uses, [range]).named} : named
}

function countUnpaired({runs, uses}: OpenRows, {filters, range}: StatsQuestion, rest: Span): number {
  if (!limitsFeatures(filters)) return countLone(runs, range, 'feature') + countLone(runs, rest, 'end')
  let count = 0
  eachUse(uses, range, (columns, row) => {
    if (columns.run[row]! < 0) count++
  })
  return count
}

const noOutcomes = {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0}

/** The facts that only single runs give, as far as the question needs them. */
function readRuns(
  runs: Runs,
  countScripts: (span: Span) => Bounds,
  {needs = 'all', ...span}: AskedSpan,
  lostBeforeMs: number,
): Pick<SpanFacts, 'scripts' | 'outcomes' | 'duration'> {
  const none = {scripts: noBounds, outcomes: noOutcomes, duration: noDuration}
  if (needs === 'people') return none
  const {outcomes, duration} = countOutcomes(runs, span, lostBeforeMs)
  return needs === 'outcomes' ? {...none, outcomes} : {scripts: countScripts(span), outcomes, duration}
}
