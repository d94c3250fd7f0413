import {join} from 'node:path'
import {databaseName, openForReading} from '../tables/database.ts'
import {requireWhole} from './check.ts'

/**
 * Reads every page of the store of a data folder once. Throws a `UsageError` USAGE_STORE_DAMAGED. Blocks the thread:
 * less than a second for a million events.
 */
export function checkStoreQuickly(dataDirectory: string): void {
  const path = join(dataDirectory, databaseName)
  const database = openForReading(path)
  try {
    requireWhole(database, path, 'quick')
  } finally {
    database.close()
  }
}
