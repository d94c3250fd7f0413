import {basename, join} from 'node:path'
import {reach} from '../../fault-points.ts'
import type {BufferedEvent} from '../../protocol/report/buffered-event.ts'
import {makeDirectory, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {type BufferFile, renameIfPresent} from './buffer.ts'
import {compact, type Entry, readEntries} from './compaction.ts'

/** An event that the collector will never accept, with the reason. */
export interface Refusal {
  readonly refusedAt: string
  readonly code: string
  readonly message: string
  readonly event: BufferedEvent
}

/** The most rejected events in the folder. Older ones are only counted. */
const maxEntries = 200

/** Stores a rejected event with the reason. It is never sent again. An event that is rejected twice counts once. */
export function keepRefusal(world: World, directory: string, refusal: Omit<Refusal, 'refusedAt'>): void {
  const kept: Refusal = {refusedAt: toTime(world.now()), ...refusal}
  writeFileAtomically(join(directory, `${refusal.event.id.toLowerCase()}.json`), JSON.stringify(kept))
  reach('report: one refusal kept')
}

/** The number of rejected events. Never throws. */
export function countRefused(directory: string): number {
  return readEntries(directory).reduce((sum, entry) => sum + eventsOf(entry), 0)
}

/** Keeps the newest rejected events, and replaces older ones by a count. */
export function compactRefused(directory: string): void {
  compact(directory, maxEntries, entries => ({events: entries.reduce((sum, entry) => sum + eventsOf(entry), 0)}))
}

/** The number of events in an entry: one in a refusal, many in a summary. */
function eventsOf({content: {events, event, replaces}}: Entry): number {
  if (Array.isArray(replaces)) return Number.isSafeInteger(events) ? (events as number) : 0
  return typeof event === 'object' && event !== null ? 1 : 0
}

/** The file for a damaged buffer file, or for its damaged lines. */
const damagedName = (directory: string, path: string): string => join(directory, `${basename(path, '.json')}.damaged`)

/** Moves a damaged buffer file, unchanged, to the rejected events. Does nothing if another process has moved it. */
export function setAside(directory: string, path: string): void {
  makeDirectory(directory)
  renameIfPresent(path, damagedName(directory, path))
}

/** Copies the damaged lines of a buffer file to the rejected events. Repeating it has the same result. */
export function setLinesAside(directory: string, {path, damaged}: Pick<BufferFile, 'path' | 'damaged'>): void {
  writeFileAtomically(damagedName(directory, path), damaged.map(line => `${line}\n`).join(''))
  reach('file: damaged lines set aside')
}
