import type {TableSize} from '../../../../stats/model/source.ts'
import type {ClickHouse} from '../client/client.ts'

/** How much disk the store takes, on one replica of each shard. */
export interface StoreSizes {
  readonly storeBytes: number
  /** How much more fits if all shards get the same: the free bytes of the fullest one for each of them. */
  readonly freeBytes: number
  /** The largest first. */
  readonly tables: readonly TableSize[]
}

/** Measures the store: some milliseconds, whatever its size. */
export async function measureStore({shards, database}: ClickHouse): Promise<StoreSizes> {
  const measured = await Promise.all(
    shards.map(async shard => ({
      tables: await shard.ask<TableSize>(
        'table sizes',
        `SELECT table AS name, sum(bytes_on_disk) AS bytes, sum(rows) AS rows FROM system.parts
         WHERE database = {database:String} AND active GROUP BY table`,
        {database},
      ),
      disks: await shard.ask<{free: number}>('free disk', 'SELECT sum(free_space) AS free FROM system.disks'),
    })),
  )
  const byName = Map.groupBy(
    measured.flatMap(({tables}) => tables),
    ({name}) => name,
  )
  const sum = (same: readonly TableSize[], key: 'bytes' | 'rows'): number =>
    same.reduce((total, one) => total + one[key], 0)
  const tables = [...byName].map(([name, same]) => ({name, bytes: sum(same, 'bytes'), rows: sum(same, 'rows')}))
  return {
    storeBytes: sum(tables, 'bytes'),
    freeBytes: Math.min(...measured.map(({disks}) => disks[0]?.free ?? 0)) * shards.length,
    tables: tables.sort((a, b) => b.bytes - a.bytes),
  }
}
