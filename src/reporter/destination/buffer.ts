import {existsSync, readFileSync, renameSync, rmdirSync, rmSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {reach} from '../../fault-points.ts'
import {type BufferedEvent, encodeBufferFile, parseBufferFile} from '../../protocol/buffered-event.ts'
import {limits} from '../../protocol/limits.ts'
import {inside, isCode, makeDirectory, writeFileAtomically} from '../world/files.ts'
import {toTime} from '../world/world.ts'
import {type DestinationPaths, listFolder} from './destination.ts'

/** Seconds for which an unfinished file is not damaged: a shell's write may be visible before it is complete. */
export const unfinishedSeconds = 60

/** A buffer file and its events. */
export interface BufferFile {
  readonly path: string
  readonly events: readonly BufferedEvent[]
  /** Its lines that are no events, as they are. */
  readonly damaged: readonly string[]
  readonly bytes: number
}

/**
 * Writes events into the buffer as one file, named by the id of the first event. Takes about a millisecond. The file is
 * not fsynced: events survive a crash of the process, but a crash of the host or a power cut may lose them. Throws
 * errors of the file system.
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

/** Paths of the buffer files in a folder, oldest first, without temporary files. */
export function listBufferFiles(folder: string): string[] {
  return listFolder(folder)
    .filter(name => name.endsWith('.json') && !name.startsWith('.'))
    .map(name => inside(folder, name))
}

/** Paths of all waiting files, oldest first: new ones, and claimed ones that are not settled. */
export function listWaitingFiles(paths: DestinationPaths): string[] {
  const claimed = listFolder(paths.sending).flatMap(claim => listBufferFiles(inside(paths.sending, claim)))
  return [...claimed, ...listBufferFiles(paths.waiting)].sort((a, b) => (basename(a) < basename(b) ? -1 : 1))
}

/**
 * Claims all waiting files by moving them into a new folder. Each file is in exactly one claim, even if several senders
 * run. Returns the folder, or null if no file waits. Throws errors of the file system.
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

/** Returns the unsettled files of a claim to the buffer. Throws errors of the file system. */
export function releaseClaim(paths: DestinationPaths, folder: string): void {
  makeDirectory(paths.waiting)
  for (const path of listBufferFiles(folder)) {
    renameIfPresent(path, inside(paths.waiting, basename(path)))
    reach('claim: one file given back')
  }
  removeFolder(folder)
}

/** Settles a claimed file: removes it, or replaces it by one with the remaining events. */
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
    // Another process wrote into it or removed it.
  }
}

/**
 * Renames a file. False: it does not exist, because another process moved it. Throws other errors of the file system.
 */
export function renameIfPresent(from: string, to: string): boolean {
  try {
    renameSync(from, to)
    return true
  } catch (error) {
    if (isCode(error, 'ENOENT')) return false
    throw error
  }
}
