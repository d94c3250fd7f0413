import {rmSync} from 'node:fs'
import {basename, join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {makeDirectory} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {readBufferFile, renameIfPresent} from './buffer.ts'
import {type DestinationPaths, listFolder} from './destination.ts'
import {dropReasons, recordDrop} from './drops.ts'

/**
 * Drops a buffer file and counts its events; a file that cannot be read counts as one. It is renamed out of the buffer
 * first: from then on no sender can have it, and whoever is killed before it is counted leaves it to `finishDropping`.
 *
 * @returns how many events were dropped: 0 when somebody else has taken the file
 */
export function dropFile(
  world: World,
  paths: DestinationPaths,
  path: string,
  reason: 'quota' | 'opted-out' | 'forgotten',
): number {
  makeDirectory(paths.dropping)
  const taken = join(paths.dropping, `${basename(path, '.json')}.${reason}`)
  if (!renameIfPresent(path, taken)) return 0
  reach('drop: taken out of the buffer')
  return countAndRemove(world, paths, taken)
}

/** Counts and removes what was taken out of the buffer by somebody who was killed. Returns how many events that were. */
export function finishDropping(world: World, paths: DestinationPaths): number {
  return listFolder(paths.dropping).reduce(
    (sum, name) => sum + countAndRemove(world, paths, join(paths.dropping, name)),
    0,
  )
}

/** Counting again counts once: the drop is kept under the name of the file. */
function countAndRemove(world: World, {drops}: DestinationPaths, taken: string): number {
  const name = basename(taken)
  const dot = name.lastIndexOf('.')
  const [id, reasonName] = [name.slice(0, dot), name.slice(dot + 1)]
  const read = readBufferFile(taken, world.now())
  if (read.kind === 'gone') return 0
  const count = read.kind === 'events' ? read.events.length : 1
  recordDrop(world, drops, {id, reason: dropReasons.find(reason => reason === reasonName) ?? 'damaged', count})
  rmSync(taken, {force: true, recursive: true})
  return count
}
