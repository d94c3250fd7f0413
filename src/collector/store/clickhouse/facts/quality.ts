import {formatDay} from '../../../../stats/model/period.ts'
import type {QualityFacts} from '../../../../stats/model/source.ts'
import {dayMs, type Span} from '../../../../stats/model/span.ts'
import {clientsAmong} from '../../rules/client-counts.ts'
import {lastReport} from '../../rules/last-report.ts'
import type {ClickHouse} from '../client/client.ts'
import {measureStore} from '../tables/measure-store.ts'

type Quality = Omit<QualityFacts, 'unpaired' | 'featuresSinceMs' | 'runsSinceMs'>

/** Reads the counters of the days of a range, the erased rows of its months, and the sizes of the store. */
export async function readQuality(clickhouse: ClickHouse, project: string, range: Span): Promise<Quality> {
  const [counts, lastReportMs, rest, {storeBytes, freeBytes, tables}, growth] = await Promise.all([
    readCounters(clickhouse, project, range),
    readLastReport(clickhouse, project),
    readErased(clickhouse, project, range),
    measureStore(clickhouse),
    readGrowth(clickhouse),
  ])
  const count = (counter: string): number => counts.get(counter) ?? 0
  return {
    clients: clientsAmong(counts),
    duplicates: null,
    refused: count('refused'),
    clamped: count('clamped'),
    wrongPeriods: count('wrong-periods'),
    undeclaredFields: count('undeclared-fields'),
    folded: count('folded'),
    beyondBudget: count('beyond-budget'),
    ...rest,
    datagrams: count('datagrams'),
    datagramsLost: count('datagrams-lost'),
    datagramsUnknown: count('datagrams-unknown'),
    lastReportMs,
    storeBytes,
    freeBytes,
    tables: tables.length === 0 ? null : tables,
    growth,
  }
}

async function readCounters(
  {ask, tableOf}: ClickHouse,
  project: string,
  {fromMs, toMs}: Span,
): Promise<ReadonlyMap<string, number>> {
  const rows = await ask<{counter: string; total: number}>(
    'counters',
    `SELECT counter, sum(count) AS total FROM ${tableOf('quality')} FINAL
     WHERE project IN ('', {project:String}) AND day >= {first:Date} AND day <= {last:Date} GROUP BY counter`,
    {project, first: formatDay(fromMs), last: formatDay(toMs - 1)},
  )
  return new Map(rows.map(({counter, total}) => [counter, total]))
}

async function readLastReport({ask, tableOf}: ClickHouse, project: string): Promise<number | null> {
  const [row] = await ask<{atMs: number | null}>(
    'last report',
    `SELECT maxOrNull(count) AS atMs FROM ${tableOf('quality')}
     WHERE project = {project:String} AND counter = '${lastReport}'`,
    {project},
  )
  return row?.atMs ?? null
}

async function readErased(
  {ask, tableOf}: ClickHouse,
  project: string,
  {fromMs, toMs}: Span,
): Promise<Pick<Quality, 'pending' | 'erased'>> {
  const [row] = await ask<{pending: number; runs: number; features: number}>(
    'erased rows',
    `SELECT (SELECT count() FROM ${tableOf('pending_events')} FINAL
        WHERE project = {project:String} AND is_stored = 0 AND content != '') AS pending,
      sumIf(count, kind IN ('ok', 'failed', 'signal', 'unknown', 'open')) AS runs, sumIf(count, kind = 'features') AS features
     FROM ${tableOf('erased')} FINAL
     WHERE project = {project:String} AND month >= {first:String} AND month <= {last:String}`,
    {project, first: formatDay(fromMs).slice(0, 7), last: formatDay(toMs - 1).slice(0, 7)},
  )
  const {pending = 0, runs = 0, features = 0} = row ?? {}
  return {pending, erased: {runs, features}}
}

async function readGrowth({ask, tableOf}: ClickHouse): Promise<QualityFacts['growth']> {
  const rows = await ask<{day: string; bytes: number}>(
    'growth',
    `SELECT day, bytes FROM ${tableOf('sizes')} FINAL ORDER BY day DESC LIMIT 400`,
  )
  const last = rows[0]
  if (last === undefined) return null
  const least = formatDay(Date.parse(last.day) - 90 * dayMs)
  const first = rows.findLast(({day}) => day >= least)!
  return {fromDay: first.day, fromBytes: first.bytes, toDay: last.day, toBytes: last.bytes}
}
