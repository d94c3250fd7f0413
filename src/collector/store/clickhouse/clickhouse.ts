/**
 * Room `clickhouse`: the store on ClickHouse, for a project that outgrew one machine.
 *
 * Any number of collectors write it at the same time. Tables merge copies, so nothing is read before it is written, and a
 * store never knows whether an event is new. The servers may be one, or the shards of a cluster, with or without replicas.
 * Read next: `tables/tables.ts`, `write/write.ts`, `client/client.ts`.
 */
import type {StatsSource} from '../../../stats/model/source.ts'
import type {EventSource, HeldSource, Store} from '../store.ts'
import {parseAddress} from './client/address.ts'
import {type ClickHouse, connectClickHouse} from './client/client.ts'
import {readFacts} from './facts/facts.ts'
import {createHeldReader} from './held.ts'
import {createEventReader} from './moving/read-events.ts'
import {createRestorer} from './moving/restore-parts.ts'
import {countProject, createProjectEnder} from './purge/end-project.ts'
import {createEraser} from './purge/erasure.ts'
import {createFeaturePurger, deleteTotalledFeatures} from './purge/purge-features.ts'
import {createRunPurger, deleteTotalledRuns} from './purge/purge-runs.ts'
import {prepareTables, requirePreparedTables} from './tables/prepare-tables.ts'
import {readProjects} from './tables/read-projects.ts'
import {createReleaser} from './write/release-pending.ts'
import {createUpkeep} from './write/upkeep.ts'
import {createWriter} from './write/write.ts'

/** Opens the store of an address for writing, and makes or updates its tables. Rejects like `connectForWriting`. */
export async function openClickHouseStore(address: string): Promise<Store> {
  const clickhouse = await connectForWriting(address)
  const {insert, addQuality, saveProjects, parts, forget} = createWriter(clickhouse)
  const {erase, findErased, eraseLate} = createEraser(clickhouse, forget)
  const upkeep = createUpkeep(clickhouse)
  return {
    insert,
    addQuality,
    saveProjects,
    erase,
    findErased,
    ...createProjectEnder(clickhouse, forget),
    ...createFeaturePurger(clickhouse, forget),
    ...createRunPurger(clickhouse, question => readFacts(clickhouse, question), forget),
    async finishPurge(project: string) {
      await deleteTotalledFeatures(clickhouse, project)
      await deleteTotalledRuns(clickhouse, project)
    },
    ...createRestorer(clickhouse, forget),
    ...createReleaser(clickhouse, parts),
    ...upkeep,
    async maintain(nowMs: number) {
      await upkeep.maintain(nowMs)
      await eraseLate(nowMs)
    },
    close: () => clickhouse.close(),
  }
}

/** Opens the store of an address to read all events and totals of a project. Rejects like `connectForReading`. */
export async function openClickHouseEvents(address: string): Promise<EventSource> {
  const clickhouse = await connectForReading(address)
  return {...createEventReader(clickhouse), close: () => clickhouse.close()}
}

/** Opens the store of an address to read what it holds under a pseudonym. Rejects like `connectForReading`. */
export async function openClickHouseHeld(address: string): Promise<HeldSource> {
  const clickhouse = await connectForReading(address)
  return {...createHeldReader(clickhouse), close: () => clickhouse.close()}
}

/** Counts the rows of a project. Rejects like `connectForReading`, and with a `UsageError` USAGE_PROJECT_UNKNOWN. */
export async function countClickHouseProject(
  address: string,
  project: string,
): Promise<{readonly runs: number; readonly features: number}> {
  const clickhouse = await connectForReading(address)
  try {
    return await countProject(clickhouse, project)
  } finally {
    await clickhouse.close()
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

/** Opens a store for questions. Rejects like `connectForReading`. */
export async function openClickHouseSource(address: string): Promise<StatsSource> {
  const clickhouse = await connectForReading(address)
  return {
    projects: () => readProjects(clickhouse),
    facts: question => readFacts(clickhouse, question),
    close: () => clickhouse.close(),
  }
}

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
