import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import {type Database, inTransaction} from './database.ts'
import {addHeaderColumns, missingHeaderColumns} from './header-table.ts'
import {migrations} from './migrations.ts'

/** The application id in the file header of a store: `usag` in ASCII. */
const applicationId = 0x75736167

/** The last version that did not overwrite deleted rows. */
const lastInsecureVersion = 1

/**
 * Migrates a database to the newest version and adds missing columns of headers. Each step is one transaction. Throws a
 * `UsageError` USAGE_STORE_UNREADABLE if a newer program wrote it or it is not a store.
 *
 * @param before called before the first step of an older store, with its version
 */
export function migrate(database: Database, path: string, before: (version: number) => void = () => {}): void {
  const version = requireOwnVersion(database, path)
  if (version > 0 && version < migrations.length) before(version)
  // Pages may contain remains of moved rows, which no later deletion overwrites. VACUUM rewrites all pages once.
  if (version > 0 && version <= lastInsecureVersion) database.exec('VACUUM')
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    inTransaction(database, () => {
      database.exec(sql)
      database.exec(`PRAGMA user_version = ${index + 1}; PRAGMA application_id = ${applicationId}`)
    })
    if (version > 0) reach('update: step done')
  }
  if (missingHeaderColumns(database).length > 0) inTransaction(database, () => addHeaderColumns(database))
}

/**
 * Throws a `UsageError` USAGE_STORE_UNREADABLE unless the database has the tables and columns that this program reads.
 */
export function requireCurrentVersion(database: Database, path: string): void {
  const version = requireOwnVersion(database, path)
  if (version < migrations.length)
    throw older(`the store ${path} must have version ${migrations.length}, got version ${version}`)
  const missing = missingHeaderColumns(database)
  if (missing.length > 0) throw older(`the store ${path} must have the column ${missing[0]} of headers`)
}

/**
 * The version of a store, 0 for an empty database. Throws a `UsageError` USAGE_STORE_UNREADABLE if a newer program wrote
 * it or it is not a store.
 */
export function requireOwnVersion(database: Database, path: string): number {
  const version = readVersion(database)
  requireOwn(database, path)
  if (version > migrations.length) throw newer(path, version)
  return version
}

/**
 * Throws if the database belongs to another program: it has tables, but not the application id. An empty one is
 * accepted.
 */
function requireOwn(database: Database, path: string): void {
  const mark = database.prepare('PRAGMA application_id').get()?.['application_id']
  const {tables} = database.prepare('SELECT count(*) AS tables FROM sqlite_master').get() as {tables: number}
  if (mark === applicationId || tables === 0) return
  throw new UsageError('USAGE_STORE_UNREADABLE', `${path} is not the store of a collector`)
}

function readVersion(database: Database): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
}

const newer = (path: string, version: number): UsageError =>
  new UsageError(
    'USAGE_STORE_UNREADABLE',
    `the store ${path} must have at most version ${migrations.length}, got version ${version}`,
    {next: 'Use a newer version of usage, at least the one that wrote the store.'},
  )

const older = (message: string): UsageError =>
  new UsageError('USAGE_STORE_UNREADABLE', message, {
    next: 'Start `usage collect` on its data folder once, to update the store.',
  })
