/**
 * Room `answer`: how facts become an answer.
 *
 * `answerStats` asks a source once and derives the rest: shares, rates, trends, incomplete periods, and the answers
 * that a filter makes impossible. An unknown value is `null` or has bounds. No module here depends on a database: facts
 * are plain data.
 * Read next: `plan.ts` for the question to the source, `unique.ts` for counts of people across rotations.
 */
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {limitsFeatures, limitsFields, limitsRuns, noFilters, type StatsFilters} from '../model/filters.ts'
import type {Quality, Stats} from '../model/model.ts'
import {calendarYear, formatDay, labelOfYear, startOfNextPeriod, startOfPeriod} from '../model/period.ts'
import type {StatsQuery} from '../model/query.ts'
import type {SpanFacts, StatsFacts, StatsSource} from '../model/source.ts'
import {dayMs, type Span} from '../model/span.ts'
import {answerAround} from './around.ts'
import {type Counted, compareWithBefore} from './compare.ts'
import {featureList, unusedFeatures} from './derive.ts'
import {type Answering, deriveOfRuns, fewUsersOf} from './derive-answers.ts'
import {forecastDisk, sizesOf} from './disk.ts'
import {detailStats} from './fields/details.ts'
import {requireDeclaredField} from './fields/fields.ts'
import {userFlow} from './flow.ts'
import {marksOf} from './marks.ts'
import {featureOutcomes, featureVersionOutcomes} from './outcomes/outcomes-of.ts'
import {makePlan, type Plan} from './plan.ts'
import {findUnanswered} from './unanswered.ts'
import {countUsers, createCounter, runsByUser, uncertainUsers} from './unique.ts'
import {foundNothing, unknownFilters} from './unknown-filters.ts'

/**
 * Answers a query: asks the source once, and again for the times around marks, and derives the rest. `nowMs` decides which periods are incomplete and which
 * runs are lost. Rejects if the source does, and with USAGE_QUERY_INVALID if retention removed the data that the query
 * needs.
 */
export async function answerStats(
  source: StatsSource,
  project: ProjectFile,
  query: StatsQuery,
  nowMs: number,
): Promise<Stats> {
  requireDeclaredField(project, query.filters)
  const plan = makePlan(project, query, nowMs)
  const facts = await source.facts(plan.question)
  requireSingleUses(query, plan.range, facts)
  const at = (span: Span): SpanFacts => facts.spans[plan.indexOf(span)]!
  requireRuns(query, plan, facts, at)
  const counter = createCounter(at, plan.range, plan.periods)
  const all = foundNothing(query.filters, facts) ? await source.facts({...plan.question, filters: noFilters}) : null
  const marks = marksOf(project, plan.range, facts)
  const around = await answerAround(source, project, {asked: plan.question, marks, sinceMs: facts.sinceMs}, nowMs)
  return {
    ...deriveStats({project, plan, facts, at, counter, marks, around}, query, nowMs),
    unknownFilters: all === null ? [] : unknownFilters(query.filters, all),
  }
}

/** Throws USAGE_QUERY_INVALID for a filter on features over a time with totals only: totals do not contain users. */
function requireSingleUses({filters}: StatsQuery, {fromMs}: Span, {quality: {featuresSinceMs}}: StatsFacts): void {
  if (featuresSinceMs === null || fromMs >= featuresSinceMs || !limitsFeatures(filters)) return
  const day = formatDay(featuresSinceMs)
  throw new UsageError(
    'USAGE_QUERY_INVALID',
    `the range must begin on ${day} or later: older single uses of features are gone`,
    {
      next: 'Ask for a later range, or remove the filter on features: totals are stored.',
    },
  )
}

/** Throws USAGE_QUERY_INVALID for a span that needs single runs that retention removed. */
function requireRuns(
  {filters}: StatsQuery,
  {range, periods}: Plan,
  {quality: {runsSinceMs}}: StatsFacts,
  at: (span: Span) => SpanFacts,
): void {
  if (runsSinceMs === null || ![range, ...periods.map(({span}) => span)].some(span => at(span).isUnknown)) return
  const day = formatDay(runsSinceMs)
  const rule = limitsRuns(filters) ? `begin on ${day} or later` : `consist of whole months or years before ${day}`
  throw new UsageError('USAGE_QUERY_INVALID', `the range must ${rule}: older single runs are gone`, {
    next: 'Ask for a later range, or remove the filter and ask for whole months by month or year: their totals are stored.',
  })
}

function deriveStats(answering: Answering, query: StatsQuery, nowMs: number): Omit<Stats, 'unknownFilters'> {
  const {project, plan, facts, counter} = answering
  const {filters} = query
  const hasFeatures = !limitsFields(filters)
  return {
    project: query.project,
    from: query.from,
    to: query.to,
    by: query.by,
    year: yearOf(plan.range, project.identity.yearBegins),
    periods: plan.periods.map(({label, span, complete}) => ({
      period: label,
      from: formatDay(span.fromMs),
      to: formatDay(span.toMs - dayMs),
      complete,
    })),
    marks: answering.marks,
    filters,
    fewUsers: fewUsersOf(facts),
    since: facts.sinceMs === null ? null : formatDay(facts.sinceMs),
    unanswered: findUnanswered(filters),
    users: counter.users(),
    hosts: counter.hosts(),
    uncertainUsers: uncertainUsers(answering.at(answering.plan.range)),
    userFlow: userFlow(answering),
    ...deriveOfRuns(answering, !limitsFeatures(filters)),
    features: hasFeatures ? featureList(facts.features) : null,
    details: hasFeatures && facts.details !== null ? detailStats(facts.details) : null,
    featureOutcomes: hasFeatures ? featureOutcomes(facts.featureEndings) : null,
    featureVersionOutcomes: hasFeatures ? featureVersionOutcomes(facts.featureEndings) : null,
    // Declared names have no type.
    unusedFeatures: filters.featureType === null && hasFeatures ? unusedFeatures(project, facts.features) : null,
    clients: clientsOf(facts.quality, filters),
    trend: trendOf(answering, query, nowMs),
    quality: qualityOf(answering, filters),
  }
}

/** The name of the reporting year that a range is; null if it is none. */
function yearOf({fromMs, toMs}: Span, yearBegins = calendarYear): string | null {
  const isYear =
    startOfPeriod(fromMs, 'year', yearBegins) === fromMs && startOfNextPeriod(fromMs, 'year', yearBegins) === toMs
  return isYear ? labelOfYear(fromMs, yearBegins) : null
}

function trendOf({plan, facts, at}: Answering, {filters}: StatsQuery, nowMs: number): Stats['trend'] {
  const sinceMs = facts.quality.featuresSinceMs ?? 0
  const isOnFeatures = limitsFeatures(filters)
  const isGone = (span: Span): boolean => (isOnFeatures ? span.fromMs < sinceMs : at(span).isUnknown === true)
  const counted = (span: Span): Counted => ({
    span,
    runs: isOnFeatures || isGone(span) ? null : at(span).runs,
    users: isGone(span) ? null : {...countUsers(at(span)), ...runsByUser(at(span))},
  })
  return compareWithBefore(counted(plan.range), counted(plan.previous), counted(plan.yearBefore), {
    nowMs,
    sinceMs: facts.sinceMs,
  })
}

function qualityOf({plan, facts: {quality}, at}: Answering, filters: StatsFilters): Quality {
  const unanswered = findUnanswered(filters).flatMap(key => (key.startsWith('quality.') ? [[key.slice(8), null]] : []))
  return {
    duplicates: quality.duplicates,
    refused: quality.refused,
    unpaired: quality.unpaired,
    clamped: quality.clamped,
    wrongPeriods: quality.wrongPeriods,
    undeclaredFields: quality.undeclaredFields,
    folded: quality.folded,
    beyondBudget: quality.beyondBudget,
    pending: quality.pending,
    erased: quality.erased,
    datagrams: quality.datagrams,
    datagramsLost: quality.datagramsLost,
    datagramsUnknown: quality.datagramsUnknown,
    ciRuns: at(plan.range).ciRuns,
    lastReport:
      quality.lastReportMs === null ? null : new Date(quality.lastReportMs).toISOString().replace('.000Z', 'Z'),
    featuresSince: quality.featuresSinceMs === null ? null : formatDay(quality.featuresSinceMs),
    runsSince: quality.runsSinceMs === null ? null : formatDay(quality.runsSinceMs),
    storeBytes: quality.storeBytes,
    ...sizesOf(quality),
    ...forecastDisk(quality),
    ...Object.fromEntries(unanswered),
  }
}

/** Reports are counted without their headers and their events. */
function clientsOf({clients}: StatsFacts['quality'], filters: StatsFilters): Stats['clients'] {
  if (findUnanswered(filters).includes('clients')) return null
  const nameOf = ({name, version}: (typeof clients)[number]): string => `${name ?? ''}\n${version ?? ''}`
  return [...clients].sort((a, b) => b.reports - a.reports || (nameOf(a) < nameOf(b) ? -1 : 1))
}
