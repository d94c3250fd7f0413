/**
 * Room `open`: opens what a place names.
 *
 * Everything that opens a store calls these functions, so no other room depends on the kind of a store. All of them
 * reject with a coded error that names the place.
 * Read next: `place.ts`, then the room of the kind, such as `sqlite/sqlite.ts`.
 */
import type {StatsSource} from '../../stats/model/source.ts'
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
export const openStore = async ({dataDirectory}: StorePlace): Promise<Store> => openSqliteStore(dataDirectory)

/**
 * Opens a store for questions, also while it is written. Rejects with a `UsageError` USAGE_STORE_UNREADABLE.
 *
 * @param onReading called while a question reads months that are not prepared
 */
export const openSource = async ({dataDirectory}: StorePlace, onReading?: OnReading): Promise<StatsSource> =>
  openSqliteSource(dataDirectory, {onReading})

/**
 * Prepares a store for answers, so that its first question does not wait: some seconds for a million events. Writes
 * nothing if the store belongs to another user. Rejects with a `UsageError` USAGE_STORE_UNREADABLE.
 */
export async function prepareStore({dataDirectory}: StorePlace, onPrepared: OnReading): Promise<void> {
  const source = openSqliteSource(dataDirectory)
  try {
    await prepareMonths(source, onPrepared)
  } finally {
    await source.close()
  }
}

/** Opens a store to read its events, also while it is written. Rejects with a `UsageError` USAGE_STORE_UNREADABLE. */
export const openEvents = async ({dataDirectory}: StorePlace): Promise<EventSource> => openSqliteEvents(dataDirectory)

/** Opens a store to read what it holds under a pseudonym. Rejects with a `UsageError` USAGE_STORE_UNREADABLE. */
export const openHeld = async ({dataDirectory}: StorePlace): Promise<HeldSource> => openSqliteHeld(dataDirectory)

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
export const openPurgeView = async ({dataDirectory}: StorePlace): Promise<PurgeView> =>
  openSqlitePurgeView(dataDirectory)

/**
 * Counts the rows of a project, also while the store is written. Rejects with a `UsageError`: USAGE_PROJECT_UNKNOWN,
 * USAGE_STORE_UNREADABLE.
 */
export const countProject = async (
  {dataDirectory}: StorePlace,
  project: string,
): Promise<{runs: number; features: number}> => countSqliteProject(dataDirectory, project)
