import {UsageError} from '../../../../errors.ts'
import type {Database} from '../tables/database.ts'
import {nameStoreError} from '../tables/store-errors.ts'

/** The number of rows of each table. */
export type RowCounts = Readonly<Record<string, number>>

/** Columns that contain the id of a row of another table. */
const references = [
  ['runs', 'header', 'headers'],
  ['runs', 'project', 'projects'],
  ['features', 'header', 'headers'],
  ['features', 'feature', 'feature_names'],
  ['features', 'project', 'projects'],
  ['unpaired_ends', 'header', 'headers'],
  ['presences', 'header', 'headers'],
  ['headers', 'project', 'projects'],
  ['feature_names', 'project', 'projects'],
] as const

/**
 * Checks the structure of a database. `quick` reads every page once; `full` also compares tables with their indexes, and
 * every id with the table that it refers to. Throws a `UsageError` USAGE_STORE_DAMAGED. Blocks the thread.
 */
export function requireWhole(database: Database, path: string, how: 'quick' | 'full'): void {
  try {
    const pragma = how === 'quick' ? 'quick_check' : 'integrity_check'
    const found = Object.values(database.prepare(`PRAGMA ${pragma}(1)`).get() ?? {})[0]
    if (found !== 'ok') throw damaged(path, String(found))
    if (how === 'full') requireReferences(database, path)
  } catch (thrown) {
    const error = nameStoreError(thrown)
    if (error instanceof UsageError && error.code !== 'USAGE_STORE_DAMAGED') throw error
    throw error instanceof UsageError && error.message.includes(path) ? error : damaged(path, messageOf(thrown))
  }
}

function requireReferences(database: Database, path: string): void {
  const tables = new Set(Object.keys(countRows(database)))
  for (const [table, column, other] of references) {
    if (!tables.has(table)) continue
    const missing = `${column} <> 0 AND ${column} NOT IN (SELECT id FROM ${other})`
    const {rows} = database.prepare(`SELECT count(*) AS rows FROM ${table} WHERE ${missing}`).get() as {rows: number}
    if (rows > 0) throw damaged(path, `${rows} rows of ${table} refer to missing rows of ${other}`)
  }
}

/** Counts the rows of every table of a store. */
export function countRows(database: Database): RowCounts {
  const names = database
    .prepare(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
    )
    .all()
    .map(({name}) => String(name))
  return Object.fromEntries(
    names.map(name => [name, Number(database.prepare(`SELECT count(*) AS rows FROM "${name}"`).get()?.['rows'])]),
  )
}

const damaged = (path: string, what: string): UsageError =>
  new UsageError('USAGE_STORE_DAMAGED', `${path} is damaged: ${what.replaceAll('\n', ' ')}`)

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))
