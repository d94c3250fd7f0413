import {rmSync} from 'node:fs'
import {basename, join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {makeDirectory} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {readBufferFile, renameIfPresent} from './buffer.ts'
import {type DestinationPaths, listFolder} from './destination.ts'
import {dropReasons, recordDrop} from './drops.ts'

/**
 * Drops a buffer file and counts its events. Unreadable lines count as damaged. The file is first moved out of the
 * buffer, so that no sender can claim it. If the process is killed after that, `finishDropping` counts it. Throws
 * errors of the file system.
 *
 * @returns the number of dropped events and lines; 0 if another process has moved the file
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

/**
 * Counts and removes files that killed processes have moved out of the buffer. Returns the number of dropped events.
 */
export function finishDropping(world: World, paths: DestinationPaths): number {
  return listFolder(paths.dropping).reduce(
    (sum, name) => sum + countAndRemove(world, paths, join(paths.dropping, name)),
    0,
  )
}

/** The number of events and of damaged lines in a buffer file. Never throws. */
export function countLines(path: string): {readonly events: number; readonly damaged: number} {
  const read = readBufferFile(path, Number.POSITIVE_INFINITY)
  if (read.kind === 'events') return {events: read.events.length, damaged: read.damaged.length}
  return {events: 0, damaged: read.kind === 'damaged' ? read.lines : 0}
}

/** The drop is stored under the name of the file, so a file that is counted twice counts once. */
function countAndRemove(world: World, {drops}: DestinationPaths, taken: string): number {
  const [, id, ending] = /^(.+)\.([^.]*)$/.exec(basename(taken)) ?? [null, basename(taken), '']
  const reason = dropReasons.find(one => one === ending) ?? 'damaged'
  const {events, damaged} = countLines(taken)
  const [lost, others] = reason === 'damaged' ? [damaged + events, 0] : [damaged, events]
  recordDrop(world, drops, {id: id ?? '', reason: 'damaged', count: lost})
  recordDrop(world, drops, {id: id ?? '', reason, count: others})
  rmSync(taken, {force: true, recursive: true})
  return events + damaged
}
