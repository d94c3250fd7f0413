import type {StatsFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import {type MonthOfRuns, makeRunTotals, planRunTotals, type TotalsToKeep} from '../../totals/plan-run-totals.ts'
import {spanOf} from '../../totals/span-of.ts'
import {createReadCache} from '../columns/read-cache.ts'
import {readFacts} from '../facts/facts.ts'
import type {Database} from '../tables/database.ts'
import {stateBefore} from '../tables/month-marks.ts'
import {readRunsBefore} from '../totals/read-run-totals.ts'
import {encodeRunDurations} from './total-durations.ts'

/** Totals that are ready to be stored. */
export interface CountedRuns {
  /** The state that was counted: `stateBefore` the end of the month. */
  readonly state: string
  /** The runs of the month. */
  readonly runs: number
  readonly totals: TotalsToKeep
}

const sql = {
  unpairedEnds: `
    SELECT count(*) AS ends FROM unpaired_ends WHERE project = :project AND ended_at >= :from AND ended_at < :to`,
  kept: 'SELECT facts FROM run_totals WHERE project = :project AND span = :span',
} as const

/**
 * Totals the runs of a month, and of its year if the month is the first of it. The caller keeps a transaction open.
 * Blocks until it is done: about 15 microseconds for each run.
 */
export function totalRuns(database: Database, project: number, asked: MonthOfRuns): CountedRuns {
  const cache = createReadCache(null)
  const ask = (question: StatsQuestion): StatsFacts =>
    readFacts({database, cache, disk: {storeBytes: 0, freeBytes: null}}, question)
  const plan = planRunTotals(asked, readRunsBefore(database, project))
  const spans = plan.spans.map(({label, question}) => ({
    facts: ask(question),
    unpairedEnds: Number(database.prepare(sql.unpairedEnds).get({project, ...spanOf(label)})?.['ends']),
    durations: encodeRunDurations(database, {project, ...spanOf(label)}),
  }))
  const flow = plan.flow === null ? null : ask(plan.flow.question)
  const kept = database.prepare(sql.kept).get({project, span: asked.month})?.['facts']
  const made = makeRunTotals(plan, {spans, flow, kept: kept === undefined ? null : String(kept)})
  return {state: stateBefore(database, project, spanOf(asked.month).to), ...made}
}
