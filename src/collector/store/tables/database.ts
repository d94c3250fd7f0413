/**
 * Room `tables`: the database file, its schema and its dictionary.
 *
 * The schema is a list of steps; a database knows how many it has. Steps are added, never edited, and each is one
 * transaction. Keys are 16 bytes in the order of time, so inserts touch the end of a table. Repeated texts of headers are
 * numbers of the dictionary. Views show keys as text for people with `sqlite3`.
 * Read next: `schema.ts`, `dictionary.ts`, `month-marks.ts`.
 */
import {closeSync, openSync} from 'node:fs'
import {DatabaseSync, type StatementSync} from 'node:sqlite'
import {UsageError} from '../../../errors.ts'

export type Database = DatabaseSync
export type Statement = StatementSync

/** The name of the database in a data folder. People open it with `sqlite3`. */
export const databaseName = 'usage.sqlite'

/** How long one process waits for another's short lock (a checkpoint, a recovery) before it gives up. */
const busyTimeoutMs = 5_000

/**
 * Opens a database for writing, made when it is missing and then readable by its owner alone. Each commit is on disk
 * when it returns (synchronous=FULL); readers never wait for it, nor it for readers (WAL). What is deleted is overwritten with zeros, in rows, in free pages
 * and where rows are moved; readers and older programs need not do the same.
 */
export function openForWriting(path: string): Database {
  return orUnreadable(path, () => {
    closeSync(openSync(path, 'a', 0o600))
    const database = new DatabaseSync(path, {timeout: busyTimeoutMs, enableForeignKeyConstraints: false})
    try {
      database.exec('PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864')
      database.exec('PRAGMA secure_delete=ON')
      return database
    } catch (error) {
      database.close()
      throw error
    }
  })
}

/** Opens a database that exists for reading only. */
export function openForReading(path: string): Database {
  return orUnreadable(path, () => new DatabaseSync(path, {readOnly: true, timeout: busyTimeoutMs}))
}

/**
 * Takes the lock that a file stands for, until the process closes it or dies, however it dies: the kernel holds it.
 * Null when another process, or this one, has it.
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

/** Runs a piece of work as one transaction: all of it is written, or nothing. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Moves what the log has into the database and cuts the log to nothing, so that no old page is left in it. Never waits:
 * says false when somebody reads a state that is only in the log.
 */
export function truncateLog(database: Database): boolean {
  database.exec('PRAGMA busy_timeout=0')
  try {
    return database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()?.['busy'] === 0
  } finally {
    database.exec(`PRAGMA busy_timeout=${busyTimeoutMs}`)
  }
}

/** Rows as arrays, which takes half the time of objects where the driver can do it. */
export function allRows<Row extends readonly unknown[]>(statement: Statement, values: Record<string, number>): Row[] {
  if ('setReturnArrays' in statement) {
    statement.setReturnArrays(true)
    return statement.all(values) as unknown as Row[]
  }
  return (statement as Statement).all(values).map(row => Object.values(row)) as unknown as Row[]
}

/** Gives what SQLite throws a code. */
export function orUnreadable<T>(path: string, open: () => T): T {
  try {
    return open()
  } catch (error) {
    if (error instanceof UsageError) throw error
    const message = error instanceof Error ? error.message : String(error)
    throw new UsageError('USAGE_STORE_UNREADABLE', `cannot open the database ${path}: ${message}`, {cause: error})
  }
}

const busyCode = 5

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === busyCode
}
