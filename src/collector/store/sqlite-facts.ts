import {limitsFeatures, limitsHeaders} from '../../stats/filters.ts'
import type {FeatureStats} from '../../stats/model.ts'
import {formatDay, periodsIn} from '../../stats/period.ts'
import type {
  AskedSpan,
  NumberFieldFacts,
  QualityFacts,
  SpanFacts,
  StatsFacts,
  StatsQuestion,
  ValueFieldFacts,
} from '../../stats/source.ts'
import type {Span} from '../../stats/span.ts'
import {countNamed, countSteps, createSpanCounter} from './count-uses.ts'
import {addRunTotals, type FindKept, restOf} from './run-totals.ts'
import type {Database} from './sqlite-database.ts'
import {filterValues, makeQueries, type Queries} from './sqlite-questions.ts'
import {type KeptRuns, readKeptRuns} from './sqlite-run-totals.ts'
import {readUses} from './sqlite-uses.ts'
import {cutPieces, type Uses} from './uses.ts'

type Values = Record<string, string | number>
/** Asks one query of the question, with those of the values that it has a place for. */
type Ask = <T>(sql: string, values?: Values) => T[]

/** What the file system says. */
type DiskFacts = Pick<QualityFacts, 'storeBytes' | 'freeBytes'>

/** Answers one question from the tables. The caller has a transaction open, so that all facts are of one state. */
export function readFacts(database: Database, question: StatsQuestion, disk: DiskFacts): StatsFacts {
  const row = database.prepare('SELECT id FROM projects WHERE project = ?').get(question.project)
  // No row has the project 0: a project that never had an event is answered by the same queries.
  const project = Number(row?.['id'] ?? 0)
  const kept = readKeptRuns(database, project, question)
  const facts = readSingle(database, project, question, disk, kept)
  return kept.sinceMs === null ? facts : addRunTotals(question, facts, kept.find)
}

/** The facts of what is not gone; only those of features have their totals among them. */
function readSingle(
  database: Database,
  project: number,
  asked: StatsQuestion,
  disk: DiskFacts,
  {find, sinceMs}: KeptRuns,
): StatsFacts {
  const {filters, range} = asked
  const features = readKeptTotals(database, project, asked)
  const question = clipQuestion(asked, find)
  // Features have totals of their own, so they are asked of the whole range; runs of the rest.
  const rest = {from: question.range.fromMs, to: question.range.toMs}
  const ask = makeAsk(database, {
    ...{project, from: range.fromMs, to: range.toMs, restFrom: rest.from, restTo: rest.to},
    ...{totals: features.spans, ...filterValues(filters)},
  })
  const sql = makeQueries(filters)
  const ofRuns: Ask = (text, values) => (limitsFeatures(filters) ? [] : ask(text, {...rest, ...values}))
  const {spans, periods, steps} = question
  const uses = readUses(ask, sql, cutPieces([question.range, ...spans, ...periods, ...steps]))
  const countSpan = createSpanCounter(uses)
  return {
    spans: spans.map(span => ({...readRuns(ofRuns, sql, span, question.lostBeforeMs), ...countSpan(span)})),
    exits: ofRuns(sql.exits),
    features: ask<FeatureStats>(sql.features),
    ...readNamed(uses, question, question.range.fromMs > range.fromMs),
    steps: countSteps(uses, steps),
    numberFields: ofRuns<NumberFieldFacts>(sql.numberFields, {names: JSON.stringify(question.numberFields)}),
    valueFields: readValues(ofRuns, sql.valueFields, question.valueFields),
    quality: {
      ...readQuality(ask, sql, asked),
      ...{...disk, growth: readGrowth(ask), featuresSinceMs: features.sinceMs, runsSinceMs: sinceMs},
    },
  }
}

/** The question about the single runs that are there. */
function clipQuestion(question: StatsQuestion, find: FindKept): StatsQuestion {
  const clip = <T extends Span>(span: T): T => ({...span, ...restOf(span, find)})
  const {range, spans, periods, steps} = question
  return {...question, range: clip(range), spans: spans.map(clip), periods: periods.map(clip), steps: steps.map(clip)}
}

function readNamed(uses: Uses, {filters, periods, range}: StatsQuestion, isClipped: boolean) {
  if (limitsFeatures(filters)) return {named: countNamed(uses, []).named, adoption: []}
  const named = countNamed(uses, periods)
  // A period may have single runs that totals of its year stand for in the range.
  return isClipped ? {...named, named: countNamed(uses, [range]).named} : named
}

/**
 * Which totals stand for the single uses of features that are gone: those of the year that the range is, or of each
 * month that lies in it. They know no header, so under a filter on it there are none.
 */
function readKeptTotals(
  database: Database,
  project: number,
  {range, filters}: StatsQuestion,
): {readonly spans: string; readonly sinceMs: number | null} {
  const row = database.prepare('SELECT features_before AS beforeMs FROM purges WHERE project = ?').get(project)
  const sinceMs = row === undefined ? null : Number(row['beforeMs'])
  if (sinceMs === null || range.fromMs >= sinceMs || limitsHeaders(filters)) return {spans: '[]', sinceMs}
  const gone = {fromMs: range.fromMs, toMs: Math.min(range.toMs, sinceMs)}
  const [year, ...others] = periodsIn(range, 'year', Number.POSITIVE_INFINITY)
  const isYear = others.length === 0 && year!.complete && range.toMs <= sinceMs
  const hasYear = database.prepare('SELECT 1 FROM feature_totals WHERE project = ? AND span = ?')
  if (isYear && hasYear.get(project, year!.label) !== undefined) return {spans: JSON.stringify([year!.label]), sinceMs}
  const months = periodsIn(gone, 'month', Number.POSITIVE_INFINITY).filter(({complete}) => complete)
  return {spans: JSON.stringify(months.map(({label}) => label)), sinceMs}
}

function makeAsk(database: Database, shared: Values): Ask {
  const prepared = new Map<string, ReturnType<Database['prepare']>>()
  return <T>(sql: string, values: Values = {}) => {
    let statement = prepared.get(sql)
    if (statement === undefined) {
      statement = database.prepare(sql)
      statement.setAllowUnknownNamedParameters(true)
      prepared.set(sql, statement)
    }
    return statement.all({...shared, ...values}).map(found => ({...found})) as T[]
  }
}

const noRuns: Readonly<Record<string, number | null>> = {
  ...{ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0},
  ...{n: 0, meanSeconds: null, p50Seconds: null, p90Seconds: null, p99Seconds: null},
}

/** What only the runs themselves tell, as far as it is needed. */
function readRuns(
  ofRuns: Ask,
  sql: Queries,
  {fromMs: from, toMs: to, needs = 'all'}: AskedSpan,
  lost: number,
): Pick<SpanFacts, 'scripts' | 'outcomes' | 'duration'> {
  const counted = (needs === 'all' ? ofRuns<typeof noRuns>(sql.runs, {from, to, lost})[0] : undefined) ?? noRuns
  const [unique] = needs === 'people' ? [] : ofRuns<{scripts: number}>(sql.scripts, {from, to})
  const pick = <K extends string>(...names: K[]) =>
    Object.fromEntries(names.map(name => [name, counted[name]])) as Record<K, number>
  return {
    scripts: unique?.scripts ?? 0,
    outcomes: pick('ok', 'failed', 'signal', 'lost', 'running', 'unknown'),
    duration: pick('n', 'meanSeconds', 'p50Seconds', 'p90Seconds', 'p99Seconds'),
  }
}

function readValues(ask: Ask, sql: string, fields: readonly string[]): ValueFieldFacts[] {
  const values = ask<{name: string; isText: number; value: string | number; runs: number}>(sql, {
    names: JSON.stringify(fields),
  })
  return values.map(({name, isText, value, runs}) => ({
    name,
    value: isText === 1 ? String(value) : value === 1,
    runs,
  }))
}

function readQuality(
  ask: Ask,
  sql: Queries,
  {range}: StatsQuestion,
): Omit<QualityFacts, 'featuresSinceMs' | 'runsSinceMs' | 'growth' | keyof DiskFacts> {
  const {unpaired} = ask<{unpaired: number}>(sql.unpaired)[0]!
  const days = {firstDay: formatDay(range.fromMs), lastDay: formatDay(range.toMs - 1)}
  const rows = ask<{counter: string; count: number}>(sql.quality, days)
  const months = {firstMonth: days.firstDay.slice(0, 7), lastMonth: days.lastDay.slice(0, 7)}
  const erased = ask<QualityFacts['erased']>(sql.erased, months)[0]!
  const counts = new Map(rows.map(({counter, count}) => [counter, count]))
  const count = (counter: string): number => counts.get(counter) ?? 0
  return {
    duplicates: count('duplicates'),
    refused: count('refused'),
    clamped: count('clamped'),
    undeclaredFields: count('undeclared-fields'),
    unpaired,
    erased,
    datagrams: count('datagrams'),
    datagramsLost: count('datagrams-lost'),
    datagramsUnknown: count('datagrams-unknown'),
  }
}

/** How the store grew over the last ninety days of which its size is known. */
function readGrowth(ask: Ask): QualityFacts['growth'] {
  const [row] = ask<{toDay: string | null; fromDay: string; toBytes: number; fromBytes: number}>(`
    WITH last AS (SELECT day, bytes FROM sizes ORDER BY day DESC LIMIT 1),
    first AS (SELECT day, bytes FROM sizes WHERE day >= (SELECT date(day, '-90 days') FROM last) ORDER BY day LIMIT 1)
    SELECT last.day AS toDay, first.day AS fromDay, last.bytes AS toBytes, first.bytes AS fromBytes FROM last, first`)
  return row === undefined || row.toDay === null ? null : {...row, toDay: row.toDay}
}
