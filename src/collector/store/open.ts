/**
 * Room `open`: opens what a place names.
 *
 * Everything that opens a store calls these functions, so no other room depends on the kind of a store. All of them
 * reject with a coded error that names the place.
 * Read next: `place.ts`, then the room of the kind, such as `sqlite/sqlite.ts`.
 */
import type {StatsSource} from '../../stats/model/source.ts'
import {describeAddress, parseAddress} from './clickhouse/client/address.ts'
import type {StorePlace} from './place.ts'
import {openSqliteEvents} from './sqlite/export.ts'
import {openSqliteHeld} from './sqlite/held.ts'
import {countSqliteProject, openSqlitePurgeView} from './sqlite/purge/purge-view.ts'
import {openSqliteSource, prepareMonths} from './sqlite/source.ts'
import {openSqliteStore} from './sqlite/sqlite.ts'
import type {EventSource, HeldSource, OnReading, Store} from './store.ts'

/**
 * Opens a store for writing, and makes it if it is missing. Rejects with a `UsageError`: USAGE_STORE_LOCKED if another
 * process writes it, USAGE_STORE_DAMAGED and USAGE_STORE_UNREADABLE if it cannot be used.
 */
export async function openStore(place: StorePlace): Promise<Store> {
  if (place.kind === 'sqlite') return openSqliteStore(place.dataDirectory)
  const {openClickHouseStore} = await clickhouse()
  return openClickHouseStore(place.address)
}

/**
 * Opens a store for questions, also while it is written. Rejects with a `UsageError` USAGE_STORE_UNREADABLE.
 *
 * @param onReading called while a question reads months that are not prepared
 */
export async function openSource(place: StorePlace, onReading?: OnReading): Promise<StatsSource> {
  if (place.kind === 'sqlite') return openSqliteSource(place.dataDirectory, {onReading})
  const {openClickHouseSource} = await clickhouse()
  return openClickHouseSource(place.address)
}

/**
 * Prepares a store for answers, so that its first question does not wait: some seconds for a million events. Writes
 * nothing if the store belongs to another user. Rejects with a `UsageError` USAGE_STORE_UNREADABLE.
 */
export async function prepareStore(place: StorePlace, onPrepared: OnReading): Promise<void> {
  if (place.kind !== 'sqlite') return
  const source = openSqliteSource(place.dataDirectory)
  try {
    await prepareMonths(source, onPrepared)
  } finally {
    await source.close()
  }
}

/** Opens a store to read its events, also while it is written. Rejects with a `UsageError` USAGE_STORE_UNREADABLE. */
export async function openEvents(place: StorePlace): Promise<EventSource> {
  if (place.kind === 'sqlite') return openSqliteEvents(place.dataDirectory)
  const {openClickHouseEvents} = await clickhouse()
  return openClickHouseEvents(place.address)
}

/** Opens a store to read what it holds under a pseudonym. Rejects with a `UsageError` USAGE_STORE_UNREADABLE. */
export async function openHeld(place: StorePlace): Promise<HeldSource> {
  if (place.kind === 'sqlite') return openSqliteHeld(place.dataDirectory)
  const {openClickHouseHeld} = await clickhouse()
  return openClickHouseHeld(place.address)
}

/** What a purge calls. */
export type PurgeView = Pick<
  Store,
  | 'nextFeatureMonth'
  | 'purgeFeatures'
  | 'nextRunMonth'
  | 'countRuns'
  | 'purgeRuns'
  | 'finishPurge'
  | 'expirePending'
  | 'newestMs'
  | 'maintain'
  | 'close'
>

/**
 * Opens a store for a purge that changes nothing, also while it is written. Rejects with a `UsageError`
 * USAGE_STORE_UNREADABLE.
 */
export const openPurgeView = async (place: StorePlace): Promise<PurgeView> =>
  place.kind === 'sqlite' ? openSqlitePurgeView(place.dataDirectory) : openStore(place)

/**
 * Counts the rows of a project, also while the store is written. Rejects with a `UsageError`: USAGE_PROJECT_UNKNOWN,
 * USAGE_STORE_UNREADABLE.
 */
export async function countProject(place: StorePlace, project: string): Promise<{runs: number; features: number}> {
  if (place.kind === 'sqlite') return countSqliteProject(place.dataDirectory, project)
  const {countClickHouseProject} = await clickhouse()
  return countClickHouseProject(place.address, project)
}

/** Where a store is, for people: without user and password. Null: in its data folder. */
export const describePlace = (place: StorePlace): string | null =>
  place.kind === 'sqlite' ? null : describeAddress(parseAddress(place.address))

/** Only who has such a store loads its code. */
const clickhouse = () => import('./clickhouse/clickhouse.ts')
