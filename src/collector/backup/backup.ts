/**
 * Room `backup`: copies of a data folder, and the way back.
 *
 * A backup is one file: a copy of the store, with the hashes of tokens and the secret of old ids in two tables of their
 * own, and a last line that seals it. It is made beside a running collector, is verified before it gets its name, and
 * replaces a file only as a whole. A restore replaces a data folder in one step that every later opening finishes.
 * Read next: `sealed-file.ts`, `restore.ts`.
 */
import {closeSync, existsSync, openSync, readdirSync, renameSync, rmSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {messageOf, UsageError} from '../../errors.ts'
import {reach} from '../../fault-points.ts'
import {readDurableFiles} from '../access/durable-files.ts'
import {packageVersion} from '../monitoring/version.ts'
import type {StorePlace} from '../store/place.ts'
import type {RowCounts} from '../store/sqlite/copy/check.ts'
import {copyStore} from '../store/sqlite/copy/copy.ts'
import {pack, requirePacked} from '../store/sqlite/copy/packed-files.ts'
import {syncFolder} from '../store/sqlite/copy/sync-files.ts'
import {seal, unseal} from './sealed-file.ts'

/** A backup that was verified. */
export interface Backup {
  readonly file: string
  readonly bytes: number
  /** RFC 3339 in UTC. */
  readonly createdAt: string
  /** Rows by table. */
  readonly rows: RowCounts
  /** The other files of the data folder that it contains. */
  readonly files: readonly string[]
}

/**
 * Makes a backup of a data folder, also while a collector writes it, and verifies it. Blocks the thread. Throws a
 * `UsageError`: USAGE_STORE_UNREADABLE, USAGE_STORE_DAMAGED, USAGE_OUTPUT_UNWRITABLE, also if the
 * file exists and is no backup. After a failure or a kill, a file of that name is as it was before.
 *
 * @param target the file, or a folder, in which the file is named after the time
 * @param nowMs Unix milliseconds
 */
export function makeBackup(dataDirectory: string, target: string, nowMs: number): Backup {
  const file = isFolder(target) ? join(target, nameAt(nowMs)) : target
  requireReplaceable(file)
  const partial = join(dirname(file), `.usage-backup.${process.pid}.partial`)
  const createdAt = new Date(nowMs).toISOString()
  try {
    removeLeftOver(dirname(file))
    createEmpty(partial)
    copyStore(dataDirectory, partial)
    reach('backup: store copied')
    const files = readDurableFiles(dataDirectory)
    const {rows} = pack(partial, files, {createdAt, program: packageVersion()})
    requirePacked(partial)
    seal(partial)
    unseal(partial, null)
    reach('backup: verified')
    syncFolder(partial)
    const bytes = statSync(partial).size
    reach('backup: before it is renamed')
    renameSync(partial, file)
    syncFolder(dirname(file))
    return {file, bytes, createdAt, rows, files: files.flatMap(one => (one.content === null ? [] : [one.path]))}
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError('USAGE_OUTPUT_UNWRITABLE', `cannot write ${file}: ${messageOf(error)}`, {cause: error})
  } finally {
    rmSync(partial, {force: true})
    rmSync(`${partial}-journal`, {force: true})
  }
}

const isFolder = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false

/** Throws a `UsageError` USAGE_WRONG_USE for a store that is not in a data folder. */
export function requireInFolder({kind}: StorePlace): void {
  if (kind === 'sqlite') return
  throw new UsageError('USAGE_WRONG_USE', 'usage backup copies a data folder, and the store is on ClickHouse', {
    next: "Back up the store with the engine's own tools, such as BACKUP DATABASE, and the data folder with any tool.",
  })
}

/** `usage-20261130T191500Z.backup` */
const nameAt = (atMs: number): string =>
  `usage-${new Date(atMs).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z.backup`

/** An earlier backup may be replaced, for a fixed name in a cron job. Any other file may not. */
function requireReplaceable(file: string): void {
  if (!existsSync(file)) return
  try {
    unseal(file, null)
  } catch (cause) {
    throw new UsageError(
      'USAGE_OUTPUT_UNWRITABLE',
      `${file} exists and is not a complete backup, so it is not replaced`,
      {
        cause,
        next: 'Choose another name, or remove the file.',
      },
    )
  }
}

/** Removes what killed backups left in a folder: it would fill the disk. */
function removeLeftOver(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = /^\.usage-backup\.(\d+)\.partial/.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), {force: true})
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** SQLite writes into an empty file, so the copy is readable only by its owner from the first byte. */
function createEmpty(path: string): void {
  rmSync(path, {force: true})
  closeSync(openSync(path, 'wx', 0o600))
}
