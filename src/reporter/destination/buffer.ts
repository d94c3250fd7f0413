import {existsSync, readFileSync, renameSync, rmdirSync, rmSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {reach} from '../../fault-points.ts'
import {type BufferedEvent, encodeBufferFile, parseBufferFile} from '../../protocol/buffered-event.ts'
import {limits} from '../../protocol/limits.ts'
import {inside, isCode, makeDirectory, writeFileAtomically} from '../world/files.ts'
import {toTime} from '../world/world.ts'
import {type DestinationPaths, listFolder} from './destination.ts'

/** Seconds for which a file may look unfinished: a shell's write becomes visible before it is whole. */
export const unfinishedSeconds = 60

/** A buffer file with what it holds. */
export interface BufferFile {
  readonly path: string
  readonly events: readonly BufferedEvent[]
  /** Its lines that are no events, as they are. */
  readonly damaged: readonly string[]
  readonly bytes: number
}

/**
 * Moves events to the buffer as one file, named after the first of them. Takes about a millisecond, waits for nothing.
 * The events are on disk but not fsynced: a crash of the host loses nothing, a power cut may lose them.
 * Throws what the file system throws.
 */
export function writeEvents(paths: DestinationPaths, events: readonly [BufferedEvent, ...BufferedEvent[]]): void {
  const path = inside(paths.waiting, `${events[0].id}.json`)
  writeFileAtomically(path, encodeBufferFile(events), () => reach('buffer: before the event is renamed'))
  reach('buffer: after the event is renamed')
}

/** A buffer file without any event that can be read. */
export interface DamagedFile {
  readonly kind: 'damaged'
  readonly path: string
  readonly message: string
  /** How many lines are lost with it; a file that cannot be read as lines counts as one. */
  readonly lines: number
}

/** What reading one buffer file gave. */
export type ReadBufferFile =
  | ({readonly kind: 'events'} & BufferFile)
  | {readonly kind: 'unfinished'; readonly path: string}
  | DamagedFile
  | {readonly kind: 'gone'}

/**
 * Reads one buffer file. `unfinished` only while it is young: later a last line without a line break is read like the others.
 * `gone` when a sender has just taken it.
 *
 * @param now Unix milliseconds; Infinity where nobody can be writing the file any more
 */
export function readBufferFile(path: string, now: number): ReadBufferFile {
  const damaged = (message: string): DamagedFile => ({kind: 'damaged', path, message, lines: 1})
  try {
    const {size, mtimeMs} = statSync(path)
    if (size > limits.maxBufferFileBytes) return damaged(`${size} bytes are too many`)
    const content = readFileSync(path, 'utf8')
    const isYoung = now - mtimeMs < unfinishedSeconds * 1000
    const isWhole = content.endsWith('\n')
    if (!isWhole && isYoung) return {kind: 'unfinished', path}
    const parsed = parseBufferFile(isWhole ? content : `${content}\n`, toTime(mtimeMs))
    if (parsed.kind === 'events') return {...parsed, path, bytes: size}
    return parsed.kind === 'damaged' ? {...parsed, path} : damaged('the last line is incomplete')
  } catch (error) {
    if (isCode(error, 'ENOENT')) return {kind: 'gone'}
    return damaged(error instanceof Error ? error.message : String(error))
  }
}

/** Paths of the buffer files in a folder, oldest first; temporary files are passed over. */
export function listBufferFiles(folder: string): string[] {
  return listFolder(folder)
    .filter(name => name.endsWith('.json') && !name.startsWith('.'))
    .map(name => inside(folder, name))
}

/** Paths of everything that waits: new files and those that a sender has claimed and not settled. */
export function listWaitingFiles(paths: DestinationPaths): string[] {
  const claimed = listFolder(paths.sending).flatMap(claim => listBufferFiles(inside(paths.sending, claim)))
  return [...claimed, ...listBufferFiles(paths.waiting)].sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
}

/**
 * Claims all waiting files by renaming them into a folder of their own: whatever another sender does, each file is
 * in one claim. Returns the folder, or null when nothing waits.
 */
export function claimFiles(paths: DestinationPaths, claim: string): string | null {
  const waiting = listBufferFiles(paths.waiting)
  if (waiting.length === 0) return null
  const folder = inside(paths.sending, claim)
  makeDirectory(folder)
  reach('claim: made')
  for (const path of waiting) {
    renameIfPresent(path, inside(folder, basename(path)))
    reach('claim: one file moved')
  }
  reach('claim: all files moved')
  return folder
}

/** Gives the files of a claim back to the buffer. What has been settled is not among them. */
export function releaseClaim(paths: DestinationPaths, folder: string): void {
  makeDirectory(paths.waiting)
  for (const path of listBufferFiles(folder)) {
    renameIfPresent(path, inside(paths.waiting, basename(path)))
    reach('claim: one file given back')
  }
  removeFolder(folder)
}

/** Settles a claimed file: it is removed, or written anew with those of its events that still wait. */
export function settleFile(file: BufferFile, remaining: readonly BufferedEvent[]): void {
  if (remaining.length === 0) rmSync(file.path, {force: true})
  else if (remaining.length < file.events.length) writeFileAtomically(file.path, encodeBufferFile(remaining))
}

/** Writes a claimed file anew without its damaged lines. Whoever has taken it meanwhile keeps it as it is. */
export function removeDamagedLines({path, events}: BufferFile): void {
  if (existsSync(path)) writeFileAtomically(path, encodeBufferFile(events))
}

/** Removes a folder that is empty; one that is not empty stays. */
export function removeFolder(path: string): void {
  try {
    rmdirSync(path)
  } catch {
    // Somebody wrote into it or removed it: either is right.
  }
}

/** Renames a file. False: somebody else has taken it. */
export function renameIfPresent(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}
