import {reach} from '../../../../fault-points.ts'
import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import {headerColumns} from '../../../../protocol/report/header-columns.ts'
import {formatDay} from '../../../../stats/model/period.ts'
import type {Store} from '../../store.ts'
import {spanOf} from '../../totals/span-of.ts'
import type {ClickHouse} from '../client/client.ts'
import {readSince} from '../facts/since.ts'
import {inPages} from '../moving/read-events.ts'
import {readPurges} from '../moving/read-parts.ts'
import {postFeatureTotals, postPurge, presenceColumns, presenceRow} from '../moving/restore-parts.ts'
import type {HeaderRow} from '../moving/rows.ts'
import {deleteRows} from './delete-rows.ts'
import {totalFeatures} from './total-features.ts'

/** If the month changes each time, the last count is stored. */
const maxCounts = 3

/** Makes the functions that purge features. */
export function createFeaturePurger(
  clickhouse: ClickHouse,
  onPurged: () => void,
): Pick<Store, 'nextFeatureMonth' | 'purgeFeatures'> {
  const {ask, tableOf} = clickhouse

  async function oldest(project: string, from: number): Promise<number | null> {
    const sql = `
      SELECT count() AS rows, min(at) AS atMs FROM ${tableOf('features')}
      WHERE project = {project:String} AND at >= {from:Int64}`
    const [row] = await ask<{rows: number; atMs: number}>('oldest feature', sql, {project, from})
    return row!.rows === 0 ? null : row!.atMs
  }

  /** How many events a month has. Copies may be in another month than the event. */
  async function stateOf(project: string, label: string): Promise<{readonly events: number; readonly state: string}> {
    const {from, to} = spanOf(label)
    const sql = `
      SELECT count() AS events, toString(sum(cityHash64(event, at, row_version))) AS state FROM ${tableOf('features')} FINAL
      WHERE project = {project:String} AND at >= {from:Int64} AND at < {to:Int64}`
    const [row] = await ask<{events: number; state: string}>('month of features', sql, {project, from, to})
    return row!
  }

  return {
    async nextFeatureMonth(project, after) {
      const {features} = await readPurges(clickhouse, project)
      let from = Math.max(features?.beforeMs ?? 0, after === null ? 0 : spanOf(after).to)
      for (;;) {
        const atMs = await oldest(project, from)
        if (atMs === null) return null
        const month = formatDay(atMs).slice(0, 7)
        const {events} = await stateOf(project, month)
        if (events > 0) return {month, events}
        from = spanOf(month).to
      }
    },
    async purgeFeatures(file, month, withYear) {
      const {project} = file
      const {to} = spanOf(month)
      const purges = await readPurges(clickhouse, project)
      // A call that was interrupted has stored the totals already.
      if ((purges.features?.beforeMs ?? 0) >= to) return deleteTotalledFeatures(clickhouse, project)
      const year = month.slice(0, 4)
      const isFirst = (purges.features?.beforeMs ?? 0) <= spanOf(year).from
      const labels = withYear && isFirst ? [year, month] : [month]
      if ((purges.runs?.beforeMs ?? 0) < to) await keepPresences(clickhouse, project, month)
      const firstMs = await readSince(clickhouse, project)
      let counted = await stateOf(project, labels[0]!)
      await forgetTotals(clickhouse, project, labels)
      await total(clickhouse, file, labels)
      try {
        await postPurge(clickhouse, project, 'features', {beforeMs: to, firstMs}, purges.features)
      } finally {
        onPurged()
      }
      // Events that were accepted while the month was counted.
      for (let turn = 1; turn < maxCounts; turn++) {
        const now = await stateOf(project, labels[0]!)
        if (now.state === counted.state) break
        counted = now
        if ((purges.runs?.beforeMs ?? 0) < to) await keepPresences(clickhouse, project, month)
        await total(clickhouse, file, labels)
      }
      reach('collector: a month totalled')
      return deleteTotalledFeatures(clickhouse, project)
    },
  }
}

/**
 * Deletes the totals that an interrupted call has left: some of their features may have been erased since. No answer uses
 * totals of months that are not purged.
 */
async function forgetTotals(clickhouse: ClickHouse, project: string, labels: readonly string[]): Promise<void> {
  const where = 'project = {project:String} AND span IN {labels:Array(String)}'
  const left = `SELECT 1 FROM ${clickhouse.tableOf('feature_totals')} WHERE ${where} LIMIT 1`
  const found = await clickhouse.ask('totals left', left, {project, labels})
  if (found.length > 0) await deleteRows(clickhouse, 'feature_totals', where, {project, labels})
}

async function total(clickhouse: ClickHouse, {project, identity}: ProjectFile, labels: readonly string[]) {
  for (const label of labels)
    await postFeatureTotals(clickhouse, project, label, await totalFeatures(clickhouse, project, label, identity))
  reach('shards: totals kept')
}

/** Keeps the days on which a person used a feature without a run, until their runs are totalled too. */
async function keepPresences(clickhouse: ClickHouse, project: string, month: string): Promise<void> {
  const columns = headerColumns.join(', ')
  const sql = `
    SELECT min(at) AS first, ${columns} FROM (
      SELECT at, ${columns} FROM ${clickhouse.tableOf('features')} FINAL
      WHERE project = {project:String} AND run IS NULL AND at >= {from:Int64} AND at < {to:Int64})
    GROUP BY intDiv(at, 86400000), ${columns}`
  const rows = clickhouse.rows<HeaderRow>('days of people', sql, {project, ...spanOf(month)})
  for await (const page of inPages(rows))
    await clickhouse.post(
      clickhouse.tableOf('lone'),
      presenceColumns,
      page.map(row =>
        presenceRow(
          project,
          headerColumns.map(column => row[column]),
          Number(row['first']),
        ),
      ),
    )
}

/** Deletes the uses that totals contain. Resolves to their number. */
export async function deleteTotalledFeatures(clickhouse: ClickHouse, project: string): Promise<number> {
  const {features} = await readPurges(clickhouse, project)
  if (features === null) return 0
  const parameters = {project, to: features.beforeMs}
  const where = 'project = {project:String} AND at < {to:Int64}'
  const sql = `SELECT count() AS rows FROM ${clickhouse.tableOf('features')} FINAL WHERE ${where}`
  const [row] = await clickhouse.ask<{rows: number}>('totalled features', sql, parameters)
  if (row!.rows > 0) await deleteRows(clickhouse, 'features', where, parameters)
  return row!.rows
}
