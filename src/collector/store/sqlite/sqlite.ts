/**
 * Room `sqlite`: opens the SQLite store of a data folder.
 *
 * One process opens it for writing and holds its lock. Others may read it at the same time on their own connections.
 * Opening for writing creates folder, tables and lock, and migrates an older store. Errors have a code and name the
 * path.
 * Read next: `tables/database.ts` for the settings of a connection, `facts/facts.ts` for how a question is answered.
 */
import {dirname, join} from 'node:path'
import {reach} from '../../../fault-points.ts'
import type {ProjectFile} from '../../../protocol/project/project-file.ts'
import {formatDay} from '../../../stats/model/period.ts'
import type {TableSize} from '../../../stats/model/source.ts'
import type {Maintenance, Store} from '../store.ts'
import {removeColumnFiles} from './columns/column-files.ts'
import {keepEarlierVersion, removeEarlierVersions} from './copy/earlier-version.ts'
import {allowGivingBack, giveBack, isSmall} from './copy/give-back.ts'
import {lockDataFolder, lockName} from './copy/lock-data-folder.ts'
import {requireUsable} from './copy/require-usable.ts'
import {readNewest} from './facts/newest.ts'
import {keepTableSizes} from './facts/sizes.ts'
import {createRestorer} from './moving/restore-parts.ts'
import {createReleaser} from './pending/release-pending.ts'
import {createProjectEnder} from './purge/end-project.ts'
import {createEraser} from './purge/erasure.ts'
import {createPurger} from './purge/purge-features.ts'
import {createRunPurger} from './purge/purge-runs.ts'
import {storeBytes} from './source.ts'
import {
  databaseName,
  inTransaction,
  neverBlock,
  openForWriting,
  orUnreadable,
  truncateLog,
  whenFree,
} from './tables/database.ts'
import {createDictionary} from './tables/dictionary.ts'
import {rememberFiles} from './tables/files-in-place.ts'
import {createKnownValues} from './tables/known-values.ts'
import {createMonthMarks} from './tables/month-marks.ts'
import {migrate} from './tables/schema.ts'
import {createDayCounts} from './write/day-counts.ts'
import {createKeptSinceReader} from './write/kept-since.ts'
import {createPendingEvents} from './write/pending-events.ts'
import {prepareStatements} from './write/statements.ts'
import {addCounts, createBatchWriter} from './write/writer.ts'

/** A store with what only SQLite needs. */
export interface SqliteStore extends Store {
  /** Stores the sizes of the tables, because measuring them takes too long for every question. */
  noteTables(tables: readonly TableSize[]): Promise<void>
  /** Stores the size of the store for the UTC day of an instant. Only the first call of a day counts. */
  noteSize(nowMs: number): Promise<void>
  /**
   * Gives the disk space of deleted rows back, in pieces between other writes, until `isStopped`. Resolves to the number
   * of bytes. `mayRewrite`: also of a store of an earlier program, which is rewritten for that and blocks the thread.
   */
  giveBack(how?: Maintenance): Promise<number>
}

/**
 * Opens the store of a data folder for writing. Folder, tables and lock are created if they are missing, and a restore
 * that was killed is finished. Throws a `UsageError`: USAGE_STORE_LOCKED if another process writes it,
 * USAGE_STORE_DAMAGED and USAGE_STORE_UNREADABLE if it cannot be used.
 *
 * @param onUpdate called with the version of a store that is older than this program, before it is updated
 */
export function openSqliteStore(dataDirectory: string, onUpdate: (version: number) => void = () => {}): SqliteStore {
  const unlock = lockDataFolder(dataDirectory)
  try {
    const path = join(dataDirectory, databaseName)
    requireUsable(dataDirectory)
    return openLocked(path, unlock, onUpdate)
  } catch (error) {
    unlock()
    throw error
  }
}

function openLocked(path: string, unlock: () => void, onUpdate: (version: number) => void): SqliteStore {
  const database = openForWriting(path)
  orUnreadable(path, () => {
    migrate(database, path, version => {
      keepEarlierVersion(database, path, version)
      onUpdate(version)
    })
    if (isSmall(database)) allowGivingBack(database)
  })
  // A process that died during an erasure left the erased rows in the log.
  truncateLog(database)
  neverBlock(database)
  const requireFiles = rememberFiles({database: path, lock: join(dirname(path), lockName)})
  const dictionary = createDictionary(database)
  const statements = prepareStatements(database)
  const keptSince = createKeptSinceReader(database)
  const marks = createMonthMarks(database)
  const knownValues = createKnownValues(database)
  const files = new Map<string, ProjectFile>()
  const removeCopies = (): void => removeColumnFiles(dirname(path))
  const onPurged = (): void => {
    keptSince.forget()
    removeCopies()
  }
  const purging = {path, marks, onPurged}
  const pending = createPendingEvents(database)
  const dayCounts = createDayCounts(statements)
  const projectFile = (project: string): ProjectFile | null => files.get(project) ?? null
  const {writeBatch, writeAdmitted} = createBatchWriter(statements, dictionary, {
    ...{keptSince, marks, knownValues, pending, dayCounts},
    projectFile,
  })
  const removeAllCopies = (): void => {
    removeCopies()
    removeEarlierVersions(path)
  }
  const onErased = (): void => {
    pending.forget()
    removeAllCopies()
  }
  const onRestored = (): void => {
    for (const cache of [dictionary, keptSince, marks, pending]) cache.forget()
    removeCopies()
  }
  const onEnded = (project: string): void => {
    for (const cache of [dictionary, knownValues, keptSince, marks, pending]) cache.forget()
    files.delete(project)
  }
  const eraser = createEraser({database, dictionary, knownValues, marks, removeCopies: onErased})
  const saveProject = database.prepare(
    'INSERT INTO projects (project, file) VALUES (?, ?) ON CONFLICT (project) DO UPDATE SET file = excluded.file',
  )
  const releaser = createReleaser(database, {dictionary, knownValues, marks, statements, pending, writeAdmitted})
  const purger = createPurger(database, dictionary, purging)
  const noteSize = async (nowMs: number): Promise<void> => {
    const note = database.prepare('INSERT INTO sizes (day, bytes) VALUES (?, ?) ON CONFLICT DO NOTHING')
    inTransaction(database, () => note.run(formatDay(nowMs), storeBytes(path)))
  }
  const giveSpaceBack = async ({mayRewrite = false, isStopped = () => false}: Maintenance = {}): Promise<number> => {
    if (mayRewrite) allowGivingBack(database)
    return giveBack(database, isStopped)
  }
  return patient(requireFiles, {
    async insert(batches) {
      try {
        const outcomes = inTransaction(database, () => {
          const written = batches.map(writeBatch)
          marks.flush()
          dayCounts.flush()
          reach('collector: events inserted')
          return written
        })
        reach('collector: events committed')
        return outcomes
      } catch (error) {
        dictionary.forget()
        knownValues.forget()
        marks.forget()
        pending.forget()
        dayCounts.forget()
        throw error
      }
    },
    ...eraser,
    ...createProjectEnder({database, onEnded, removeCopies: removeAllCopies}),
    async addQuality(counts, atMs) {
      inTransaction(database, () => addCounts(statements, 0, counts, atMs))
    },
    ...purger,
    ...createRunPurger(database, dictionary, purging),
    ...createRestorer({database, dictionary, marks, statements, onRestored}),
    ...releaser,
    async expirePending(...values) {
      const count = await releaser.expirePending(...values)
      await purger.sweepHeaders()
      return count
    },
    noteSize,
    async probe() {
      inTransaction(database, () => {
        database.exec('UPDATE sizes SET bytes = bytes WHERE day = (SELECT max(day) FROM sizes)')
      })
    },
    async noteTables(tables) {
      inTransaction(database, () => keepTableSizes(database, tables))
    },
    async saveProjects(projects) {
      inTransaction(database, () => {
        for (const project of projects) saveProject.run(project.project, JSON.stringify(project))
      })
      for (const project of projects) files.set(project.project, project)
    },
    giveBack: giveSpaceBack,
    async maintain(nowMs, how) {
      await noteSize(nowMs)
      removeEarlierVersions(path, nowMs)
      await giveSpaceBack(how)
    },
    newestMs: async () => readNewest(database),
    async close() {
      if (!database.isOpen) return
      database.close()
      unlock()
    },
  })
}

/**
 * Lets every write wait for the lock of another program without blocking the thread. Each write can be repeated. A write
 * into files that are no longer those of the store fails, also if they were moved while it was made.
 */
function patient(requireFiles: () => void, store: SqliteStore): SqliteStore {
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    async (...values: unknown[]) => {
      if (name !== 'close') requireFiles()
      const result = await whenFree(() => method(...values))
      if (name !== 'close') requireFiles()
      return result
    },
  ])
  return Object.fromEntries(methods) as SqliteStore
}
