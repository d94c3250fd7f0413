import {rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {limits} from '../../protocol/values/limits.ts'
import {modifiedAt} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {listBufferFiles} from './buffer.ts'
import {type Destination, listFolder} from './destination.ts'
import {dropFile, finishDropping} from './drop-file.ts'
import {compactDrops} from './drops.ts'
import {listRuns, removeRun} from './open-runs.ts'
import {compactRefused} from './refused.ts'

/** The most bytes and files of the sent log, and of damaged files. Beyond them, the oldest are removed. */
const maxLogBytes = 5 * 1024 * 1024
const maxLogFiles = 1000
/** Hours after which a temporary file belongs to a killed process. */
const staleTemporaryHours = 1

const hourMs = 3_600_000

/**
 * Enforces all limits of a destination on disk: the quota of the buffer and the limits of the logs. Called by a sender
 * that holds the lock. Throws errors of the file system.
 *
 * @returns the number of dropped events
 */
export function tidy(world: World, destination: Destination): number {
  const {paths} = destination
  removeTemporaries(world, destination)
  removeOldRuns(world, destination)
  trimLog(paths.sent, world.now() - limits.maxEventAgeDays * 24 * hourMs)
  // The time of a damaged file is that of its writer, and says nothing of how long it lies there.
  trimLog(paths.refused, Number.NEGATIVE_INFINITY, '.damaged')
  const unfinished = finishDropping(world, paths)
  compactDrops(paths.drops)
  compactRefused(paths.refused)
  const dropped = unfinished + enforceQuota(world, destination)
  reach('housekeeping: tidied')
  return dropped
}

/**
 * Enforces the quota of the buffer. Beyond 10 MiB or 2,000 files, it drops and counts the oldest files until a tenth of
 * the quota is free. Returns the number of dropped events. Throws errors of the file system.
 */
export function enforceQuota(world: World, {paths}: Destination): number {
  const beyond = beyondQuota(listBufferFiles(paths.waiting))
  return beyond.reduce((dropped, path) => dropped + dropFile(world, paths, path, 'quota'), 0)
}

/** The files that the quota drops, of files that are sorted oldest first. Reads their sizes, writes nothing. */
export function beyondQuota(paths: readonly string[]): string[] {
  const files = paths.map(path => ({path, bytes: sizeOf(path)}))
  let leftFiles = files.length
  let leftBytes = files.reduce((sum, file) => sum + file.bytes, 0)
  if (leftFiles <= limits.maxBufferFiles && leftBytes <= limits.maxBufferBytes) return []
  const beyond: string[] = []
  for (const file of files) {
    if (leftFiles <= limits.maxBufferFiles * 0.9 && leftBytes <= limits.maxBufferBytes * 0.9) break
    beyond.push(file.path)
    leftFiles--
    leftBytes -= file.bytes
  }
  return beyond
}

/** Removes the oldest files beyond the bounds, and those from before a time. */
function trimLog(directory: string, oldest: number, ending = ''): void {
  const names = listFolder(directory).filter(name => name.endsWith(ending))
  const files = names.map(name => join(directory, name))
  let bytes = files.reduce((sum, path) => sum + sizeOf(path), 0)
  for (const [index, path] of files.entries()) {
    const isOld = (modifiedAt(path) ?? oldest) < oldest
    if (!isOld && bytes <= maxLogBytes && files.length - index <= maxLogFiles) return
    bytes -= sizeOf(path)
    rmSync(path, {force: true, recursive: true})
  }
}

/** Removes runs that are older than any event that may still be sent: nothing can be paired with them. */
function removeOldRuns(world: World, {paths}: Destination): void {
  const oldest = world.now() - limits.maxEventAgeDays * 24 * hourMs
  for (const run of listRuns(paths.runs))
    if ((modifiedAt(join(paths.runs, `${run}.json`)) ?? oldest) < oldest) removeRun(paths.runs, run)
}

function removeTemporaries(world: World, {directory, paths}: Destination): void {
  const claims = listFolder(paths.sending).map(claim => join(paths.sending, claim))
  const {waiting, runs, sent, drops, refused, periods, forgotten} = paths
  for (const folder of [directory, waiting, runs, sent, drops, refused, periods, forgotten, ...claims])
    for (const name of listFolder(folder)) {
      const path = join(folder, name)
      const isStale = (modifiedAt(path) ?? 0) < world.now() - staleTemporaryHours * hourMs
      if (name.startsWith('.') && name.endsWith('.tmp') && isStale) rmSync(path, {force: true})
    }
}

const sizeOf = (path: string): number => statSync(path, {throwIfNoEntry: false})?.size ?? 0
