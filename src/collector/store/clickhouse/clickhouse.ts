/**
 * Room `clickhouse`: the store on ClickHouse, for a project that outgrew one machine.
 *
 * Any number of collectors write it at the same time. Tables merge copies, so nothing is read before it is written, and a
 * store never knows whether an event is new. The servers may be one, or the shards of a cluster, with or without replicas.
 * Read next: `tables/tables.ts`, `write/write.ts`, `client/client.ts`.
 */
import {parseAddress} from './client/address.ts'
import {type ClickHouse, connectClickHouse} from './client/client.ts'
import {prepareTables, requirePreparedTables} from './tables/prepare-tables.ts'
import {createReleaser} from './write/release-pending.ts'
import {createUpkeep} from './write/upkeep.ts'
import {createWriter} from './write/write.ts'

/** Opens the store of an address for writing, and makes or updates its tables. Rejects like `connectForWriting`. */
export async function openClickHouseStore(address: string) {
  const clickhouse = await connectForWriting(address)
  const {insert, addQuality, saveProjects, parts} = createWriter(clickhouse)
  return {
    insert,
    addQuality,
    saveProjects,
    ...createReleaser(clickhouse, parts),
    ...createUpkeep(clickhouse),
    close: () => clickhouse.close(),
  }
}

/**
 * Connects to the store of an address (see `parseAddress`) for writing, and makes or updates its tables. Rejects with a
 * `UsageError`: USAGE_STORE_ADDRESS_INVALID, USAGE_CLICKHOUSE_CLIENT_MISSING, USAGE_STORE_UNREACHABLE,
 * USAGE_STORE_REFUSED, USAGE_STORE_UNREADABLE if a newer program wrote it.
 */
export const connectForWriting = (address: string): Promise<ClickHouse> => connect(address, prepareTables)

/** Like `connectForWriting`, for reading: rejects with USAGE_STORE_UNREADABLE if there are no tables of this program. */
export const connectForReading = (address: string): Promise<ClickHouse> => connect(address, requirePreparedTables)

async function connect(address: string, check: (clickhouse: ClickHouse) => Promise<void>): Promise<ClickHouse> {
  const clickhouse = await connectClickHouse(parseAddress(address))
  try {
    await check(clickhouse)
    return clickhouse
  } catch (error) {
    await clickhouse.close()
    throw error
  }
}
