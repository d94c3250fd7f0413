import {accessSync, constants, existsSync, mkdirSync, readdirSync, rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {messageOf, UsageError} from '../../errors.ts'
import {reach} from '../../fault-points.ts'
import {giveToOwnerOf, writeDurableFiles} from '../access/durable-files.ts'
import type {RowCounts} from '../store/sqlite/copy/check.ts'
import {lockDataFolder} from '../store/sqlite/copy/lock-data-folder.ts'
import {readReceipts, requirePacked, unpack} from '../store/sqlite/copy/packed-files.ts'
import {finishRestore, markComplete, replaced, restoringFolder} from '../store/sqlite/copy/unfinished-restore.ts'
import {databaseName} from '../store/sqlite/tables/database.ts'
import {unseal} from './sealed-file.ts'

/** An erasure that the replaced store had done and the restored one has not. */
export interface LostErasure {
  /** The id of the request, 32 hex digits. */
  readonly receipt: string
  readonly erasedAt: string
}

export interface Restored {
  readonly data: string
  /** When the backup was made. */
  readonly createdAt: string
  readonly rows: RowCounts
  /** Whether an earlier store was replaced. */
  readonly hasReplaced: boolean
  /** Erasures after the backup: the people are in the restored store. Null if the replaced store cannot be read. */
  readonly lostErasures: readonly LostErasure[] | null
}

/**
 * Replaces a data folder by the state of a backup. The backup is verified before anything is replaced. Throws a
 * `UsageError`: USAGE_STORE_LOCKED if the folder is in use, USAGE_DATA_NOT_EMPTY unless `isForced`,
 * USAGE_BACKUP_INVALID, USAGE_STORE_DAMAGED, USAGE_STORE_UNREADABLE if a newer program made the backup. After a failure
 * the folder has its old state; after a kill, the old or the new one, which the next opening completes.
 */
export function restoreBackup(file: string, dataDirectory: string, {isForced}: {readonly isForced: boolean}): Restored {
  requireReadable(file)
  unseal(file, null)
  const unlock = lockDataFolder(dataDirectory)
  try {
    const hasReplaced = readdirSync(dataDirectory).some(name => replaced.includes(name))
    if (hasReplaced && !isForced)
      throw new UsageError('USAGE_DATA_NOT_EMPTY', `${dataDirectory} has the files of a collector`)
    const {createdAt, rows} = prepare(file, dataDirectory)
    const lostErasures = hasReplaced ? findLostErasures(dataDirectory) : []
    markComplete(
      dataDirectory,
      replaced.filter(name => existsSync(join(restoringFolder(dataDirectory), name))),
    )
    finishRestore(dataDirectory)
    reach('restore: done')
    return {data: dataDirectory, createdAt, rows, hasReplaced, lostErasures}
  } catch (error) {
    if (error instanceof UsageError) throw error
    const message = `cannot restore ${file} into ${dataDirectory}: ${messageOf(error)}`
    throw new UsageError('USAGE_OUTPUT_UNWRITABLE', message, {cause: error})
  } finally {
    unlock()
  }
}

function requireReadable(file: string): void {
  try {
    accessSync(file, constants.R_OK)
    if (!statSync(file).isFile()) throw new Error('it is no file')
  } catch (error) {
    throw new UsageError('USAGE_BACKUP_INVALID', `cannot read the backup ${file}: ${messageOf(error)}`, {cause: error})
  }
}

/** Writes the files of the new state beside the old ones, and verifies them. */
function prepare(file: string, dataDirectory: string) {
  const folder = restoringFolder(dataDirectory)
  const database = join(folder, databaseName)
  mkdirSync(folder, {mode: 0o700})
  try {
    unseal(file, database)
    const manifest = requirePacked(database)
    writeDurableFiles(folder, unpack(database))
    giveToOwnerOf(dataDirectory, folder)
    reach('restore: files prepared')
    return manifest
  } catch (error) {
    rmSync(folder, {recursive: true, force: true})
    throw error
  }
}

function findLostErasures(dataDirectory: string): LostErasure[] | null {
  try {
    const kept = readReceipts(join(restoringFolder(dataDirectory), databaseName))
    const done = [...readReceipts(join(dataDirectory, databaseName))]
    return done.filter(([receipt]) => !kept.has(receipt)).map(([receipt, erasedAt]) => ({receipt, erasedAt}))
  } catch {
    // The old store may be damaged: that is why it is replaced.
    return null
  }
}
