/**
 * Room `copy`: whole copies of a store, and whether a store is whole.
 *
 * A copy (this file) is made on a reading connection, so the writer goes on. It has one state of the store, no free pages
 * and no log. `check.ts` finds damage, `packed-files.ts` puts the other files of a data folder into a copy and takes them
 * out again, `unfinished-restore.ts` ends what a killed restore began.
 * Read next: `check.ts`, and `../../backup/backup.ts` for what a backup is.
 */
import {join} from 'node:path'
import {UsageError} from '../../../../errors.ts'
import {databaseName, openForReading} from '../tables/database.ts'
import {requireOwnVersion} from '../tables/schema.ts'
import {nameStoreError} from '../tables/store-errors.ts'

/**
 * Copies the store of a data folder to an empty file, also while a collector writes it. Blocks the thread: about a second
 * for a million events. Throws a `UsageError`: USAGE_STORE_UNREADABLE, USAGE_STORE_DAMAGED, USAGE_OUTPUT_UNWRITABLE.
 */
export function copyStore(dataDirectory: string, target: string): void {
  const path = join(dataDirectory, databaseName)
  const database = openForReading(path)
  try {
    requireOwnVersion(database, path)
    database.prepare('VACUUM INTO ?').run(target)
  } catch (thrown) {
    const error = nameStoreError(thrown)
    if (error instanceof UsageError && error.code !== 'USAGE_STORE_UNWRITABLE') throw error
    const message = thrown instanceof Error ? thrown.message : String(thrown)
    throw new UsageError('USAGE_OUTPUT_UNWRITABLE', `cannot write ${target}: ${message}`, {cause: thrown})
  } finally {
    database.close()
  }
}
