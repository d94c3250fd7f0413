/**
 * Room `source`: opens the SQLite store of a data folder for questions.
 *
 * Each reader has a connection of its own and sees one state of the store in each question. It keeps the columns of
 * months in memory, and in files for the next reader. Months can be prepared before anybody asks. Nothing is written to
 * the database.
 * Read next: `facts/facts.ts`, `columns/column-cache.ts`.
 */
import {statfsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {type ProjectFile, parseProjectFile} from '../../../protocol/project/project-file.ts'
import type {StatsSource, TableSize} from '../../../stats/model/source.ts'
import type {OnReading, Prepared} from '../store.ts'
import {createColumnFiles} from './columns/column-files.ts'
import {createPreparer, type Preparer} from './columns/prepare-columns.ts'
import {createReadCache} from './columns/read-cache.ts'
import {requireNoRestore} from './copy/unfinished-restore.ts'
import {readFacts} from './facts/facts.ts'
import {measureTables} from './facts/sizes.ts'
import {databaseName, openForReading, orUnreadable} from './tables/database.ts'
import {requireCurrentVersion} from './tables/schema.ts'

export interface ReadingOptions {
  /** Called while a question reads months that are not prepared. */
  readonly onReading?: OnReading | undefined
  /** The approximate bytes that are kept from one question to the next. Default: 576 MB. */
  readonly budgetBytes?: number
}

/** A reader that can also measure the tables and prepare months. */
export interface MeasuringSource extends StatsSource {
  /** Reads the whole database: about a second for a gigabyte. */
  tables(): Promise<readonly TableSize[]>
  /**
   * Prepares some closed months for answers: it reads them from the tables and writes files of them. Null if none is
   * left. It takes as long as one month: a second for a million events. Keeps nothing of them in memory.
   */
  prepare(): Promise<Prepared | null>
}

/**
 * Opens the store of a data folder for reading, on its own connection, also while a collector writes it. Each question
 * blocks the thread until it is answered. Throws a `UsageError` USAGE_STORE_UNREADABLE if there is no store or it is
 * too old.
 */
export function openSqliteSource(
  dataDirectory: string,
  {onReading, budgetBytes}: ReadingOptions = {},
): MeasuringSource {
  const path = join(dataDirectory, databaseName)
  requireNoRestore(dataDirectory)
  const database = openForReading(path)
  try {
    orUnreadable(path, () => requireCurrentVersion(database, path))
  } catch (error) {
    database.close()
    throw error
  }
  const columnFiles = createColumnFiles(dataDirectory)
  const cache = createReadCache(columnFiles, budgetBytes, onReading)
  let preparer: Preparer | null = null
  const inOneState = <T>(read: () => T): T => {
    database.exec('BEGIN')
    try {
      return read()
    } finally {
      database.exec('COMMIT')
    }
  }
  return {
    async projects() {
      const rows = database.prepare('SELECT file FROM projects WHERE file IS NOT NULL ORDER BY project').all()
      return rows.flatMap(({file}) => readProject(String(file)))
    },
    tables: async () => measureTables(database),
    async prepare() {
      preparer ??= createPreparer(database, columnFiles)
      return inOneState(preparer.next)
    },
    async facts(question) {
      const disk = {storeBytes: storeBytes(path), freeBytes: freeBytes(dataDirectory)}
      return inOneState(() => readFacts({database, cache, disk}, question))
    },
    async close() {
      if (database.isOpen) database.close()
    },
  }
}

/** Prepares all closed months of a source for answers, in pieces. Between two of them, it answers other questions. */
export async function prepareMonths(
  source: Pick<MeasuringSource, 'prepare'>,
  onPrepared: OnReading = () => {},
): Promise<void> {
  for (;;) {
    const prepared = await source.prepare()
    if (prepared === null) return
    onPrepared(prepared)
    await new Promise(setImmediate)
  }
}

function readProject(file: string): ProjectFile[] {
  const parsed = parseProjectFile(JSON.parse(file))
  return parsed.ok ? [parsed.value] : []
}

/** Free bytes of the file system for this user. Null if unknown. */
export function freeBytes(directory: string): number | null {
  try {
    const {bavail, bsize} = statfsSync(directory)
    return bavail * bsize
  } catch {
    return null
  }
}

/** Bytes of the files of a store. */
export function storeBytes(path: string): number {
  const sizeOf = (file: string): number => statSync(file, {throwIfNoEntry: false})?.size ?? 0
  return sizeOf(path) + sizeOf(`${path}-wal`)
}
