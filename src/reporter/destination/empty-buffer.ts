import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {hasEntries} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {listWaitingFiles} from './buffer.ts'
import {type Destination, listFolder} from './destination.ts'
import {dropFile, finishDropping} from './drop-file.ts'
import {listRuns, removeRun} from './open-runs.ts'

/**
 * Empties the buffer and the open runs of a destination after a no, or when a person wants to be forgotten. What waited is
 * counted with the reason. Writes nothing when nothing waited. Returns the number of events dropped.
 */
export function emptyBuffer(
  world: World,
  {paths}: Pick<Destination, 'paths'>,
  reason: 'opted-out' | 'forgotten' = 'opted-out',
): number {
  for (const run of listRuns(paths.runs)) removeRun(paths.runs, run)
  let dropped = finishDropping(world, paths)
  for (const path of listWaitingFiles(paths)) dropped += dropFile(world, paths, path, reason)
  // Whoever is writing just now may go on recording after a wish to be forgotten, and has said nothing yet.
  if (reason === 'forgotten') return dropped
  // What a writer that was killed has left is no event yet, and a no leaves nothing behind.
  for (const name of listFolder(paths.waiting)) rmSync(join(paths.waiting, name), {force: true, recursive: true})
  return dropped
}

/** Whether any file waits or is claimed, at the price of looking at two folders. */
export function hasWaiting({paths}: Pick<Destination, 'paths'>): boolean {
  return hasEntries(paths.waiting, 1) || hasEntries(paths.sending, 1)
}

/** Whether there is nothing that a no would have to remove: neither events nor open runs. */
export function isBufferEmpty(destination: Pick<Destination, 'paths'>): boolean {
  const {runs, dropping} = destination.paths
  return !hasWaiting(destination) && !hasEntries(runs, 1) && !hasEntries(dropping, 1)
}
