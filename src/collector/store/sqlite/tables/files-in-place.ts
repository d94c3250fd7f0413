import {statSync} from 'node:fs'
import {UsageError} from '../../../../errors.ts'

/** The files of an open store. */
export interface StoreFiles {
  readonly database: string
  readonly lock: string
}

/**
 * Remembers which files an open store has, and makes the function that throws a `UsageError` USAGE_STORE_UNWRITABLE
 * unless they are still at their paths. SQLite writes on into files that were removed, replaced or moved away, and what
 * it writes there is lost. Costs some microseconds.
 *
 * A lock that is missing does not matter until another process makes it anew: then that one writes the store.
 */
export function rememberFiles({database, lock}: StoreFiles): () => void {
  const log = `${database}-wal`
  const opened = {database: identityOf(database, 1n), log: identityOf(log), lock: identityOf(lock)}
  const isInPlace = (): boolean =>
    identityOf(database, 1n) === opened.database &&
    identityOf(log) === opened.log &&
    [opened.lock, null].includes(identityOf(lock))
  return () => {
    if (isInPlace()) return
    throw new UsageError(
      'USAGE_STORE_UNWRITABLE',
      'the store cannot be written: its files were removed, replaced or emptied while it was open',
      {next: 'Try again later. Operators: put the files back, or restore a backup, then start the collector again.'},
    )
  }
}

/** What a file is, whatever its path. Null if there is none that can be reached, or it has fewer bytes. */
function identityOf(path: string, leastBytes = 0n): string | null {
  try {
    const {dev, ino, size} = statSync(path, {bigint: true})
    return size < leastBytes ? null : `${dev}:${ino}`
  } catch {
    return null
  }
}
