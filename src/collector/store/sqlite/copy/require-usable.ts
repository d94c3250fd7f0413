import {existsSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../../../../errors.ts'
import {durableNames} from '../../../access/durable-files.ts'
import {databaseName, openForReading, orUnreadable} from '../tables/database.ts'
import {requireOwnVersion} from '../tables/schema.ts'

/**
 * Throws a `UsageError` unless the store of a data folder can be opened for writing, before anything is written:
 * USAGE_STORE_DAMAGED if it is empty or missing beside files that a collector made later, is cut or is no database;
 * USAGE_STORE_UNREADABLE if another program or a newer version of this one wrote it. A missing store in a new folder is
 * usable. Returns whether there is a store.
 */
export function requireUsable(dataDirectory: string): boolean {
  const path = join(dataDirectory, databaseName)
  const found = orUnreadable(path, () => statSync(path, {throwIfNoEntry: false}))
  // To open a pipe would wait for ever.
  if (found !== undefined && !found.isFile()) throw new UsageError('USAGE_STORE_UNREADABLE', `${path} is not a file`)
  const hasBytes = (found?.size ?? 0) > 0
  if (hasBytes && readVersion(path) > 0) return true
  const rest = durableNames.filter(name => existsSync(join(dataDirectory, name)))
  if (rest.length === 0) return false
  throw new UsageError('USAGE_STORE_DAMAGED', `${path} is empty or missing, but ${rest.join(', ')} exist beside it`, {
    next: 'Restore the newest backup with `usage restore FILE --data DIR --force`, or choose a new data folder to begin again.',
  })
}

function readVersion(path: string): number {
  const database = openForReading(path)
  try {
    return orUnreadable(path, () => requireOwnVersion(database, path))
  } finally {
    database.close()
  }
}
