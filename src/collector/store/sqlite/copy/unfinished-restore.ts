import {existsSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import {durableNames} from '../../../access/durable-files.ts'
import {databaseName} from '../tables/database.ts'
import {syncFolder, syncTree} from './sync-files.ts'

/** The folder in a data folder in which a restore prepares the new files. */
const folderName = 'restoring'
/** The file in it that says: the new files are complete. It lists them. */
const markName = 'complete.json'

/**
 * Every name that a restore replaces or removes. The log of the old database goes before the database, because it must
 * not meet the new one.
 */
export const replaced: readonly string[] = [
  `${databaseName}-wal`,
  `${databaseName}-shm`,
  'collector.json',
  'columns',
  'imports',
  ...durableNames,
  databaseName,
]

export const restoringFolder = (dataDirectory: string): string => join(dataDirectory, folderName)
const markOf = (dataDirectory: string): string => join(restoringFolder(dataDirectory), markName)

/**
 * Marks the prepared files as complete. From then on the data folder has the new state: whoever opens it for writing
 * next finishes the restore.
 */
export function markComplete(dataDirectory: string, names: readonly string[]): void {
  const folder = restoringFolder(dataDirectory)
  syncTree(folder)
  writeFileSync(`${markOf(dataDirectory)}.new`, JSON.stringify(names), {mode: 0o600, flush: true})
  renameSync(`${markOf(dataDirectory)}.new`, markOf(dataDirectory))
  syncFolder(folder)
  reach('restore: marked as complete')
}

/**
 * Finishes a restore that was killed: before its mark, the prepared files are removed and the old state remains; after
 * it, they replace the old ones. Does nothing if there was none. The caller holds the lock of the data folder.
 */
export function finishRestore(dataDirectory: string): void {
  const folder = restoringFolder(dataDirectory)
  if (!existsSync(folder)) return
  if (existsSync(markOf(dataDirectory))) {
    const names = JSON.parse(readFileSync(markOf(dataDirectory), 'utf8')) as readonly string[]
    for (const name of replaced) {
      const prepared = join(folder, name)
      const isWaiting = existsSync(prepared)
      // What was moved before a kill is neither in the folder nor to be removed.
      if (isWaiting || !names.includes(name)) remove(join(dataDirectory, name))
      if (isWaiting) renameSync(prepared, join(dataDirectory, name))
      reach('restore: one file replaced')
    }
    syncFolder(dataDirectory)
  }
  remove(folder)
}

/** Throws a `UsageError` USAGE_STORE_UNREADABLE while the files of a data folder are of two states. */
export function requireNoRestore(dataDirectory: string): void {
  if (!existsSync(markOf(dataDirectory))) return
  throw new UsageError('USAGE_STORE_UNREADABLE', `a restore of ${dataDirectory} was interrupted`, {
    next: 'Start `usage collect` on the data folder, or run the same `usage restore` again, to finish it.',
  })
}

const remove = (path: string): void => rmSync(path, {recursive: true, force: true})
