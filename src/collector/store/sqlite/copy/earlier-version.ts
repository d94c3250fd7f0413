import {closeSync, openSync, readdirSync, renameSync, rmSync, statfsSync, statSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import type {Database} from '../tables/database.ts'
import {requireWhole} from './check.ts'
import {syncFolder} from './sync-files.ts'

/** Days for which the copy from before an update is kept. An erasure removes it immediately. */
const keptDays = 7
const dayMs = 86_400_000

/** The copies beside a store, and what killed copies left: `usage.sqlite.version-6`. */
function copiesOf(path: string): string[] {
  const prefix = `${basename(path)}.version-`
  return readdirSync(dirname(path))
    .filter(name => name.startsWith(prefix))
    .map(name => join(dirname(path), name))
}

/**
 * Copies a store of an earlier version before it is updated: `usage.sqlite.version-6`. A copy of an earlier update that
 * was killed stays the only one. Throws a `UsageError`: USAGE_STORE_DAMAGED, USAGE_STORE_UNWRITABLE if the disk has not
 * twice the size of the store free, for the copy and for the log of the update.
 */
export function keepEarlierVersion(database: Database, path: string, version: number): void {
  for (const name of copiesOf(path)) if (name.endsWith('.partial')) rmSync(name)
  if (copiesOf(path).length > 0) return
  requireWhole(database, path, 'quick')
  requireRoom(path)
  const copy = `${path}.version-${version}`
  const partial = `${copy}.partial`
  closeSync(openSync(partial, 'wx', 0o600))
  database.prepare('VACUUM INTO ?').run(partial)
  syncFolder(partial)
  renameSync(partial, copy)
  syncFolder(dirname(path))
  reach('update: earlier version kept')
}

function requireRoom(path: string): void {
  const neededBytes = 2 * statSync(path).size
  const {bavail, bsize} = statfsSync(dirname(path))
  if (bavail * bsize >= neededBytes) return
  const megabytes = Math.ceil(neededBytes / 1e6)
  throw new UsageError('USAGE_STORE_UNWRITABLE', `the update of ${path} needs ${megabytes} MB of free disk space`)
}

/** Removes the copies that are older than a week; without a time, all. */
export function removeEarlierVersions(path: string, nowMs = Number.POSITIVE_INFINITY): void {
  for (const copy of copiesOf(path)) if (nowMs - statSync(copy).mtimeMs > keptDays * dayMs) rmSync(copy, {force: true})
}
