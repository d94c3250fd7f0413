import {UsageError} from '../../../../errors.ts'
import {type HeaderColumn, headerColumns} from '../../../../protocol/report/header-columns.ts'
import type {ClickHouse} from '../client/client.ts'
import type {Connection} from '../client/connection.ts'
import {headerDdl, runHeaderDdl} from './columns.ts'
import {migrations, versionsStatement} from './migrations.ts'

/** The tables with columns of headers. */
const withHeaders = ['features', 'lone', 'pending_events']

/**
 * Makes the database and its tables on every server, and brings older ones to this version. Several collectors may do so
 * at the same time. A server that is down is left alone if another one had this version before. Rejects with a `UsageError`: USAGE_STORE_UNREADABLE if a newer program wrote the store,
 * USAGE_STORE_UNREACHABLE and USAGE_STORE_REFUSED.
 */
export async function prepareTables(clickhouse: ClickHouse): Promise<void> {
  const {servers, outside} = clickhouse
  const prepared = await Promise.allSettled(
    servers.map((server, index) => prepare(clickhouse, server, outside[index]!)),
  )
  const wasCurrent = prepared.some(one => one.status === 'fulfilled' && one.value === migrations.length)
  for (const one of prepared) if (one.status === 'rejected' && !(wasCurrent && isDown(one.reason))) throw one.reason
}

const isDown = (error: unknown): boolean => error instanceof UsageError && error.code === 'USAGE_STORE_UNREACHABLE'

/** Resolves if the tables are those of this program. Rejects with a `UsageError` USAGE_STORE_UNREADABLE. */
export async function requirePreparedTables(clickhouse: ClickHouse): Promise<void> {
  const [found] = await clickhouse.system.ask<{count: number}>(
    'tables',
    "SELECT count() AS count FROM tables WHERE database = {database:String} AND name = 'migrations'",
    {database: clickhouse.database},
  )
  const version = found?.count === 1 ? await readVersion(clickhouse, clickhouse) : 0
  if (version >= migrations.length) return
  throw new UsageError(
    'USAGE_STORE_UNREADABLE',
    version === 0
      ? `the store ${clickhouse.place} has no tables`
      : `the store ${clickhouse.place} must have version ${migrations.length}, got version ${version}`,
    {next: 'Start `usage collect` with this --store once, to make or update its tables.'},
  )
}

/** Resolves to the version that the server had. */
async function prepare(clickhouse: ClickHouse, server: Connection, outside: Connection): Promise<number> {
  const {database} = clickhouse
  const found = await outside.ask('database', 'SELECT 1 FROM databases WHERE name = {database:String}', {database})
  if (found.length === 0) await outside.tell(`CREATE DATABASE IF NOT EXISTS ${database}`)
  await server.tell(versionsStatement(clickhouse))
  const version = await readVersion(clickhouse, server)
  for (const [index, statements] of migrations.entries()) {
    if (index < version) continue
    for (const statement of statements(clickhouse)) await server.tell(statement)
    await server.post('migrations', ['version', 'applied'], [JSON.stringify([index + 1, Date.now()])])
  }
  if (version > 0) await addHeaderColumns(clickhouse, server)
  return version
}

async function readVersion({place}: ClickHouse, server: Connection): Promise<number> {
  const [row] = await server.ask<{version: number}>('version', 'SELECT max(version) AS version FROM migrations')
  const version = row?.version ?? 0
  if (version <= migrations.length) return version
  throw new UsageError(
    'USAGE_STORE_UNREADABLE',
    `the store ${place} must have at most version ${migrations.length}, got version ${version}`,
    {next: 'Use a newer version of usage, at least the one that wrote the store.'},
  )
}

/** A newer program may know more values of headers. Old rows do not have them. */
async function addHeaderColumns({database, cluster}: ClickHouse, server: Connection): Promise<void> {
  const rows = await server.ask<{name: HeaderColumn}>(
    'columns',
    "SELECT name FROM system.columns WHERE database = {database:String} AND table = 'features'",
    {database},
  )
  const known = new Set(rows.map(({name}) => name))
  const missing = headerColumns.filter(column => !known.has(column))
  if (missing.length === 0) return
  const also = (table: string): readonly string[] => (cluster === null ? [table] : [table, `${table}_all`])
  for (const table of also('runs')) await server.tell(`ALTER TABLE ${table} MODIFY COLUMN ${runHeaderDdl()}`)
  for (const table of withHeaders.flatMap(also))
    for (const column of headerDdl(missing))
      await server.tell(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column}`)
}
