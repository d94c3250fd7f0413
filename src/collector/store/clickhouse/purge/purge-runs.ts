import {reach} from '../../../../fault-points.ts'
import {Durations} from '../../../../protocol/durations/durations.ts'
import type {StatsFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import type {Store} from '../../store.ts'
import {type MonthOfRuns, makeRunTotals, planRunTotals} from '../../totals/plan-run-totals.ts'
import {spanOf} from '../../totals/span-of.ts'
import type {ClickHouse} from '../client/client.ts'
import {readSince} from '../facts/since.ts'
import {readPurges} from '../moving/read-parts.ts'
import {postPurge} from '../moving/restore-parts.ts'
import {runsSql} from '../moving/rows.ts'
import {neverMs} from '../tables/columns.ts'
import {deleteRows} from './delete-rows.ts'
import {encoded} from './total-features.ts'

const hasEnd = `tupleElement(end, 'received') < ${neverMs}`
const hasStart = `tupleElement(start, 'received') < ${neverMs}`
const inSpan = 'is_test = 0 AND counted >= {from:Int64} AND counted < {to:Int64}'

/** Makes the functions that purge runs. @param facts answers a question from the single rows and the totals */
export function createRunPurger(
  clickhouse: ClickHouse,
  facts: (question: StatsQuestion) => Promise<StatsFacts>,
  onPurged: () => void,
): Pick<Store, 'nextRunMonth' | 'countRuns' | 'purgeRuns'> {
  const {ask, post, tableOf} = clickhouse
  const runs = runsSql(tableOf('runs'))

  /** The runs of a month or a year, as far as only single rows tell. */
  async function countSpan(project: string, label: string) {
    const parameters = {project, ...spanOf(label)}
    const ends = `
      SELECT count() AS ends FROM ${tableOf('lone')} FINAL
      WHERE project = {project:String} AND kind = 'end' AND at >= {from:Int64} AND at < {to:Int64}`
    const seconds = `
      SELECT seconds, count() AS runs FROM (
        SELECT coalesce(tupleElement(end, 'seconds'), if(${hasStart},
          greatest(0, tupleElement(end, 'at') - tupleElement(start, 'at')) / 1000.0, NULL)) AS seconds
        FROM (${runs}) WHERE ${inSpan} AND ${hasEnd})
      WHERE seconds IS NOT NULL GROUP BY seconds`
    const durations = new Durations()
    for await (const row of clickhouse.rows<{seconds: number; runs: number}>('durations', seconds, parameters))
      for (let run = 0; run < row.runs; run++) durations.record(row.seconds)
    const [found] = await ask<{ends: number}>('ends', ends, parameters)
    return {unpairedEnds: found!.ends, durations: encoded(durations)}
  }

  /** Stores the totals. Resolves to the number of runs of the month. */
  async function total(asked: MonthOfRuns, runsBefore: number | null): Promise<number> {
    const {project} = asked.file
    const plan = planRunTotals(asked, runsBefore)
    const spans = []
    for (const {label, question} of plan.spans)
      spans.push({facts: await facts(question), ...(await countSpan(project, label))})
    const flow = plan.flow === null ? null : await facts(plan.flow.question)
    const sql = `
      SELECT facts FROM ${tableOf('run_totals')} FINAL WHERE project = {project:String} AND span = {span:String}`
    const [kept] = await ask<{facts: string}>('kept totals', sql, {project, span: asked.month})
    const made = makeRunTotals(plan, {spans, flow, kept: kept?.facts ?? null})
    // Of several totals of a span, the last one counts.
    const rows = [...new Map(made.totals)].map(([span, json]) => JSON.stringify([project, span, json, Date.now()]))
    await post(tableOf('run_totals'), ['project', 'span', 'facts', 'saved'], rows)
    reach('shards: totals kept')
    return made.runs
  }

  return {
    async nextRunMonth(project, after) {
      const purged = (await readPurges(clickhouse, project)).runs?.beforeMs ?? 0
      const from = Math.max(purged, after === null ? 0 : spanOf(after).to)
      const ofTable = (table: string, more = ''): string => `
        SELECT minOrNull(at) AS ms FROM ${tableOf(table)} FINAL
        WHERE project = {project:String} AND at >= {from:Int64} ${more}`
      const sql = `
        SELECT min(ms) AS atMs FROM (
          SELECT minOrNull(ms) AS ms FROM (
            SELECT multiIf(counted >= {from:Int64}, counted,
              counted < {purged:Int64} AND last_sign >= {from:Int64}, last_sign, NULL) AS ms FROM (${runs}))
          UNION ALL ${ofTable('lone')} UNION ALL ${ofTable('features', 'AND run IS NULL')})`
      const [row] = await ask<{atMs: number | null}>('oldest run', sql, {project, from, purged})
      return row?.atMs == null ? null : new Date(row.atMs).toISOString().slice(0, 7)
    },
    async countRuns(project, label, lostBeforeMs) {
      const sql = `
        SELECT count() AS runs, countIf(NOT (${hasEnd}) AND is_untold = 0 AND last_sign > {lost:Int64}) AS running
        FROM (${runs}) WHERE ${inSpan}`
      const parameters = {project, ...spanOf(label), lost: lostBeforeMs}
      const [row] = await ask<{runs: number; running: number}>('runs of a month', sql, parameters)
      return {runs: row!.runs, running: row!.running}
    },
    async purgeRuns(file, month, withYear, nowMs) {
      const {project} = file
      const {to} = spanOf(month)
      const purges = await readPurges(clickhouse, project)
      const before = purges.runs?.beforeMs ?? null
      // A call that was interrupted has stored the totals already.
      const isTotalled = (before ?? 0) >= to
      const count = isTotalled ? 0 : await total({file, month, withYear, nowMs}, before)
      try {
        if (!isTotalled) {
          const firstMs = await readSince(clickhouse, project)
          await postPurge(clickhouse, project, 'runs', {beforeMs: to, firstMs}, purges.runs)
          reach('collector: a month totalled')
        }
      } finally {
        onPurged()
      }
      await deleteTotalledRuns(clickhouse, project)
      return count
    },
  }
}

/** Runs that gave a sign of life since the purge. They stay, so that their later events do not count them again. */
const aliveRuns = (table: 'runs' | 'repeats', column: string): string => `
  SELECT run FROM runs WHERE project = {project:String} AND last_sign >= {to:Int64}
    AND run IN (SELECT run FROM ${table} WHERE project = {project:String} AND ${column} < {to:Int64})`

/**
 * Deletes the runs, ends and days of people that totals contain. The rows of a run are on one shard, and those of a run
 * that stays are never deleted, so a part that is changed later has the same list.
 */
export async function deleteTotalledRuns(clickhouse: ClickHouse, project: string): Promise<void> {
  const {runs} = await readPurges(clickhouse, project)
  if (runs === null) return
  const parameters = {project, to: runs.beforeMs}
  const isOld = (column: string): string => `project = {project:String} AND ${column} < {to:Int64}`
  const stays = (table: 'runs' | 'repeats', column: string): string => `run NOT IN (${aliveRuns(table, column)})`
  for (const [table, where] of [
    // The repeats go before their runs: without its run nothing would find a repeat.
    ['repeats', `${isOld('at')} AND ${stays('repeats', 'at')}`],
    ['runs', `${isOld('last_sign')} AND ${stays('runs', 'last_sign')}`],
    ['lone', isOld('at')],
  ] as const) {
    const found = await Promise.all(
      clickhouse.shards.map(shard =>
        shard.ask('totalled rows', `SELECT 1 FROM ${table} WHERE ${where} LIMIT 1`, parameters),
      ),
    )
    if (found.flat().length > 0) await deleteRows(clickhouse, table, where, parameters)
  }
}
