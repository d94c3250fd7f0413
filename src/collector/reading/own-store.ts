import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {checkAtStart, type StoreCheck} from '../intake/store-check.ts'
import {freeFigure, storeFigures} from '../intake/store-figures.ts'
import type {Log} from '../monitoring/log.ts'
import type {Figure} from '../monitoring/metrics.ts'
import type {ReadinessProbe} from '../monitoring/readiness.ts'
import {describePlace, openHeld, openSource, openStore} from '../store/open.ts'
import type {StorePlace} from '../store/place.ts'
import {openSpooledStore} from '../store/spool/spool.ts'
import {openSqliteStore} from '../store/sqlite/sqlite.ts'
import type {Store} from '../store/store.ts'
import {keepPrepared, type PreparingSchedule, readAhead} from './read-ahead.ts'
import {createRemoteSource} from './remote-source.ts'
import {spoolFigures, spoolProbe} from './spool-figures.ts'
import {checkStoreInThread, createWorkerSource, type PausableSource} from './worker-source.ts'

/** The store of a running collector, with the parts that depend on its kind. */
export interface OwnStore {
  readonly store: Store
  readonly source: PausableSource
  /** Checks the store at a start. `onDamage` is called if a check that takes longer finds damage. Null: not checked. */
  check(onDamage: (message: string) => void): Promise<StoreCheck | null>
  /** Prepares the answers to the first question of each project's dashboard. Never rejects. */
  readAhead(projects: Iterable<ProjectFile>, now: () => number): Promise<void>
  /** Prepares months again and again, so that no question waits for them. */
  keepPrepared(schedule?: PreparingSchedule): {readonly stop: () => void}
  /** For `/metrics`. */
  readonly figures: readonly Figure[]
  /** For `/readyz`, beside those of every collector. */
  readonly probes: readonly ReadinessProbe[]
  /** Whether the collector replaces old events by totals. One process must do that, and only one. */
  readonly purges: boolean
  /** Where the store is, without a password. Null: in the data folder. */
  readonly description: string | null
}

/**
 * Opens the store of a collector. The caller closes first the source, then the store. Rejects with a `UsageError`:
 * USAGE_STORE_LOCKED, USAGE_STORE_UNREADABLE, USAGE_STORE_DAMAGED, and for a store elsewhere the errors of its address.
 */
export const openOwnStore = (place: StorePlace, log: OwnLog, now: () => number): Promise<OwnStore> =>
  place.kind === 'sqlite' ? openInFolder(place.dataDirectory, log) : openElsewhere(place, log, now)

type OwnLog = Pick<Log, 'info' | 'warn' | 'error'>

async function openInFolder(dataDirectory: string, log: OwnLog): Promise<OwnStore> {
  const store = openSqliteStore(dataDirectory, from => log.info('store updated', {from}))
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
    probes: [],
    purges: true,
    description: null,
  }
}

/** Servers answer the questions, so there is no thread, nothing to prepare, and no file to check. */
async function openElsewhere(place: StorePlace, log: OwnLog, now: () => number): Promise<OwnStore> {
  const {dataDirectory} = place
  const store = await openSpooledStore({dataDirectory, openStore: () => openStore(place), log, now})
  return {
    store,
    source: createRemoteSource({openSource: () => openSource(place), openHeld: () => openHeld(place)}),
    check: async () => null,
    readAhead: async () => {},
    keepPrepared: () => ({stop() {}}),
    figures: [...spoolFigures(store.spool), freeFigure(dataDirectory)],
    probes: [spoolProbe(store.spool)],
    purges: false,
    description: describePlace(place),
  }
}
