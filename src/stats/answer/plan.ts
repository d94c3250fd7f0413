import type {ProjectFile} from '../../protocol/project-file.ts'
import {type Period, periodsIn} from '../model/period.ts'
import {rangeOf, type StatsQuery} from '../model/query.ts'
import type {AskedSpan, StatsQuestion} from '../model/source.ts'
import type {Span} from '../model/span.ts'
import {previousSpan, yearBeforeSpan} from './compare.ts'
import {type FlowPlan, planFlow} from './flow.ts'
import {rotationParts} from './rotation.ts'

/** The question to a store, with each span once, and the place of each answer. */
export interface Plan {
  readonly question: StatsQuestion
  readonly range: Span
  readonly periods: readonly Period[]
  readonly previous: Span
  readonly yearBefore: Span
  readonly flow: FlowPlan
  /** The place of a span, or of a rotation part of it, among the facts. */
  readonly indexOf: (span: Span) => number
}

/** Plans the question that answers a query. `nowMs` decides which periods are incomplete and which runs are lost. Pure. */
export function makePlan(project: ProjectFile, query: StatsQuery, nowMs: number): Plan {
  const range = rangeOf(query)
  const periods = periodsIn(range, query.by, nowMs)
  const {rotate} = project.identity
  const previous = previousSpan(range, nowMs)
  const yearBefore = yearBeforeSpan(range, nowMs)
  const parts = (span: Span): Span[] => rotationParts(span, rotate)
  const whole = [range, ...periods.map(period => period.span)]
  const before = [previous, yearBefore]
  // Each span is asked for once, so the first one must need the most.
  const {spans, indexOf} = listOnce([
    ...whole,
    ...whole.flatMap(parts).map(span => ({...span, needs: 'unique' as const})),
    ...before.flatMap(span => [span, ...parts(span)]).map(span => ({...span, needs: 'people' as const})),
  ])
  const flow = planFlow(periods, query.by, rotate)
  const names = Object.keys(project.fields)
  const isNumber = (name: string): boolean => ['integer', 'number'].includes(project.fields[name]!.type)
  const question: StatsQuestion = {
    project: project.project,
    range,
    spans,
    periods: periods.map(period => period.span),
    steps: flow.steps,
    filters: query.filters,
    lostBeforeMs: nowMs - project.lostAfterHours * 3_600_000,
    numberFields: names.filter(isNumber),
    valueFields: names.filter(name => !isNumber(name)),
  }
  return {question, range, periods, previous, yearBefore, flow, indexOf}
}

function listOnce(all: readonly AskedSpan[]): Pick<StatsQuestion, 'spans'> & Pick<Plan, 'indexOf'> {
  const spans: AskedSpan[] = []
  const indexes = new Map<string, number>()
  const keyOf = (span: Span): string => `${span.fromMs} ${span.toMs}`
  for (const span of all) if (!indexes.has(keyOf(span))) indexes.set(keyOf(span), spans.push(span) - 1)
  return {spans, indexOf: span => indexes.get(keyOf(span))!}
}
