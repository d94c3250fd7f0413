import {isNumberType} from '../../protocol/project/declaration.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {limitsFeatures} from '../model/filters.ts'
import {type Period, periodsIn, startOfPeriod} from '../model/period.ts'
import {rangeOf, type StatsQuery} from '../model/query.ts'
import {rotationPeriods} from '../model/rotation.ts'
import type {AskedSpan, StatsQuestion, VersionSpans} from '../model/source.ts'
import {dayMs, type Span} from '../model/span.ts'
import {previousSpan, yearBeforeSpan} from './compare.ts'
import {type FlowPlan, planFlow} from './flow.ts'

/** The question to a store, with each span once, and the place of each answer. */
export interface Plan {
  readonly question: StatsQuestion
  readonly range: Span
  readonly periods: readonly Period[]
  readonly previous: Span
  readonly yearBefore: Span
  readonly flow: FlowPlan
  /** The place of a span among the facts. */
  readonly indexOf: (span: Span) => number
}

/** Plans the question that answers a query. `nowMs` decides which periods are incomplete and which runs are lost. Pure. */
export function makePlan(project: ProjectFile, query: StatsQuery, nowMs: number): Plan {
  const range = rangeOf(query)
  const periods = periodsIn(range, query.by, nowMs, project.identity.yearBegins)
  const previous = previousSpan(range, nowMs)
  const yearBefore = yearBeforeSpan(range, nowMs)
  const before = [previous, yearBefore].map(span => ({...span, needs: 'people' as const}))
  // Each span is asked for once, so the first one must need the most.
  const {spans, indexOf} = listOnce([range, ...periods.map(({span}) => span), ...before])
  const flow = planFlow(periods, query.by, project.identity)
  const question: StatsQuestion = {
    project: project.project,
    range,
    spans,
    periods: periods.map(period => period.span),
    steps: flow.steps,
    rotation: rotationPeriods(hull([...spans, ...flow.steps]), project.identity),
    filters: query.filters,
    firstRuns: {fromMs: startOfPeriod(yearBefore.fromMs, 'month'), toMs: range.toMs},
    versionUsers: limitsFeatures(query.filters) ? null : planVersionSpans(range, nowMs),
    lostBeforeMs: nowMs - project.lostAfterHours * 3_600_000,
    numberFields: namesOf(project.fields, true),
    valueFields: namesOf(project.fields, false),
    numberDetails: namesOf(project.features.details, true),
    valueDetails: namesOf(project.features.details, false),
  }
  return {question, range, periods, previous, yearBefore, flow, indexOf}
}

/** The names of declarations that are numbers, or of the others. */
const namesOf = (declared: ProjectFile['fields'], areNumbers: boolean): string[] =>
  Object.keys(declared).filter(name => isNumberType(declared[name]!.type) === areNumbers)

const weekMs = 7 * dayMs
/** The most weeks in which upgrades are looked for: three years. */
const maxWeeks = 160

/** The last calendar month of the range that is over, and the last weeks of it. */
function planVersionSpans({fromMs, toMs}: Span, nowMs: number): VersionSpans {
  const endMs = Math.max(fromMs, Math.min(toMs, startOfPeriod(nowMs, 'day')))
  const weeks = Math.min(maxWeeks, Math.floor((endMs - fromMs) / weekMs))
  const monthEndMs = startOfPeriod(endMs, 'month')
  const month = {fromMs: startOfPeriod(monthEndMs - 1, 'month'), toMs: monthEndMs}
  return {month: month.fromMs < fromMs ? null : month, weeks: {fromMs: endMs - weeks * weekMs, toMs: endMs}}
}

const hull = (spans: readonly Span[]): Span => ({
  fromMs: spans.reduce((least, {fromMs}) => Math.min(least, fromMs), Number.POSITIVE_INFINITY),
  toMs: spans.reduce((most, {toMs}) => Math.max(most, toMs), Number.NEGATIVE_INFINITY),
})

function listOnce(all: readonly AskedSpan[]): Pick<StatsQuestion, 'spans'> & Pick<Plan, 'indexOf'> {
  const spans: AskedSpan[] = []
  const indexes = new Map<string, number>()
  const keyOf = (span: Span): string => `${span.fromMs} ${span.toMs}`
  for (const span of all) if (!indexes.has(keyOf(span))) indexes.set(keyOf(span), spans.push(span) - 1)
  return {spans, indexOf: span => indexes.get(keyOf(span))!}
}
