import {createHash} from 'node:crypto'
import {UsageError} from '../../../../errors.ts'
import {headerColumns} from '../../../../protocol/report/header-columns.ts'
import type {FeatureTotal, OtherPart, PartOf} from '../../parts.ts'
import {lastReport} from '../../rules/last-report.ts'
import type {ClickHouse} from '../client/client.ts'
import {neverMs} from '../tables/columns.ts'
import {noProject} from '../write/counters.ts'
import {type HeaderRow, headerOf, headerOfRun, type RunRow, runsSql} from './rows.ts'

/** Rows of one part. It bounds the length of a line. */
const partRows = 500

const columns = headerColumns.join(', ')

type Purges = Pick<PartOf<'end'>, 'runs' | 'features'>

/** Since when single rows of a project are kept. */
export async function readPurges(clickhouse: ClickHouse, project: string): Promise<Purges> {
  const rows = await clickhouse.ask<{what: 'runs' | 'features'; beforeMs: number; firstMs: number | null}>(
    'purges',
    `SELECT what, before_ms AS beforeMs, first_ms AS firstMs FROM ${clickhouse.tableOf('purges')} FINAL
     WHERE project = {project:String}`,
    {project},
  )
  const purgeOf = (name: string): Purges['runs'] => {
    const row = rows.find(({what}) => what === name)
    return row === undefined ? null : {beforeMs: row.beforeMs, firstMs: row.firstMs}
  }
  return {runs: purgeOf('runs'), features: purgeOf('features')}
}

/** Reads the part of an export that comes before the events. */
export async function readBegin(clickhouse: ClickHouse, project: string): Promise<PartOf<'begin'>> {
  return {part: 'begin', store: await readStoreId(clickhouse), ...(await readPurges(clickhouse, project))}
}

/** The id of the store: of its database, and of when its first tables were made. */
async function readStoreId({database, shards}: ClickHouse): Promise<string> {
  const sql = 'SELECT min(applied) AS applied FROM migrations WHERE version = 1'
  const made = await Promise.all(shards.map(shard => shard.ask<{applied: number}>('id', sql)))
  const firstMs = Math.min(...made.flat().map(({applied}) => applied))
  return createHash('sha256').update(`${database}\n${firstMs}`).digest('hex').slice(0, 32)
}

const ends = (told: string): string => `tupleElement(${told}, 'received') < ${neverMs}`
const at = (told: string): string => `tupleElement(${told}, 'at')`

/** Of other runs, their events tell the same. */
const tellsMore = `(is_clamped = 1 OR NOT (${ends('start')}) AND NOT (${ends('end')})
  OR first_sign < if(${ends('start')} AND ${ends('end')}, least(${at('start')}, ${at('end')}), counted)
  OR last_sign > if(${ends('start')} AND ${ends('end')}, greatest(${at('start')}, ${at('end')}), counted))`

/**
 * Yields what a project has beside its events. Rejects with a `UsageError` USAGE_COLLECTOR_BUSY if a month was replaced by
 * totals since the begin.
 */
export async function* readOthers(
  clickhouse: ClickHouse,
  project: string,
  begin: PartOf<'begin'>,
): AsyncGenerator<OtherPart> {
  const {tableOf} = clickhouse
  const parameters = {project, runs: begin.runs?.beforeMs ?? Number.MIN_SAFE_INTEGER}
  const runs = `SELECT * FROM (${runsSql(tableOf('runs'))}) WHERE greatest(counted, last_sign) >= {runs:Int64} AND ${tellsMore}`
  yield* pieces(clickhouse.rows<RunRow>('runs', runs, parameters), row => JSON.stringify(headerOfRun(row)), runsPart)
  const pending = `
    SELECT event, is_stored, received, content, ${columns} FROM ${tableOf('pending_events')} FINAL
    WHERE project = {project:String} AND content != ''`
  const keyOf = (row: HeaderRow): string => JSON.stringify(headerOf(row))
  yield* pieces(clickhouse.rows<HeaderRow>('pending', pending, {project}), keyOf, pendingPart)
  const days = `
    SELECT at, ${columns} FROM ${tableOf('lone')} FINAL
    WHERE project = {project:String} AND kind = 'presence' AND at >= {runs:Int64}`
  yield* pieces(clickhouse.rows<HeaderRow>('days', days, parameters), keyOf, daysPart)
  yield* readCounters(clickhouse, project, begin.store)
  yield* readTotals(clickhouse, project)
  const now = await readPurges(clickhouse, project)
  if (now.runs?.beforeMs !== begin.runs?.beforeMs || now.features?.beforeMs !== begin.features?.beforeMs)
    throw new UsageError('USAGE_COLLECTOR_BUSY', 'a month was replaced by totals during the export', {
      next: 'Export again.',
    })
  yield {part: 'end', store: begin.store, ...now}
}

/** Makes parts of rows that share a header. */
async function* pieces<Row>(
  rows: AsyncIterable<Row>,
  keyOf: (row: Row) => string,
  partOf: (rows: readonly Row[]) => OtherPart,
): AsyncGenerator<OtherPart> {
  let page: Row[] = []
  const flush = function* (): Generator<OtherPart> {
    for (const same of Map.groupBy(page, keyOf).values()) yield partOf(same)
    page = []
  }
  for await (const row of rows) if (page.push(row) === partRows) yield* flush()
  yield* flush()
}

const runsPart = (rows: readonly RunRow[]): OtherPart => ({
  part: 'runs',
  header: headerOfRun(rows[0]!),
  runs: rows.map(row => ({
    run: row.run,
    rank: row.header[0] as 1 | 2 | 3 | 4,
    firstSignMs: row.first_sign,
    lastSignMs: row.last_sign,
    isClamped: row.is_clamped === 1,
    isOutcomeUntold: row.is_untold === 1,
    isTest: row.is_test === 1,
  })),
})

const pendingPart = (rows: readonly HeaderRow[]): OtherPart => ({
  part: 'pending',
  header: headerOf(rows[0]!),
  events: rows.map(row => ({
    ...JSON.parse(String(row['content'])),
    isStored: row['is_stored'] === 1,
    receivedMs: Number(row['received']),
  })),
})

const daysPart = (rows: readonly HeaderRow[]): OtherPart => ({
  part: 'days',
  header: headerOf(rows[0]!),
  usedMs: rows.map(row => Number(row['at'])),
})

async function* readCounters({ask, tableOf}: ClickHouse, project: string, store: string): AsyncGenerator<OtherPart> {
  // What a store received is known only to this kind of store: it makes the duplicates of it.
  const quality = `
    SELECT toString(day) AS day, counter AS name,
      if(counter = '${lastReport}', max(count), sum(count)) AS total FROM ${tableOf('quality')} FINAL
    WHERE project = {project:String} AND counter NOT IN ('received', 'probe') GROUP BY day, counter HAVING total != 0 ORDER BY day, name`
  const erased = `
    SELECT month AS day, kind AS name, sum(count) AS total FROM ${tableOf('erased')} FINAL
    WHERE project = {project:String} GROUP BY month, kind HAVING total != 0 ORDER BY day, name`
  for (const [of, sql, id] of [
    ['project', quality, project],
    ['store', quality, noProject],
    ['erased', erased, project],
  ] as const) {
    const rows = await ask<{day: string; name: string; total: number}>(`${of} counters`, sql, {project: id})
    for (let from = 0; from < rows.length; from += partRows)
      yield {
        ...{part: 'counters', store, of},
        counters: rows.slice(from, from + partRows).map(({day, name, total}) => [day, name, total]),
      }
  }
}

async function* readTotals({ask, tableOf}: ClickHouse, project: string): AsyncGenerator<OtherPart> {
  const runs = await ask<{span: string; facts: string}>(
    'run totals',
    `SELECT span, facts FROM ${tableOf('run_totals')} FINAL WHERE project = {project:String} ORDER BY span`,
    {project},
  )
  for (const {span, facts} of runs) yield {part: 'run-totals', span, facts: JSON.parse(facts)}
  const features = await ask<{span: string; facts: string}>(
    'feature totals',
    `SELECT span, facts FROM ${tableOf('feature_totals')} FINAL WHERE project = {project:String}
     ORDER BY span, type, name, use`,
    {project},
  )
  for (const [span, rows] of Map.groupBy(features, row => row.span))
    for (let from = 0; from < rows.length; from += partRows)
      yield {
        ...{part: 'feature-totals', span},
        totals: rows.slice(from, from + partRows).map(({facts}) => JSON.parse(facts) as FeatureTotal),
      }
}
