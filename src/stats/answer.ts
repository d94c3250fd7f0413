import type {ProjectFile} from '../protocol/project-file.ts'
import {compareWithBefore, previousSpan} from './compare.ts'
import {commonestFault, exitCodes, featureList, fieldStats, successRate, unusedFeatures} from './derive.ts'
import type {Count, Measure, Quality, Stats} from './model.ts'
import {type Period, periodsIn} from './period.ts'
import {rangeOf, type StatsQuery} from './query.ts'
import {countAcrossRotations, exactCount, type Rotation, rotationParts} from './rotation.ts'
import type {SpanFacts, StatsFacts, StatsQuestion, StatsSource} from './source.ts'
import type {Span} from './span.ts'

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
  const range = rangeOf(query)
  const periods = periodsIn(range, query.by, nowMs)
  const plan = makePlan(project, range, periods, nowMs)
  const facts = await source.facts(plan.question)
  return deriveStats({project, query, range, periods, nowMs, plan, facts})
}

/** The spans to ask for, each once, and where each answer is found. */
interface Plan {
  readonly question: StatsQuestion
  readonly previous: Span
  readonly indexOf: (span: Span) => number
}

function makePlan(project: ProjectFile, range: Span, periods: readonly Period[], nowMs: number): Plan {
  const spans: Span[] = []
  const indexes = new Map<string, number>()
  const keyOf = (span: Span): string => `${span.fromMs} ${span.toMs}`
  const previous = previousSpan(range, nowMs)
  for (const whole of [range, previous, ...periods.map(period => period.span)]) {
    for (const span of [whole, ...rotationParts(whole, project.identity.rotate)]) {
      if (indexes.has(keyOf(span))) continue
      indexes.set(keyOf(span), spans.push(span) - 1)
    }
  }
  const names = Object.keys(project.fields)
  const isNumber = (name: string): boolean => ['integer', 'number'].includes(project.fields[name]!.type)
  return {
    previous,
    indexOf: span => indexes.get(keyOf(span))!,
    question: {
      project: project.project,
      range,
      spans,
      lostBeforeMs: nowMs - project.lostAfterHours * 3_600_000,
      numberFields: names.filter(isNumber),
      valueFields: names.filter(name => !isNumber(name)),
    },
  }
}

interface Answering {
  readonly project: ProjectFile
  readonly query: StatsQuery
  readonly range: Span
  readonly periods: readonly Period[]
  readonly nowMs: number
  readonly plan: Plan
  readonly facts: StatsFacts
}

function deriveStats({project, query, range, periods, nowMs, plan, facts}: Answering): Stats {
  const at = (span: Span): SpanFacts => facts.spans[plan.indexOf(span)]!
  const whole = at(range)
  const measures = measureWith(at, range, periods, project.identity.rotate)
  const previousUsers = uniqueCount(at, 'users', plan.previous, project.identity.rotate)
  const inPeriods = <T>(pick: (facts: SpanFacts) => T) =>
    periods.map(({label, span, complete}) => ({period: label, ...pick(at(span)), complete}))
  return {
    project: query.project,
    from: query.from,
    to: query.to,
    by: query.by,
    ...measures,
    duration: {...whole.duration, periods: inPeriods(({duration}) => duration)},
    outcomes: {...whole.outcomes, periods: inPeriods(({outcomes}) => outcomes)},
    successRate: successRate(whole.outcomes),
    commonestFault: commonestFault(facts.exits),
    exitCodes: exitCodes(facts.exits),
    features: featureList(facts.features),
    unusedFeatures: unusedFeatures(project, facts.features),
    versions: facts.versions.map(({name, ...counts}) => ({version: name, ...counts})).sort(byRuns),
    systems: [...facts.systems].sort(byRuns),
    fields: fieldStats(project, facts),
    trend: compareWithBefore({
      previous: plan.previous,
      runs: {now: whole.runs, before: at(plan.previous).runs},
      users: {now: measures.users, before: previousUsers},
      complete: range.toMs <= nowMs,
    }),
    quality: qualityOf(facts, whole),
  }
}

type Unique = 'users' | 'hosts' | 'scripts'

function uniqueCount(at: (span: Span) => SpanFacts, what: Unique, span: Span, rotate: Rotation): Count {
  const parts = rotationParts(span, rotate).map(part => at(part)[what])
  return countAcrossRotations(at(span)[what], parts)
}

function measureWith(
  at: (span: Span) => SpanFacts,
  range: Span,
  periods: readonly Period[],
  rotate: Rotation,
): Record<Unique | 'runs', Measure> {
  const measure = (count: (span: Span) => Count): Measure => ({
    ...count(range),
    periods: periods.map(({label, span, complete}) => {
      const {total, ...bounds} = count(span)
      return {period: label, value: total, complete, ...bounds}
    }),
  })
  const unique = (what: Unique) => measure(span => uniqueCount(at, what, span, rotate))
  return {
    users: unique('users'),
    hosts: unique('hosts'),
    runs: measure(span => exactCount(at(span).runs)),
    scripts: unique('scripts'),
  }
}

function byRuns(a: {readonly runs: number}, b: {readonly runs: number}): number {
  return b.runs - a.runs || (JSON.stringify(a) < JSON.stringify(b) ? 1 : -1)
}

function qualityOf({quality}: StatsFacts, whole: SpanFacts): Quality {
  return {...quality, ciRuns: whole.ciRuns}
}
