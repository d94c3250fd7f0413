/**
 * Room `spool`: takes reports for a store that is elsewhere, and ships them.
 *
 * A distributed store can be slow or unreachable. A collector writes what it accepts to files of its own, answers when
 * they are on disk, and ships them in blocks. A block has one id and the same bytes on each try, and the store takes copies
 * once, so a kill at any step loses nothing and counts nothing twice. The files are bounded: when they are full, reports
 * are answered with 503. A block that the store refuses for good is set aside and does not stop the others.
 * Read next: `blocks.ts` for the files, `shipper.ts`.
 */
import {open} from 'node:fs/promises'
import {join} from 'node:path'
import {messageOf, toUsageError, UsageError} from '../../../errors.ts'
import type {ProjectFile} from '../../../protocol/project/project-file.ts'
import {collectorLimits} from '../../limits.ts'
import type {Log} from '../../monitoring/log.ts'
import {lockDataFolder} from '../sqlite/copy/lock-data-folder.ts'
import type {Store} from '../store.ts'
import {openBlocks} from './blocks.ts'
import {type ShipperFigures, startShipper} from './shipper.ts'

/** A store behind a spool. */
export interface SpooledStore extends Store {
  spool(): SpoolFigures
}

export interface SpoolFigures extends ShipperFigures {
  /** Bytes and age of what is not shipped. The age is 0 if there is nothing. */
  readonly waitingBytes: number
  readonly oldestSeconds: number
  readonly maxBytes: number
}

export interface SpoolParts {
  /** Gets the folder `spool`, and is locked. */
  readonly dataDirectory: string
  /** Opens the store. It is called again if it rejects with USAGE_STORE_UNREACHABLE. */
  readonly openStore: () => Promise<Store>
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Default: those of `collectorLimits`. */
  readonly rules?: Partial<SpoolRules>
}

export interface SpoolRules {
  readonly maxBytes: number
  readonly blockEvents: number
  readonly blockBytes: number
  readonly shipAfterMs: number
  readonly retryMs: {readonly first: number; readonly most: number}
  /** Milliseconds for which a close ships what waits. */
  readonly drainMs: number
}

/**
 * Opens the spool of a data folder in front of a store. If no server answers, reports are accepted and wait. Rejects with a
 * `UsageError`: USAGE_STORE_LOCKED if another process uses the folder, or the error of the store, except
 * USAGE_STORE_UNREACHABLE.
 */
export async function openSpooledStore(parts: SpoolParts): Promise<SpooledStore> {
  const {dataDirectory, log, now} = parts
  const rules = {...collectorLimits.spool, ...parts.rules}
  const unlock = lockDataFolder(dataDirectory)
  const folder = join(dataDirectory, 'spool')
  const remote = reconnecting(parts.openStore)
  try {
    await remote.use(async () => {})
  } catch (error) {
    if (isUnreachable(error)) log.error('store not reached', {error})
    else {
      unlock()
      throw error
    }
  }
  const blocks = openBlocks(folder, {...rules, now})
  const shipper = startShipper({
    ...rules,
    blocks,
    log,
    now,
    insert: (batches, block) => remote.use(store => store.insert(batches, block)),
    probe: () => remote.use(store => store.probe()),
  })
  /** After everything that was accepted before. */
  const afterwards = async <T>(work: (store: Store) => Promise<T>): Promise<T> => {
    await shipper.flush()
    return remote.use(work)
  }
  const unlessAway = async <T>(work: (store: Store) => Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await remote.use(work)
    } catch (error) {
      if (isUnreachable(error)) return otherwise
      throw error
    }
  }
  let isClosed = false
  return {
    async insert(batches) {
      await blocks.append(batches)
      shipper.noteWritten()
      return batches.map(({events, pending = []}) => [...events, ...pending].map(() => 'accepted' as const))
    },
    erase: erasure => afterwards(store => store.erase(erasure)),
    findErased: erasure => afterwards(store => store.findErased(erasure)),
    endProject: (end, pauseReading) => afterwards(store => store.endProject(end, pauseReading)),
    addQuality: (counts, atMs) => remote.use(store => store.addQuality(counts, atMs)),
    nextFeatureMonth: (project, after) => remote.use(store => store.nextFeatureMonth(project, after)),
    purgeFeatures: (...values) => afterwards(store => store.purgeFeatures(...values)),
    nextRunMonth: (project, after) => remote.use(store => store.nextRunMonth(project, after)),
    countRuns: (...values) => remote.use(store => store.countRuns(...values)),
    purgeRuns: (...values) => afterwards(store => store.purgeRuns(...values)),
    finishPurge: project => remote.use(store => store.finishPurge(project)),
    newestMs: () => unlessAway(store => store.newestMs(), null),
    releasePending: project => unlessAway(store => store.releasePending(project), 0),
    expirePending: (...values) => remote.use(store => store.expirePending(...values)),
    restore: (project, part) => afterwards(store => store.restore(project, part)),
    probe: () => writeProbe(folder),
    maintain: (nowMs, how) => unlessAway(store => store.maintain(nowMs, how), undefined),
    async saveProjects(projects) {
      remote.remember(projects)
      await unlessAway(async () => {}, undefined)
    },
    spool: () => {
      const oldestMs = blocks.oldest()?.sinceMs ?? blocks.fillingSinceMs() ?? now()
      return {
        ...shipper.figures(),
        waitingBytes: blocks.bytes(),
        oldestSeconds: Math.max(0, (now() - oldestMs) / 1000),
        maxBytes: rules.maxBytes,
      }
    },
    async close() {
      if (isClosed) return
      isClosed = true
      await shipper.stop(rules.drainMs)
      await remote.close()
      unlock()
    },
  }
}

const isUnreachable = (error: unknown): boolean => toUsageError(error).code === 'USAGE_STORE_UNREACHABLE'

/** A store that is opened when it is first used, and again after it could not be opened. */
function reconnecting(openStore: () => Promise<Store>) {
  let opening: Promise<Store> | null = null
  let files: readonly ProjectFile[] = []
  let isSaved = true

  /** What the store has to know before it gets a block. */
  async function save(store: Store): Promise<void> {
    if (isSaved) return
    const saving = files
    await store.saveProjects(saving)
    isSaved = saving === files
    for (const file of saving) await store.releasePending(file)
  }
  return {
    remember(projects: readonly ProjectFile[]): void {
      files = projects
      isSaved = false
    },
    async use<T>(work: (store: Store) => Promise<T>): Promise<T> {
      opening ??= openStore().catch(error => {
        opening = null
        throw error
      })
      const store = await opening
      await save(store)
      return work(store)
    },
    async close(): Promise<void> {
      const store = await opening?.catch(() => null)
      await store?.close()
    },
  }
}

/** Writes a small file, to see whether reports can be accepted. */
async function writeProbe(folder: string): Promise<void> {
  try {
    const file = await open(join(folder, 'probe'), 'w', 0o600)
    try {
      await file.writeFile('probe')
      await file.datasync()
    } finally {
      await file.close()
    }
  } catch (cause) {
    throw new UsageError('USAGE_STORE_UNWRITABLE', `the spool cannot be written: ${messageOf(cause)}`, {cause})
  }
}
