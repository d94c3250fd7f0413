import type {ProjectFile} from '../../../../protocol/project-file.ts'
import {planFlow} from '../../../../stats/answer/flow.ts'
import {makePlan} from '../../../../stats/answer/plan.ts'
import {type PeriodLength, periodsIn} from '../../../../stats/model/period.ts'
import {parseStatsQuery} from '../../../../stats/model/query.ts'
import type {StatsFacts, StatsQuestion, Step} from '../../../../stats/model/source.ts'
import type {RunTotals} from '../../totals/run-totals.ts'
import {createReadCache, type ReadCache} from '../columns/read-cache.ts'
import {readFacts} from '../facts/facts.ts'
import type {Database} from '../tables/database.ts'
import {readRunsBefore} from '../totals/read-run-totals.ts'
import {spanOf, stateBefore} from './month-state.ts'
import {encodeRunDurations} from './total-durations.ts'

/** A month whose runs are replaced by totals. */
export interface MonthOfRuns {
  readonly file: ProjectFile
  /** `YYYY-MM`. */
  readonly month: string
  /** Whether its year is totalled too, if none of its months is purged. */
  readonly withYear: boolean
  readonly nowMs: number
}

/** Totals that are ready to be stored. */
export interface CountedRuns {
  /** The state that was counted: `stateBefore` the end of the month. */
  readonly state: string
  /** The runs of the month. */
  readonly runs: number
  /** Spans and their totals as JSON, in the order in which they are stored. */
  readonly totals: readonly (readonly [span: string, facts: string])[]
}

const sql = {
  unpairedEnds: `
    SELECT count(*) AS ends FROM unpaired_ends WHERE project = :project AND ended_at >= :from AND ended_at < :to`,
  kept: 'SELECT facts FROM run_totals WHERE project = :project AND span = :span',
} as const

interface Counting extends MonthOfRuns {
  readonly database: Database
  readonly project: number
  readonly cache: ReadCache
}

/**
 * Totals the runs of a month, and of its year if the month is the first of it. The caller keeps a transaction open.
 * Blocks until it is done: about 15 microseconds for each run.
 */
export function totalRuns(database: Database, project: number, asked: MonthOfRuns): CountedRuns {
  const counting = {...asked, database, project, cache: createReadCache(null)}
  const {month} = asked
  const year = month.slice(0, 4)
  const totals: [string, string][] = []
  const flows = new Map<string, RunTotals['flow']>()
  if (asked.withYear && (readRunsBefore(database, project) ?? 0) <= spanOf(year).from) {
    totals.push([year, JSON.stringify(countSpan(counting, year))])
    for (const [label, flow] of flowsOf(counting, year)) {
      flows.set(label, flow)
      totals.push([label, JSON.stringify({flow})])
    }
  }
  const ofMonth = countSpan(counting, month)
  const flow = flows.get(month) ?? keptFlow(counting)
  // If its users have changed since the year was counted, the flow of the new totals counts.
  const kept = {...ofMonth, flow: flow?.users === ofMonth.span.users.high ? flow : ofMonth.flow}
  totals.push([month, JSON.stringify(kept)])
  return {state: stateBefore(database, project, spanOf(month).to), runs: ofMonth.span.runs, totals}
}

/** Totals a month or a year with the same question that people ask. */
function countSpan(counting: Counting, label: string): RunTotals {
  const {database, project, file} = counting
  const question = questionOf(counting, label)
  const by = lengthOf(label)
  const {found, steps} = planFlow(periodsIn(question.range, by, Number.POSITIVE_INFINITY), by, file.identity)
  const facts = ask(counting, {...question, steps})
  const ends = database.prepare(sql.unpairedEnds).get({project, ...spanOf(label)})
  return {
    span: {...facts.spans[0]!, durations: encodeRunDurations(database, {project, ...spanOf(label)})},
    exits: facts.exits,
    named: facts.named,
    numberFields: facts.numberFields,
    valueFields: facts.valueFields,
    unpairedEnds: Number(ends?.['ends']),
    flow: flowAt(facts, found[0]!.step),
  }
}

/**
 * How many users of each month of a year were seen before, while the earlier months still have single runs. The other
 * totals of a month are counted when the month is purged.
 */
function flowsOf(counting: Counting, year: string): [month: string, RunTotals['flow']][] {
  const question = questionOf(counting, year)
  const months = periodsIn(question.range, 'month', Number.POSITIVE_INFINITY)
  const {found, steps} = planFlow(months, 'month', counting.file.identity)
  const facts = ask(counting, {...question, spans: [], steps})
  return months.map(({label}, index) => [label, flowAt(facts, found[index]!.step)])
}

/** The flow of the month that was stored with its year. */
function keptFlow({database, project, month}: Counting): RunTotals['flow'] {
  const facts = database.prepare(sql.kept).get({project, span: month})?.['facts']
  return facts === undefined ? null : (JSON.parse(String(facts)) as RunTotals).flow
}

function flowAt({steps}: StatsFacts, step: number | null): RunTotals['flow'] {
  if (step === null) return null
  const {users, seenBefore, seenJustBefore} = steps.find(one => one.step === step) ?? {
    users: 0,
    seenBefore: 0,
    seenJustBefore: 0,
  }
  return {users, seenBefore, seenJustBefore}
}

const ask = ({database, cache}: Counting, question: StatsQuestion & {readonly steps: readonly Step[]}): StatsFacts =>
  readFacts({database, cache, disk: {storeBytes: 0, freeBytes: null}}, question)

function questionOf({file, nowMs}: Counting, label: string): StatsQuestion {
  const {from, to} = spanOf(label)
  const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
  const query = parseStatsQuery({project: file.project, from: day(from), to: day(to - 1), by: lengthOf(label)}, nowMs)
  const {question, range} = makePlan(file, query, nowMs)
  return {...question, spans: [range], periods: [range]}
}

const lengthOf = (label: string): PeriodLength => (label.length === 4 ? 'year' : 'month')
