import type {ProjectFile} from '../../../protocol/project/project-file.ts'
import {planFlow} from '../../../stats/answer/flow.ts'
import {makePlan} from '../../../stats/answer/plan.ts'
import {type PeriodLength, periodsIn} from '../../../stats/model/period.ts'
import {parseStatsQuery} from '../../../stats/model/query.ts'
import type {StatsFacts, StatsQuestion} from '../../../stats/model/source.ts'
import type {RunTotals} from './run-totals.ts'
import {spanOf} from './span-of.ts'

/** A month whose runs are replaced by totals. */
export interface MonthOfRuns {
  readonly file: ProjectFile
  /** `YYYY-MM`. */
  readonly month: string
  /** Whether its year is totalled too, if none of its months is purged. */
  readonly withYear: boolean
  readonly nowMs: number
}

/** A month or a year to total, with the question that people ask about it. */
interface PlannedSpan {
  readonly label: string
  readonly question: StatsQuestion
  /** The step of the span in the question. Null if its flow is unknown. */
  readonly step: number | null
}

/** What a store must count to total the runs of a month. */
export interface RunTotalsPlan {
  /** The year, if it is totalled, and then the month. */
  readonly spans: readonly PlannedSpan[]
  /** The question about the users of each month of the year. Null if the year is not totalled. */
  readonly flow: {
    readonly question: StatsQuestion
    readonly steps: readonly (readonly [string, number | null])[]
  } | null
}

/** What a store counted. */
export interface CountedPlan {
  /** Of each span of the plan. */
  readonly spans: readonly {
    readonly facts: StatsFacts
    /** Ends without a run. */
    readonly unpairedEnds: number
    /** The histogram of the durations of its runs, encoded (`encodeDurations`) as base64. */
    readonly durations: string
  }[]
  /** The facts of `RunTotalsPlan.flow`. */
  readonly flow: StatsFacts | null
  /** The totals of the month that are stored already, as JSON. Null if there are none. */
  readonly kept: string | null
}

/** Spans and their totals as JSON, in the order in which they are stored. */
export type TotalsToKeep = readonly (readonly [span: string, facts: string])[]

/** Plans what to count. A year is totalled with its first month. Pure. */
export function planRunTotals(asked: MonthOfRuns, runsBeforeMs: number | null): RunTotalsPlan {
  const year = asked.month.slice(0, 4)
  const hasYear = asked.withYear && (runsBeforeMs ?? 0) <= spanOf(year).from
  const labels = hasYear ? [year, asked.month] : [asked.month]
  return {spans: labels.map(label => planSpan(asked, label)), flow: hasYear ? planFlowOf(asked, year) : null}
}

/** Makes the totals of a plan from what the store counted. Pure. */
export function makeRunTotals(
  plan: RunTotalsPlan,
  counted: CountedPlan,
): {readonly runs: number; readonly totals: TotalsToKeep} {
  const made = plan.spans.map(({label, step}, place) => ({label, totals: totalsOf(counted.spans[place]!, step)}))
  const {label, totals} = made.pop()!
  const flows =
    plan.flow === null ? [] : plan.flow.steps.map(([month, step]) => [month, flowAt(counted.flow!, step)] as const)
  const known = flows.find(([month]) => month === label)?.[1] ?? flowOf(counted.kept)
  // If its users have changed since the year was counted, the flow of the new totals counts.
  const kept = {...totals, flow: known?.users === totals.span.users.high ? known : totals.flow}
  const toKeep = [
    ...made.map(one => [one.label, JSON.stringify(one.totals)] as const),
    ...flows.map(([month, flow]) => [month, JSON.stringify({flow})] as const),
    [label, JSON.stringify(kept)] as const,
  ]
  return {runs: totals.span.runs, totals: toKeep}
}

function planSpan(asked: MonthOfRuns, label: string): PlannedSpan {
  const question = questionOf(asked, label)
  const by = lengthOf(label)
  const {found, steps} = planFlow(periodsIn(question.range, by, Number.POSITIVE_INFINITY), by, asked.file.identity)
  return {label, question: {...question, steps}, step: found[0]!.step}
}

/**
 * How many users of each month of a year were seen before, while the earlier months still have single runs. The other
 * totals of a month are counted when the month is purged.
 */
function planFlowOf(asked: MonthOfRuns, year: string): RunTotalsPlan['flow'] {
  const question = questionOf(asked, year)
  const months = periodsIn(question.range, 'month', Number.POSITIVE_INFINITY)
  const {found, steps} = planFlow(months, 'month', asked.file.identity)
  return {
    question: {...question, spans: [], steps},
    steps: months.map(({label}, index) => [label, found[index]!.step] as const),
  }
}

function totalsOf({facts, unpairedEnds, durations}: CountedPlan['spans'][number], step: number | null): RunTotals {
  const {exits, versionEndings, named, numberFields, valueFields} = facts
  const span = {...facts.spans[0]!, durations}
  return {span, exits, versionEndings, named, numberFields, valueFields, unpairedEnds, flow: flowAt(facts, step)}
}

/** The flow of the month that was stored with its year. */
const flowOf = (kept: string | null): RunTotals['flow'] => (kept === null ? null : (JSON.parse(kept) as RunTotals).flow)

function flowAt({steps}: StatsFacts, step: number | null): RunTotals['flow'] {
  if (step === null) return null
  const {users, seenBefore, seenJustBefore} = steps.find(one => one.step === step) ?? {
    users: 0,
    seenBefore: 0,
    seenJustBefore: 0,
  }
  return {users, seenBefore, seenJustBefore}
}

function questionOf({file, nowMs}: MonthOfRuns, label: string): StatsQuestion {
  const {from, to} = spanOf(label)
  const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
  const query = parseStatsQuery({project: file.project, from: day(from), to: day(to - 1), by: lengthOf(label)}, nowMs)
  const {question, range} = makePlan(file, query, nowMs)
  return {...question, spans: [range], periods: [range], versionUsers: null}
}

const lengthOf = (label: string): PeriodLength => (label.length === 4 ? 'year' : 'month')
