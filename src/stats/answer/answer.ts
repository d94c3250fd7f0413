/**
 * Room `answer`: how facts become an answer.
 *
 * `answerStats` asks a source once and derives the rest: shares, rates, trends, what is unfinished, what a filter makes
 * unanswerable. It invents nothing: what cannot be known is `null` or has bounds. No module here knows a database; the facts
 * are plain data.
 * Read next: `plan.ts` for what is asked, `unique.ts` for how people are counted across rotations.
 */
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import {limitsFeatures, limitsHeaders} from '../model/filters.ts'
import type {Quality, Stats} from '../model/model.ts'
import {formatDay} from '../model/period.ts'
import type {StatsQuery} from '../model/query.ts'
import type {SpanFacts, StatsFacts, StatsSource} from '../model/source.ts'
import type {Span} from '../model/span.ts'
import {adoptionOf, ciStats, namedUsage} from './breakdowns.ts'
import {type Counted, compareWithBefore} from './compare.ts'
import {commonestFault, exitCodes, featureList, fieldStats, successRate, unusedFeatures} from './derive.ts'
import {forecastDisk, sizesOf} from './disk.ts'
import {userFlow} from './flow.ts'
import {makePlan, type Plan} from './plan.ts'
import {unanswered} from './unanswered.ts'
import {createCounter, type UniqueCounter} from './unique.ts'

/**
 * Answers a query from a store: asks it once, and derives the rest. What the project declares comes from its project
 * file. `nowMs` decides what is unfinished and which runs are lost. Rejects only when the source does.
 */
export async function answerStats(
  source: StatsSource,
  project: ProjectFile,
  query: StatsQuery,
  nowMs: number,
): Promise<Stats> {
  const plan = makePlan(project, query, nowMs)
  const facts = await source.facts(plan.question)
  requireSingleUses(query, plan.range, facts)
  const at = (span: Span): SpanFacts => facts.spans[plan.indexOf(span)]!
  requireRuns(query, plan, facts, at)
  const counter = createCounter(at, plan.range, plan.periods, project.identity.rotate)
  return deriveStats({project, query, nowMs, plan, facts, at, counter})
}

/** Which users chose features of one kind cannot be told of totals: throws USAGE_QUERY_INVALID for such a question. */
function requireSingleUses({filters}: StatsQuery, {fromMs}: Span, {quality: {featuresSinceMs}}: StatsFacts): void {
  if (featuresSinceMs === null || fromMs >= featuresSinceMs || !limitsFeatures(filters)) return
  const day = formatDay(featuresSinceMs)
  throw new UsageError(
    'USAGE_QUERY_INVALID',
    `the range must begin on ${day} or later: older single uses of features are gone`,
    {
      next: 'Ask for a later range, or without a filter on features: totals are kept.',
    },
  )
}

/** Only whole months and years are known of runs that are gone: throws USAGE_QUERY_INVALID for another question. */
function requireRuns(
  {filters}: StatsQuery,
  {range, periods}: Plan,
  {quality: {runsSinceMs}}: StatsFacts,
  at: (span: Span) => SpanFacts,
): void {
  if (runsSinceMs === null || ![range, ...periods.map(({span}) => span)].some(span => at(span).isUnknown)) return
  const day = formatDay(runsSinceMs)
  const rule = limitsHeaders(filters) ? `begin on ${day} or later` : `consist of whole months or years before ${day}`
  throw new UsageError('USAGE_QUERY_INVALID', `the range must ${rule}: older single runs are gone`, {
    next: 'Ask for a later range, or without such a filter for whole months by month or year: totals of them are kept.',
  })
}

interface Answering {
  readonly project: ProjectFile
  readonly query: StatsQuery
  readonly nowMs: number
  readonly plan: Plan
  readonly facts: StatsFacts
  readonly at: (span: Span) => SpanFacts
  readonly counter: UniqueCounter
}

function deriveStats(answering: Answering): Stats {
  const {project, query, plan, facts, counter} = answering
  const {filters} = query
  return {
    project: query.project,
    from: query.from,
    to: query.to,
    by: query.by,
    filters,
    unanswered: unanswered(filters),
    users: counter.people('users'),
    hosts: counter.people('hosts'),
    userFlow: userFlow(plan.periods, plan.flow, facts.steps),
    ...(limitsFeatures(filters) ? nothingOfRuns : aboutRuns(answering)),
    features: featureList(facts.features),
    // Declared names have no type.
    unusedFeatures: filters.featureType === null ? unusedFeatures(project, facts.features) : null,
    trend: trendOf(answering),
    quality: qualityOf(answering),
  }
}

type AboutRuns = Pick<Stats, keyof typeof nothingOfRuns>

/** What a filter on features leaves of the answers about runs. */
const nothingOfRuns = {
  ...{runs: null, scripts: null, duration: null, outcomes: null, successRate: null, commonestFault: null},
  ...{exitCodes: null, versions: null, adoption: null, systems: null, readableSystems: null, schedulers: null},
  ...{applications: null, ci: null, fields: null},
}

function aboutRuns({project, plan, facts, at, counter}: Answering): AboutRuns {
  const whole = at(plan.range)
  const inPeriods = <T>(tell: (facts: SpanFacts) => T) =>
    plan.periods.map(({label, span, complete}) => ({period: label, ...tell(at(span)), complete}))
  return {
    runs: counter.runs(),
    scripts: counter.scripts(),
    duration: {...whole.duration, periods: inPeriods(({duration}) => duration)},
    outcomes: {...whole.outcomes, periods: inPeriods(({outcomes}) => outcomes)},
    successRate: {...successRate(whole.outcomes), periods: inPeriods(({outcomes}) => successRate(outcomes))},
    commonestFault: commonestFault(facts.exits),
    exitCodes: exitCodes(facts.exits),
    versions: namedUsage(facts.named.version).map(({name, ...counts}) => ({version: name, ...counts})),
    adoption: adoptionOf(plan.periods, facts.adoption),
    systems: namedUsage(facts.named.system),
    readableSystems: namedUsage(facts.named.readableSystem),
    schedulers: namedUsage(facts.named.scheduler),
    applications: namedUsage(facts.named.application),
    ci: ciStats(facts.named.ci),
    fields: fieldStats(project, facts),
  }
}

function trendOf({query, nowMs, plan, facts, at, counter}: Answering): Stats['trend'] {
  const sinceMs = facts.quality.featuresSinceMs ?? 0
  const isKnown = (span: Span): boolean =>
    limitsFeatures(query.filters) ? span.fromMs >= sinceMs : !at(span).isUnknown
  const counted = (span: Span): Counted => ({
    span,
    runs: limitsFeatures(query.filters) || !isKnown(span) ? null : at(span).runs,
    users: isKnown(span) ? counter.count('users', span) : null,
  })
  return compareWithBefore(counted(plan.range), counted(plan.previous), counted(plan.yearBefore), nowMs)
}

function qualityOf({query: {filters}, plan, facts: {quality}, at}: Answering): Quality {
  const isWhole = !limitsHeaders(filters) && !limitsFeatures(filters)
  const ofReports = (count: number): number | null => (isWhole ? count : null)
  return {
    duplicates: ofReports(quality.duplicates),
    refused: ofReports(quality.refused),
    unpaired: quality.unpaired,
    clamped: ofReports(quality.clamped),
    undeclaredFields: ofReports(quality.undeclaredFields),
    // What is kept of the erased has no header.
    erased: isWhole ? quality.erased : null,
    datagrams: ofReports(quality.datagrams),
    datagramsLost: ofReports(quality.datagramsLost),
    datagramsUnknown: ofReports(quality.datagramsUnknown),
    ciRuns: limitsFeatures(filters) ? null : at(plan.range).ciRuns,
    featuresSince: quality.featuresSinceMs === null ? null : formatDay(quality.featuresSinceMs),
    runsSince: quality.runsSinceMs === null ? null : formatDay(quality.runsSinceMs),
    storeBytes: quality.storeBytes,
    ...sizesOf(quality),
    ...forecastDisk(quality),
  }
}
