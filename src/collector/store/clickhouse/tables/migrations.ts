import type {ClickHouse} from '../client/client.ts'
import {type Table, tables} from './tables.ts'

/** What the names and engines of tables depend on. */
export type Layout = Pick<ClickHouse, 'database' | 'cluster' | 'isReplicated'>

/**
 * The statements of each version of the store. Every server runs them, each at least once, some of them at the same time
 * as another collector does: they must be safe to repeat. Never edit a released one.
 */
export const migrations: readonly ((layout: Layout) => readonly string[])[] = [
  layout => tables.flatMap(table => createStatements(layout, table)),
]

/** The table of the versions that a server has. It is never distributed. */
export const versionsStatement = ({database}: Layout): string =>
  `CREATE TABLE IF NOT EXISTS ${database}.migrations (version UInt32, applied Int64)
   ENGINE = ReplacingMergeTree ORDER BY version`

/** The local table, and in a cluster the table of all shards. */
function createStatements(layout: Layout, table: Table): readonly string[] {
  const {database, cluster} = layout
  const {name, columns, orderBy, partitionBy, shardBy = 'cityHash64(project)'} = table
  const local = `CREATE TABLE IF NOT EXISTS ${database}.${name} (${columns.join(', ')})
    ENGINE = ${engineOf(layout, table)}${partitionBy === undefined ? '' : ` PARTITION BY ${partitionBy}`}
    ORDER BY (${orderBy}) SETTINGS ${tableSettings}`
  if (cluster === null) return [local]
  const key = orderBy.includes('project') ? shardBy : '0'
  return [
    local,
    `CREATE TABLE IF NOT EXISTS ${database}.${name}_all AS ${database}.${name}
     ENGINE = Distributed('${cluster}', '${database}', '${name}', ${key})`,
  ]
}

function engineOf({database, isReplicated}: Layout, {name, engine, version}: Table): string {
  if (!isReplicated) return `${engine}(${version ?? ''})`
  const place = `'/usage/{shard}/${database}/${name}', '{replica}'`
  return `Replicated${engine}(${place}${version === undefined ? '' : `, ${version}`})`
}

/**
 * Rows are on disk when an insert is answered, and before a merge removes the parts that it read. Removed parts, which may
 * have rows of erased people, go at once.
 */
const tableSettings = [
  'fsync_after_insert = 1',
  'fsync_part_directory = 1',
  'min_rows_to_fsync_after_merge = 1',
  'old_parts_lifetime = 1',
  // Otherwise, a table without merges looks for old parts only every five minutes, and an erasure waits for it.
  'cleanup_delay_period = 1',
  'cleanup_delay_period_random_add = 0',
  'max_cleanup_delay_period = 1',
].join(', ')
