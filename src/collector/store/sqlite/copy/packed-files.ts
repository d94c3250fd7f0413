import {DatabaseSync} from 'node:sqlite'
import {UsageError} from '../../../../errors.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import {requireOwnVersion} from '../tables/schema.ts'
import {countRows, type RowCounts, requireWhole} from './check.ts'

/** What a backup says of itself. */
export interface Manifest {
  /** When it was made, RFC 3339 in UTC. */
  readonly createdAt: string
  /** The version of the program that made it. */
  readonly program: string
  readonly rows: RowCounts
}

/** A file that travels in a copy of the store. Without content it is a folder. */
export interface PackedFile {
  readonly path: string
  readonly content: Uint8Array | null
}

/** The tables that a copy has besides those of the store. */
const tables = ['backup_manifest', 'backup_files'] as const

/** Puts files and a manifest into a copy of a store. Its rows are counted for the manifest. */
export function pack(path: string, files: readonly PackedFile[], made: Omit<Manifest, 'rows'>): Manifest {
  return withDatabase(path, database => {
    const manifest = {...made, rows: countRows(database)}
    inTransaction(database, () => {
      database.exec('CREATE TABLE backup_manifest (manifest TEXT NOT NULL) STRICT')
      database.exec('CREATE TABLE backup_files (path TEXT PRIMARY KEY, content BLOB) STRICT, WITHOUT ROWID')
      database.prepare('INSERT INTO backup_manifest VALUES (?)').run(JSON.stringify(manifest))
      const insert = database.prepare('INSERT INTO backup_files VALUES (?, ?)')
      for (const {path: name, content} of files) insert.run(name, content)
    })
    return manifest
  })
}

/**
 * Checks a copy completely: its structure, its references, and its rows against its manifest. Throws a `UsageError`:
 * USAGE_STORE_DAMAGED, USAGE_BACKUP_INVALID if it is no backup, USAGE_STORE_UNREADABLE if a newer program wrote it.
 */
export function requirePacked(path: string): Manifest {
  return withDatabase(path, database => {
    requireWhole(database, path, 'full')
    requireOwnVersion(database, path)
    const {[tables[0]]: manifests, [tables[1]]: files, ...rows} = countRows(database)
    if (manifests !== 1 || files === undefined) throw new UsageError('USAGE_BACKUP_INVALID', `${path} is not a backup`)
    const manifest = JSON.parse(String(database.prepare('SELECT manifest FROM backup_manifest').get()?.['manifest']))
    if (JSON.stringify(rows) !== JSON.stringify(manifest.rows))
      throw new UsageError('USAGE_BACKUP_INVALID', `${path} does not have the rows that its manifest states`)
    return manifest as Manifest
  })
}

/** Takes the files and the manifest out of a copy. Their bytes are overwritten. */
export function unpack(path: string): PackedFile[] {
  return withDatabase(path, database => {
    const rows = database.prepare('SELECT path, content FROM backup_files ORDER BY path').all()
    database.exec('PRAGMA secure_delete=ON')
    inTransaction(database, () => database.exec(tables.map(table => `DROP TABLE ${table};`).join(' ')))
    return rows.map(({path: name, content}) => ({path: String(name), content: content as Uint8Array | null}))
  })
}

/** The receipts of all erasures in a store, with the time of each. */
export function readReceipts(path: string): ReadonlyMap<string, string> {
  return withDatabase(path, database => {
    const rows = database.prepare('SELECT lower(hex(receipt)) AS receipt, erased_at AS at FROM erasures').all()
    return new Map(rows.map(({receipt, at}) => [String(receipt), new Date(Number(at)).toISOString()]))
  })
}

function withDatabase<T>(path: string, work: (database: Database) => T): T {
  const database = new DatabaseSync(path, {enableForeignKeyConstraints: false})
  try {
    return work(database)
  } finally {
    database.close()
  }
}
