import type {ProjectFile} from '../../protocol/project-file.ts'
import {checkAtStart, type StoreCheck} from '../intake/store-check.ts'
import {storeFigures} from '../intake/store-figures.ts'
import type {Log} from '../monitoring/log.ts'
import type {Figure} from '../monitoring/metrics.ts'
import type {StorePlace} from '../store/place.ts'
import type {Store} from '../store/store.ts'
import {openStoreInThread} from '../writing/thread-store.ts'
import {keepPrepared, type PreparingSchedule, readAhead} from './read-ahead.ts'
import {checkStoreInThread, createWorkerSource, type PausableSource} from './worker-source.ts'

/** The store of a running collector, with the parts that depend on its kind. */
export interface OwnStore {
  readonly store: Store
  readonly source: PausableSource
  /** Checks the store at a start. `onDamage` is called if a check that takes longer finds damage. */
  check(onDamage: (message: string) => void): Promise<StoreCheck>
  /** Prepares the answers to the first question of each project's dashboard. Never rejects. */
  readAhead(projects: Iterable<ProjectFile>, now: () => number): Promise<void>
  /** Prepares months again and again, so that no question waits for them. */
  keepPrepared(schedule?: PreparingSchedule): {readonly stop: () => void}
  /** For `/metrics`. */
  readonly figures: readonly Figure[]
}

/**
 * Opens the store of a collector. The caller closes first the source, then the store. Rejects with a `UsageError`:
 * USAGE_STORE_LOCKED, USAGE_STORE_UNREADABLE, USAGE_STORE_DAMAGED.
 */
export async function openOwnStore({dataDirectory}: StorePlace, log: Pick<Log, 'info' | 'error'>): Promise<OwnStore> {
  const store = await openStoreInThread(dataDirectory, from => log.info('store updated', {from}))
  const source = createWorkerSource(dataDirectory, {
    onDeath: error => log.error('thread ended', {name: 'statistics', error}),
  })
  return {
    store,
    source,
    check: onDamage => checkAtStart({dataDirectory, checkInThread: () => checkStoreInThread(dataDirectory), onDamage}),
    readAhead: (projects, now) => readAhead({source, store}, projects, now),
    keepPrepared: schedule => keepPrepared(source, schedule),
    figures: storeFigures(dataDirectory),
  }
}
