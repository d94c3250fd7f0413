import {lchownSync, mkdirSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../../../../errors.ts'
import {removeRunningCollector} from '../../../access/running-collector-file.ts'
import {databaseName, orUnreadable, takeFileLock} from '../tables/database.ts'
import {finishRestore} from './unfinished-restore.ts'

/** The name of the lock in a data folder. */
export const lockName = 'writer.lock'

/**
 * Locks a data folder, which is created if it is missing, and cleans up what a killed process left. Returns the function
 * that unlocks it. Throws a `UsageError` USAGE_STORE_LOCKED or USAGE_STORE_UNREADABLE.
 */
export function lockDataFolder(dataDirectory: string): () => void {
  const path = join(dataDirectory, databaseName)
  orUnreadable(path, () => mkdirSync(dataDirectory, {recursive: true, mode: 0o700}))
  const lock = takeFileLock(join(dataDirectory, lockName))
  if (lock === null) throw new UsageError('USAGE_STORE_LOCKED', `another process writes ${path}`)
  try {
    orUnreadable(path, () => {
      // A collector with a user of its own must be able to lock the folder after root has.
      giveToOwner(dataDirectory)
      finishRestore(dataDirectory)
      // This process holds the lock, so no other one uses the file.
      removeRunningCollector(dataDirectory)
    })
    return () => lock.close()
  } catch (error) {
    lock.close()
    throw error
  }
}

function giveToOwner(dataDirectory: string): void {
  if (process.geteuid?.() !== 0) return
  const {uid, gid} = statSync(dataDirectory)
  lchownSync(join(dataDirectory, lockName), uid, gid)
}
