/**
 * Room `facts`: answers the questions of `stats` by SQL.
 *
 * `readFacts` is the only entry. Servers count; only as many rows as the answer has come back, and pure functions make
 * facts of them. One query reads runs, events without a run and their people once (`one-scan.ts`), another one the uses of
 * features (`features.ts`). Totals are added as for every store. Percentiles of runs are exact.
 * Read next: `one-scan.ts`, `uses.ts`, `span-facts.ts`.
 */
import {limitsFeatures, limitsFields, limitsRuns} from '../../../../stats/model/filters.ts'
import type {SpanFacts, StatsFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {noFacts} from '../../rules/no-facts.ts'
import {addFeatures} from '../../totals/kept-features.ts'
import {isAllKept, mostOf} from '../../totals/most-of.ts'
import {addRunTotals, type FindKept, restOf} from '../../totals/run-totals.ts'
import type {ClickHouse} from '../client/client.ts'
import {readDetails} from './details.ts'
import {countDurations} from './durations.ts'
import {readFeatureEndings} from './feature-endings.ts'
import {countsOfRow, type FeatureName, type FeatureRow, featuresSql} from './features.ts'
import {readFirstRuns} from './first-runs.ts'
import {type Counted, countsSql, groupsSql} from './one-scan.ts'
import {cutQuestion} from './pieces.ts'
import {readQuality} from './quality.ts'
import {type KeptSince, readFeatureTotals, readKeptRuns, readKeptSince} from './read-totals.ts'
import {readSince} from './since.ts'
import {
  adoptionFacts,
  type Counts,
  countUnpaired,
  exitFacts,
  fewUsersFacts,
  fieldFacts,
  firstRunFacts,
  indexCounts,
  namedFacts,
  spanFacts,
  stepFacts,
  versionEndingFacts,
} from './span-facts.ts'
import {chooses, choosesFeature, choosesRun, onShards, settings} from './sql.ts'
import {type TableNames, usesSql} from './uses.ts'
import {readVersionUsers} from './version-users.ts'

/** Answers one question. The facts about runs are of one state of the store. */
export async function readFacts(clickhouse: ClickHouse, asked: StatsQuestion): Promise<StatsFacts> {
  const {project} = asked
  const since = await readKeptSince(clickhouse, project)
  const {find} = await readKeptRuns(clickhouse, asked, since.runsMs)
  const question = clipQuestion(asked, find)
  if (asked.only === 'spans') {
    const [counts, durations] = await Promise.all([
      readCounts(clickhouse, question, asked.range, since.featuresMs),
      readDurations(clickhouse, asked, question, find),
    ])
    const facts = {...noFacts, spans: factsOfSpans(counts, question, durations)}
    return since.runsMs === null ? facts : addRunTotals(asked, facts, find)
  }
  const [counts, {features, ...ofFeatures}, totals, quality, sinceMs, firstOfFiltered, versionUsers, durations] =
    await Promise.all([
      readCounts(clickhouse, question, asked.range, since.featuresMs),
      readFeatures(clickhouse, asked, since),
      readFeatureTotals(clickhouse, asked, since.featuresMs),
      readQuality(clickhouse, project, asked.range),
      readSince(clickhouse, project),
      isFiltered(asked) ? readFirstRuns(clickhouse, asked) : null,
      readVersionUsers(clickhouse, localTables(clickhouse), asked),
      readDurations(clickhouse, asked, question, find),
    ])
  const {spans} = question
  const isOnFeatures = limitsFeatures(asked.filters)
  const facts: StatsFacts = {
    spans: factsOfSpans(counts, question, durations),
    exits: exitFacts(counts),
    versionEndings: versionEndingFacts(counts),
    features: addFeatures(joinNames([...features, ...totals.counts]), feature => feature),
    ...ofFeatures,
    named: namedFacts(counts),
    fewUsers: fewUsersFacts(counts),
    adoption: adoptionFacts(counts, question),
    firstRuns: firstOfFiltered ?? firstRunFacts(counts),
    versionUsers,
    steps: stepFacts(counts, question),
    ...fieldFacts(counts, question),
    sinceMs,
    quality: {
      ...quality,
      unpaired: totals.unpaired + unpaired(counts, spans.length, isOnFeatures),
      featuresSinceMs: since.featuresMs,
      runsSinceMs: since.runsMs,
    },
  }
  return since.runsMs === null ? facts : addRunTotals(asked, facts, find)
}

/** The histograms of the spans that need them: those that begin with totals. */
const readDurations = (clickhouse: ClickHouse, asked: StatsQuestion, question: StatsQuestion, find: FindKept) =>
  countDurations(
    clickhouse,
    question,
    question.spans.map((span, place) => (hasTotals(find(asked.spans[place]!)) ? span : null)),
  )

const factsOfSpans = (
  counts: Counts,
  {spans, range}: StatsQuestion,
  durations: readonly (string | null)[],
): readonly SpanFacts[] =>
  spans.map((span, place) => {
    const encoded = durations[place]
    return {...spanFacts(counts, span, place, range), ...(encoded != null && {durations: encoded})}
  })

/** Whether the question reads only some of the runs. */
const isFiltered = ({filters}: StatsQuestion): boolean => limitsFeatures(filters) || limitsRuns(filters)

const hasTotals = (kept: ReturnType<FindKept>): boolean => kept !== null && kept !== 'unknown'

/** Limits a question to the time of which single runs are kept. */
function clipQuestion(question: StatsQuestion, find: FindKept): StatsQuestion {
  const clip = <T extends Span>(span: T): T => ({...span, ...restOf(span, find)})
  const {range, spans, periods, steps} = question
  return {...question, range: clip(range), spans: spans.map(clip), periods: periods.map(clip), steps: steps.map(clip)}
}

/** Counts runs and people. After the spans of the question come the whole range, and the range without totals. */
async function readCounts(
  clickhouse: ClickHouse,
  question: StatsQuestion,
  askedRange: Span,
  featuresSinceMs: number | null,
): Promise<Counts> {
  const {project, range, spans, periods, steps, rotation, filters} = question
  const firstRuns = isFiltered(question) ? null : question.firstRuns
  const alsoRead = firstRuns === null ? [] : [firstRuns]
  const pieces = cutQuestion([askedRange, range, ...spans, ...periods, ...steps, ...alsoRead], rotation)
  const needing = (needs: readonly string[]) => spans.map(span => (needs.includes(span.needs ?? 'all') ? span : null))
  const asked = {
    pieces,
    spans: [...spans, askedRange, range],
    withScripts: needing(['all']),
    withDurations: needing(['all']),
    firstRuns,
    question,
  }
  const groups = groupsSql(asked, usesSql(localTables(clickhouse), question, pieces.hull, featuresSinceMs))
  const rows = await clickhouse.ask<Counted>(
    'runs and people',
    countsSql(asked, onShards(clickhouse, groups)) + settings,
    {
      project,
      fields: [...question.numberFields, ...question.valueFields],
      ...choosesRun(filters).parameters,
      ...choosesFeature(filters).parameters,
    },
  )
  return indexCounts(rows)
}

/** Features without a run in the whole range, and ends without a run in the part of it without totals. */
function unpaired(counts: Counts, spans: number, isOnFeatures: boolean): number {
  const features = countUnpaired(counts, spans, 'feature')
  return isOnFeatures ? features : features + countUnpaired(counts, spans + 1, 'end')
}

async function readFeatures(clickhouse: ClickHouse, question: StatsQuestion, {featuresMs, runsMs}: KeptSince) {
  const {project, range, rotation, filters} = question
  if (limitsFields(filters)) return {features: [], featureEndings: [], details: []}
  const pieces = cutQuestion([range], rotation)
  const rows = await clickhouse.ask<FeatureRow>(
    'features',
    featuresSql(clickhouse, localTables(clickhouse), question, pieces, featuresMs) + settings,
    {project, ...chooses(filters).parameters, ...choosesFeature(filters).parameters},
  )
  const features = rows.map(countsOfRow)
  const most = (by: 'runs' | 'count') => mostOf(features, feature => feature, by)
  const [featureEndings, details] = await Promise.all([
    isAllKept(question, [featuresMs, runsMs])
      ? readFeatureEndings(clickhouse, localTables(clickhouse), question, most('runs'))
      : null,
    isAllKept(question, [featuresMs])
      ? readDetails(clickhouse, localTables(clickhouse), question, most('count'))
      : null,
  ])
  return {features, featureEndings, details}
}

/** A feature has one key, from single uses and from totals. */
function joinNames<T extends {readonly feature: FeatureName}>(counts: readonly T[]): T[] {
  const known = new Map<string, FeatureName>()
  return counts.map(one => {
    const key = JSON.stringify([one.feature.type, one.feature.name])
    const feature = known.get(key) ?? one.feature
    known.set(key, feature)
    return {...one, feature}
  })
}

export const localTables =
  ({database}: ClickHouse): TableNames =>
  name =>
    `${database}.${name}`
