import {existsSync, renameSync, rmdirSync, rmSync, statSync} from 'node:fs'
import {basename} from 'node:path'
import {reach} from '../../fault-points.ts'
import {type BufferedEvent, encodeBufferFile, parseBufferFile} from '../../protocol/report/buffered-event.ts'
import {limits} from '../../protocol/values/limits.ts'
import {inside, isCode, makeDirectory, readPlainFile, writeFileAtomically} from '../world/files.ts'
import {toTime} from '../world/world.ts'
import {type DestinationPaths, listFolder} from './destination.ts'

/** Seconds for which an unfinished file is not damaged: a shell's write may be visible before it is complete. */
export const unfinishedSeconds = 60

/** A buffer file and its events. */
export interface BufferFile {
  readonly path: string
  readonly events: readonly BufferedEvent[]
  /** Its invalid lines, unchanged. */
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

/** A buffer file without a readable event. */
export interface DamagedFile {
  readonly kind: 'damaged'
  readonly path: string
  readonly message: string
  /** The number of lost lines. An unreadable file counts as one line. */
  readonly lines: number
}

/** The result of reading a buffer file. */
export type ReadBufferFile =
  | ({readonly kind: 'events'} & BufferFile)
  | {readonly kind: 'unfinished'; readonly path: string}
  | DamagedFile
  | {readonly kind: 'gone'}

/**
 * Reads a buffer file. `unfinished`: only in its first 60 s; later, a last line without a line break is read like the
 * others. `gone`: another process has moved or removed it. Never throws.
 *
 * @param now Unix milliseconds. Infinity: no process can still be writing the file
 */
export function readBufferFile(path: string, now: number): ReadBufferFile {
  const damaged = (message: string): DamagedFile => ({kind: 'damaged', path, message, lines: 1})
  try {
    const {size, mtimeMs} = statSync(path)
    if (size > limits.maxBufferFileBytes) return damaged(`${size} bytes are too many`)
    const content = readPlainFile(path)
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

/** Replaces a claimed file by one without its damaged lines. Does nothing if another process has moved the file. */
export function removeDamagedLines({path, events}: BufferFile): void {
  if (existsSync(path)) writeFileAtomically(path, encodeBufferFile(events))
}

/** Removes a folder if it is empty. Never throws. */
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
