import {rmSync} from 'node:fs'
import {dirname} from 'node:path'
import {reach} from '../fault-points.ts'
import {createExclusively, makeDirectory, modifiedAt, readJson, writeFileAtomically} from './files.ts'
import {toTime, type World} from './world.ts'

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
  if (!isStale(world, path) && !(isUrgent && isWaiting(world, path))) return null
  rmSync(path, {force: true, recursive: true})
  reach('lock: a stale one removed')
  return createExclusively(path, content) ? token : null
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
