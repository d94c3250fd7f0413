import {headerColumns} from '../../../../protocol/report/header-columns.ts'
import type {FieldValues} from '../../../../protocol/values/scalars.ts'
import {foldedColumns} from '../../rules/fold-values.ts'
import {headerRank} from '../../rules/signs-of-life.ts'
import type {Erasure} from '../../store.ts'
import type {ClickHouse} from '../client/client.ts'
import {type RunRow, runsSql} from '../moving/rows.ts'
import {neverMs} from '../tables/columns.ts'

/** A run of others of which some rows have a header of the person. */
export interface SharedRun {
  readonly run: string
  /** The header that the run has without the person. */
  readonly header: RunRow['header']
  /** Of the features of others, if nothing else is known of the run. Null: those of the run stay. */
  readonly signs: {readonly first: number; readonly last: number} | null
}

/** What an erasure deletes. */
export interface Theirs {
  /** Runs whose start, repeat or end the people sent: everything in them is theirs. */
  readonly runs: readonly string[]
  /** These, and runs of which only features of the people are known. */
  readonly ownRuns: readonly string[]
  readonly shared: readonly SharedRun[]
  /** By month: runs by outcome (`run ok`, `run test`), features, unpaired-ends, pending. */
  readonly counts: readonly {readonly month: string; readonly kind: string; readonly count: number}[]
  /** Known texts that go with them, by kind. */
  readonly values: readonly {readonly kind: string; readonly values: readonly string[]}[]
}

/** Whether a row has a header of the people, and was received until then. */
export const ofUsers = (user: string, received = 'received'): string =>
  `(has({users:Array(String)}, ifNull(${user}, '')) AND ${received} <= {until:Int64})`

const headerOfUsers = ofUsers("tupleElement(header, 'user')", "tupleElement(header, 'received')")

const tables = ['features', 'lone', 'pending_events']

/** Whether any row that was received until an instant has a header of the people. */
export async function hasRows(
  {ask, tableOf}: ClickHouse,
  {project, users}: Erasure,
  until = neverMs,
): Promise<boolean> {
  const some = [
    `SELECT 1 FROM ${tableOf('runs')} WHERE project = {project:String}
     AND ${ofUsers("tupleElement(header, 'user')")} LIMIT 1`,
    ...tables.map(
      table => `SELECT 1 FROM ${tableOf(table)} WHERE project = {project:String} AND ${ofUsers('user')} LIMIT 1`,
    ),
  ]
  const rows = await Promise.all(some.map(sql => ask('rows of people', sql, {project, users, until})))
  return rows.some(found => found.length > 0)
}

type Ask = <Row>(sql: string) => Promise<readonly Row[]>

/**
 * Finds the rows of people that were received until an instant (Unix milliseconds). Reads the whole project: no index finds
 * them.
 */
export async function findTheirs(clickhouse: ClickHouse, {project, users}: Erasure, until: number): Promise<Theirs> {
  const ask: Ask = sql => clickhouse.ask('rows of people', sql, {project, users, until})
  const {tableOf} = clickhouse
  const touched = await ask<RunRow>(touchedSql(tableOf('runs')))
  const isTheirs = ({header}: RunRow): boolean => users.includes(userOf(header) ?? '') && header[2] <= until
  const runs = touched.filter(row => isTheirs(row) && row.header[0] < headerRank.feature)
  const ofFeatures = touched.filter(row => row.header[0] === headerRank.feature)
  const others = touched.filter(row => !isTheirs(row) && row.header[0] < headerRank.feature)
  const kept = await keptRuns(ask, clickhouse, ofFeatures)
  const own = [...runs, ...ofFeatures.filter(({run}) => !kept.some(one => one.run === run))]
  const counts = [...countRuns(own), ...(await ask<Theirs['counts'][number]>(countsSql(clickhouse)))]
  const shared = [...others.map(({run, header}) => ({run, header, signs: null})), ...kept]
  const lone = await ask<{fields: string}>(
    `SELECT DISTINCT fields FROM ${tableOf('lone')} WHERE project = {project:String} AND fields != '' AND ${ofUsers('user')}`,
  )
  const texts = [...own.flatMap(({start, again, end}) => [start[4], again[4], end[4]]), ...lone.map(one => one.fields)]
  const values = [...(await onlyTheirs(ask, clickhouse)), ...fieldValues(texts)]
  return {runs: runs.map(({run}) => run), ownRuns: own.map(({run}) => run), shared, counts, values}
}

/**
 * The merged runs of which a raw row has a header of the people: another row may replace it. Lists of runs are made on the
 * servers (GLOBAL: by all shards for each), because they can be long.
 */
const touchedSql = (runs: string): string =>
  runsSql(
    runs,
    `run GLOBAL IN (SELECT run FROM ${runs} WHERE project = {project:String}
      AND ${ofUsers("tupleElement(header, 'user')")})`,
  )

/** The ids of runs that are theirs: whose start, repeat or end they sent. */
const theirRunsSql = (runs: string): string => `
  SELECT toNullable(run) FROM (${touchedSql(runs)})
  WHERE ${headerOfUsers} AND tupleElement(header, 'rank') < ${headerRank.feature}`

const userPlace = 3 + headerColumns.indexOf('user')
const userOf = (header: RunRow['header']): string | null => header[userPlace] as string | null

/** Runs of which only features are known keep the features of others, as if only those had arrived. */
async function keptRuns(ask: Ask, {tableOf}: ClickHouse, runs: readonly RunRow[]): Promise<readonly SharedRun[]> {
  if (runs.length === 0) return []
  const header = headerColumns.map(column => `toNullable(${column})`).join(', ')
  const rows = await ask<{run: string; header: RunRow['header']; first: number; last: number}>(
    `SELECT run, min(tuple(${headerRank.feature}, at, received, ${header})) AS header, min(at) AS first,
       max(least(at + toInt64(round(ifNull(seconds, 0) * 1000)), greatest(received, at))) AS last
     FROM (
       SELECT * FROM ${tableOf('features')} FINAL WHERE project = {project:String} AND run GLOBAL IN (
         SELECT toNullable(run) FROM (${touchedSql(tableOf('runs'))}) WHERE tupleElement(header, 'rank') = ${headerRank.feature})
     ) WHERE NOT ${ofUsers('user')} GROUP BY run`,
  )
  return rows.map(({run, header, first, last}) => ({run, header, signs: {first, last}}))
}

function countRuns(runs: readonly RunRow[]): Theirs['counts'] {
  const kinds = Map.groupBy(runs, row => JSON.stringify([monthOf(row.counted), `run ${resultOf(row)}`]))
  return [...kinds].map(([key, {length}]) => {
    const [month, kind] = JSON.parse(key) as [string, string]
    return {month, kind, count: length}
  })
}

const monthOf = (ms: number): string => new Date(ms).toISOString().slice(0, 7)

function resultOf({end, is_test, is_untold}: RunRow): string {
  if (is_test === 1) return 'test'
  const [exitCode, signal] = [end[6], end[7]]
  if (end[0] === neverMs) return is_untold === 1 ? 'unknown' : 'open'
  if (signal !== null) return 'signal'
  return exitCode === 0 ? 'ok' : exitCode === null ? 'unknown' : 'failed'
}

function countsSql({tableOf}: ClickHouse): string {
  const month = "formatDateTime(fromUnixTimestamp64Milli(at, 'UTC'), '%Y-%m')"
  const theirs = `project = {project:String} AND (${ofUsers('user')} OR run GLOBAL IN (${theirRunsSql(tableOf('runs'))}))`
  return `
    SELECT ${month} AS month, 'features' AS kind, count() AS count FROM ${tableOf('features')} FINAL WHERE ${theirs}
    GROUP BY month
    UNION ALL SELECT ${month} AS month, 'unpaired-ends' AS kind, count() AS count FROM ${tableOf('lone')} FINAL
    WHERE project = {project:String} AND kind = 'end' AND ${ofUsers('user')} GROUP BY month
    UNION ALL SELECT '' AS month, 'pending' AS kind, count() AS count FROM ${tableOf('pending_events')} FINAL
    WHERE ${theirs} AND is_stored = 0 AND content != '' HAVING count > 0`
}

/** The texts in fields, given as JSON. If others have them too, they become known again with the next event. */
function fieldValues(texts: readonly string[]): Theirs['values'] {
  const found = new Map<string, Set<string>>()
  for (const text of new Set(texts))
    for (const [name, value] of Object.entries(text === '' ? {} : (JSON.parse(text) as FieldValues))) {
      if (typeof value !== 'string') continue
      const kind = `field ${name}`
      found.set(kind, (found.get(kind) ?? new Set()).add(value))
    }
  return [...found].map(([kind, values]) => ({kind, values: [...values]}))
}

/** The known values of their headers and features that no row of others has. */
async function onlyTheirs(ask: Ask, {tableOf}: ClickHouse): Promise<Theirs['values']> {
  const columns = foldedColumns.map(column => `('${column}', toNullable(toString(${column})))`)
  const ofRuns = foldedColumns.map(column => `('${column}', tupleElement(header, '${column}'))`)
  const isOwn = `(${ofUsers('user')} OR run GLOBAL IN (${theirRunsSql(tableOf('runs'))}))`
  const rows = await ask<{kind: string; value: string}>(
    `SELECT tupleElement(pair, 1) AS kind, assumeNotNull(tupleElement(pair, 2)) AS value
     FROM (
       SELECT arrayJoin([${ofRuns.join(', ')}]) AS pair,
         ${ofUsers("tupleElement(header, 'user')")} OR run GLOBAL IN (
           SELECT run FROM (${touchedSql(tableOf('runs'))}) WHERE ${headerOfUsers}) AS own
       FROM ${tableOf('runs')} WHERE project = {project:String}
       UNION ALL
       SELECT arrayJoin([${columns.join(', ')}, ('feature', toNullable(concat(type, '\n', name)))]) AS pair, ${isOwn} AS own
       FROM ${tableOf('features')} WHERE project = {project:String}
       UNION ALL
       SELECT arrayJoin([${columns.join(', ')}]) AS pair, ${ofUsers('user')} AS own
       FROM ${tableOf('lone')} WHERE project = {project:String}
     ) WHERE tupleElement(pair, 2) IS NOT NULL GROUP BY kind, value HAVING countIf(NOT own) = 0`,
  )
  return [...Map.groupBy(rows, ({kind}) => kind)].map(([kind, same]) => ({kind, values: same.map(({value}) => value)}))
}
