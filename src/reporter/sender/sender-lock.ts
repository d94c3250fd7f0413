import {readFileSync, rmSync} from 'node:fs'
import {basename, dirname} from 'node:path'
import {reach} from '../../fault-points.ts'
import {renameIfPresent} from '../destination/buffer.ts'
import {createExclusively, inside, makeDirectory, modifiedAt, readJson, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'

/** Seconds after which the lock of a sender that is gone may be taken. A sender lives 10 s, or renews its lock. */
export const staleLockSeconds = 60

interface LockContent {
  readonly token: string
  readonly host: string
  readonly pid: number
  readonly time: string
  /** Until then its sender waits, and whoever is in a hurry may take the right from it. */
  readonly waitsUntil?: string
}

/** How the right to send is asked for. */
export interface LockOptions {
  /** Milliseconds for which the sender will wait before it sends. */
  readonly jitter?: number
  /** Takes the right from a sender that waits: a person or a job waits for this one. */
  readonly isUrgent?: boolean
}

/**
 * Wins the right to send for one destination, before a process is made for it.
 *
 * The lock saves work; correctness never rests on it: two senders claim different files.
 *
 * @returns a token that renews and releases the lock, or null while somebody else has it
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
 * Removes a lock that may be taken: under another name it is looked at once more. False: somebody else had been faster,
 * and what was moved is the lock that they have just made; it is put back.
 */
function putAside(path: string, token: string, mayBeTaken: (lock: string) => boolean): boolean {
  const aside = inside(dirname(path), `.${basename(path)}.${token}.tmp`)
  if (!renameIfPresent(path, aside)) return true
  const isOurs = mayBeTaken(aside)
  if (!isOurs) createExclusively(path, readFileSync(aside, 'utf8'))
  rmSync(aside, {force: true, recursive: true})
  return isOurs
}

/** Says that the sender with this token still lives. False: the lock was lost. */
export function renewLock(world: World, path: string, token: string): boolean {
  if (!holdsLock(path, token)) return false
  writeFileAtomically(path, JSON.stringify(lockContent(world, token)))
  return true
}

/** Whether the lock is held with this token. */
export function holdsLock(path: string, token: string): boolean {
  return (readJson(path) as Partial<LockContent> | null)?.token === token
}

/** Whether a sender that may live has the right to send. Writes nothing. */
export const isLockHeld = (world: World, path: string): boolean => modifiedAt(path) !== null && !isStale(world, path)

/** Gives the right to send back, if it is still ours. */
export function releaseLock(path: string, token: string): void {
  if (holdsLock(path, token)) rmSync(path, {force: true})
}

const lockContent = (world: World, token: string): LockContent => ({
  token,
  host: world.hostName,
  pid: process.pid,
  time: toTime(world.now()),
})

/** Whether the sender that has the lock still waits: it looks at the lock again before it sends. */
function isWaiting(world: World, path: string): boolean {
  const until = (readJson(path) as Partial<LockContent> | null)?.waitsUntil
  return until !== undefined && Date.parse(until) > world.now()
}

/** A lock without content was being made, or its maker died in between: then the file's own time counts. */
function isStale(world: World, path: string): boolean {
  const time = Date.parse((readJson(path) as Partial<LockContent> | null)?.time ?? '')
  const since = Number.isNaN(time) ? modifiedAt(path) : time
  return since === null || Math.abs(world.now() - since) > staleLockSeconds * 1000
}
