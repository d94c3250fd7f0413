/**
 * Room `tables`: the database file, its schema and its dictionary.
 *
 * The schema is a list of steps, and a database stores how many it has. Steps are added, never edited, and each is one
 * transaction. Keys are 16 bytes in the order of time, so inserts touch the end of a table. The dictionary replaces
 * repeated headers and names by ids. Views show keys as text, for people who use `sqlite3`.
 * Read next: `schema.ts`, `dictionary.ts`, `month-marks.ts`.
 */
import {closeSync, openSync} from 'node:fs'
import {DatabaseSync, type StatementSync} from 'node:sqlite'
import {setTimeout as wait} from 'node:timers/promises'
import {UsageError} from '../../../../errors.ts'
import {nextStepFor} from '../../../access/next-step.ts'
import {collectorLimits} from '../../../limits.ts'
import {isBusy, nameStoreError} from './store-errors.ts'

export type Database = DatabaseSync
export type Statement = StatementSync

/** The name of the database in a data folder. People open it with `sqlite3`. */
export const databaseName = 'usage.sqlite'

/** Milliseconds for which opening a database waits for a short lock of another process (a checkpoint, a recovery). */
const busyTimeoutMs = 5_000
/** The pages that a writer keeps in memory. With less, the pages of large tables are read and written again and again. */
const cacheKibibytes = 16_384
/** Pages in the log when it is moved into the database: 16 MiB. Pages that many transactions change are then moved once. */
const checkpointPages = 4_096
/** Milliseconds between two tries to write. */
const betweenTriesMs = 20

/**
 * Opens a database for writing. If it is missing, it is created, readable only by its owner. Each commit is on disk
 * when it returns (synchronous=FULL). Readers and the writer never wait for each other (WAL). Deleted rows are
 * overwritten with zeros (secure_delete). Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export function openForWriting(path: string): Database {
  return orUnreadable(path, () => {
    closeSync(openSync(path, 'a', 0o600))
    const database = new DatabaseSync(path, {timeout: busyTimeoutMs, enableForeignKeyConstraints: false})
    try {
      // Only a new database takes it. Pages that a purge frees can then be given back in pieces.
      database.exec('PRAGMA auto_vacuum=INCREMENTAL')
      database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864')
      database.exec('PRAGMA secure_delete=ON')
      database.exec(`PRAGMA cache_size=-${cacheKibibytes}; PRAGMA wal_autocheckpoint=${checkpointPages}`)
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Opens an existing database for reading. Throws a `UsageError` USAGE_STORE_UNREADABLE. */
export function openForReading(path: string): Database {
  return orUnreadable(path, () => new DatabaseSync(path, {readOnly: true, timeout: busyTimeoutMs}))
}

/**
 * Locks a file until the process closes the lock or dies. The kernel holds the lock, so any death releases it. Null if
 * a process, also this one, already holds it.
 */
export function takeFileLock(path: string): Database | null {
  return orUnreadable(path, () => {
    const database = new DatabaseSync(path, {timeout: 0})
    try {
      database.exec('PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE')
      return database
    } catch (error) {
      database.close()
      if (isBusy(error)) return null
      throw error
    }
  })
}

/**
 * Runs work as one transaction: all of it is written, or nothing. Throws what `work` throws, and errors of SQLite with
 * the code of `nameStoreError`.
 */
export function inTransaction<T>(database: Database, work: () => T): T {
  try {
    database.exec('BEGIN IMMEDIATE')
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw nameStoreError(error)
  }
}

/** Lets SQLite return at once if another program holds a lock, so that the thread never waits: see `whenFree`. */
export function neverBlock(database: Database): void {
  database.exec('PRAGMA busy_timeout=0')
}

/**
 * Runs work, and tries it again while another program holds the lock of the store. The thread is free between two tries.
 * Rejects with USAGE_COLLECTOR_BUSY after `maxMs`, and with any other error immediately.
 */
export async function whenFree<T>(work: () => T | Promise<T>, maxMs = collectorLimits.maxLockWaitMs): Promise<T> {
  const lastTryAt = performance.now() + maxMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (!isBusy(error) || performance.now() > lastTryAt) throw error
    }
    await wait(betweenTriesMs)
  }
}

/**
 * Moves the pages of the log into the database and truncates the log, so that it contains no old page. Never waits.
 * False if a reader still uses the log. Throws errors of SQLite with the code of `nameStoreError`.
 */
export function truncateLog(database: Database): boolean {
  const timeoutMs = Number(database.prepare('PRAGMA busy_timeout').get()?.['timeout'])
  neverBlock(database)
  try {
    return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
  } catch (error) {
    throw nameStoreError(error)
  } finally {
    database.exec(`PRAGMA busy_timeout=${timeoutMs}`)
  }
}

/** Reads rows one by one, so that only one of them is in memory. */
export const eachRow = <Row>(statement: Statement, values: Record<string, number>): Iterable<Row> =>
  statement.iterate(values) as Iterable<unknown> as Iterable<Row>

/** Reads rows as arrays. This takes half the time of objects if the driver supports it. */
export function allRows<Row extends readonly unknown[]>(statement: Statement, values: Record<string, number>): Row[] {
  if ('setReturnArrays' in statement) {
    statement.setReturnArrays(true)
    return statement.all(values) as unknown as Row[]
  }
  return (statement as Statement).all(values).map(row => Object.values(row)) as unknown as Row[]
}

/** Runs `open` and turns its errors into a `UsageError`: USAGE_STORE_DAMAGED or USAGE_STORE_UNREADABLE. */
export function orUnreadable<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const named = nameStoreError(error)
    if (named !== error && named instanceof UsageError && named.code === 'USAGE_STORE_DAMAGED')
      throw new UsageError(named.code, `${path} is damaged: ${message}`, {cause: error})
    if (error instanceof UsageError) throw error
    // A full disk does not let SQLite create its log.
    throw new UsageError('USAGE_STORE_UNREADABLE', `cannot open the database ${path}: ${message}`, {
      cause: error,
      ...nextStepFor(message),
    })
  }
}
