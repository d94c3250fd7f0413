import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {hasEntries} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {listWaitingFiles} from './buffer.ts'
import {type Destination, listFolder} from './destination.ts'
import {dropFile, finishDropping} from './drop-file.ts'
import {listRuns, removeRun} from './open-runs.ts'

/**
 * Removes the waiting events and open runs of a destination after an opt-out or at an erasure request. Events are
 * counted as dropped with the reason. Writes nothing if nothing waits. Returns the number of dropped events. Throws
 * errors of the file system.
 */
export function emptyBuffer(
  world: World,
  {paths}: Pick<Destination, 'paths'>,
  reason: 'opted-out' | 'forgotten' = 'opted-out',
): number {
  for (const run of listRuns(paths.runs)) removeRun(paths.runs, run)
  let dropped = finishDropping(world, paths)
  for (const path of listWaitingFiles(paths)) dropped += dropFile(world, paths, path, reason)
  // After an erasure request, recording continues, so files that are being written are kept.
  if (reason === 'forgotten') return dropped
  // After an opt-out, temporary files of killed writers are removed too. They are not counted.
  for (const name of listFolder(paths.waiting)) rmSync(join(paths.waiting, name), {force: true, recursive: true})
  return dropped
}

/** Whether any file waits or is claimed. Reads two folders. */
export function hasWaiting({paths}: Pick<Destination, 'paths'>): boolean {
  return hasEntries(paths.waiting, 1) || hasEntries(paths.sending, 1)
}

/** Whether there are neither events nor open runs that an opt-out would have to remove. */
export function isBufferEmpty(destination: Pick<Destination, 'paths'>): boolean {
  const {runs, dropping} = destination.paths
  return !hasWaiting(destination) && !hasEntries(runs, 1) && !hasEntries(dropping, 1)
}
