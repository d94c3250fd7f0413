import {rmSync} from 'node:fs'
import {basename, dirname} from 'node:path'
import {reach} from '../../fault-points.ts'
import {renameIfPresent} from '../destination/buffer.ts'
import {
  createExclusively,
  inside,
  makeDirectory,
  modifiedAt,
  readJson,
  readPlainFile,
  writeFileAtomically,
} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'

/** Seconds after which a lock is stale and may be taken. A sender runs for 10 s, or renews its lock. */
export const staleLockSeconds = 60

interface LockContent {
  readonly token: string
  readonly host: string
  readonly pid: number
  readonly time: string
  /** The sender waits until this time. Meanwhile an urgent sender may take its lock. */
  readonly waitsUntil?: string
}

/** Options for taking the lock. */
export interface LockOptions {
  /** Milliseconds that the sender will wait before it sends. */
  readonly jitter?: number
  /** Takes the lock of a waiting sender, because a user or a job waits for this one. */
  readonly isUrgent?: boolean
}

/**
 * Takes the lock of a destination, before a process is started. The lock only saves work: two senders at the same time
 * would claim different files. Throws errors of the file system.
 *
 * @returns a token that renews and releases the lock, or null if another sender holds it
 */
export function takeLock(world: World, path: string, {jitter = 0, isUrgent = false}: LockOptions = {}): string | null {
  const token = Buffer.from(world.random(8)).toString('hex')
  const waiting = jitter > 0 ? {waitsUntil: toTime(world.now() + jitter)} : {}
  const content = JSON.stringify({...lockContent(world, token), ...waiting})
  makeDirectory(dirname(path))
  if (createExclusively(path, content)) {
    reach('lock: taken')
    return token
  }
  const mayBeTaken = (lock: string): boolean => isStale(world, lock) || (isUrgent && isWaiting(world, lock))
  if (!mayBeTaken(path) || !putAside(path, token, mayBeTaken)) return null
  reach('lock: a stale one removed')
  return createExclusively(path, content) ? token : null
}

/**
 * Removes a lock that may be taken: renames it and checks it again. False: another process was faster, and the renamed
 * file is its new lock, which is restored.
 */
function putAside(path: string, token: string, mayBeTaken: (lock: string) => boolean): boolean {
  const aside = inside(dirname(path), `.${basename(path)}.${token}.tmp`)
  if (!renameIfPresent(path, aside)) return true
  const isOurs = mayBeTaken(aside)
  if (!isOurs) createExclusively(path, readPlainFile(aside))
  rmSync(aside, {force: true, recursive: true})
  return isOurs
}

/** Renews the lock of a running sender. False: another sender has taken it. Throws errors of the file system. */
export function renewLock(world: World, path: string, token: string): boolean {
  if (!holdsLock(path, token)) return false
  writeFileAtomically(path, JSON.stringify(lockContent(world, token)))
  return true
}

/** Whether the lock is held with this token. Never throws. */
export function holdsLock(path: string, token: string): boolean {
  return (readJson(path) as Partial<LockContent> | null)?.token === token
}

/** Whether a sender holds the lock and it is not stale. Writes nothing. */
export const isLockHeld = (world: World, path: string): boolean => modifiedAt(path) !== null && !isStale(world, path)

/** Releases the lock, if it is still held with this token. */
export function releaseLock(path: string, token: string): void {
  if (holdsLock(path, token)) rmSync(path, {force: true})
}

const lockContent = (world: World, token: string): LockContent => ({
  token,
  host: world.hostName,
  pid: process.pid,
  time: toTime(world.now()),
})

/** Whether the sender with the lock still waits. It checks the lock again before it sends. */
function isWaiting(world: World, path: string): boolean {
  const until = (readJson(path) as Partial<LockContent> | null)?.waitsUntil
  return until !== undefined && Date.parse(until) > world.now()
}

/**
 * Whether a lock is stale. A lock without content is being created, or its creator died: the time of the file decides.
 */
function isStale(world: World, path: string): boolean {
  const time = Date.parse((readJson(path) as Partial<LockContent> | null)?.time ?? '')
  const since = Number.isNaN(time) ? modifiedAt(path) : time
  return since === null || Math.abs(world.now() - since) > staleLockSeconds * 1000
}
