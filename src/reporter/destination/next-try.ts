import {rmSync} from 'node:fs'
import * as v from 'valibot'
import {time} from '../../protocol/values/scalars.ts'
import type {KeptReason} from '../transports/transport.ts'
import {readJson, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'

const firstDelaySeconds = 5
const longestDelaySeconds = 3600

/** Why the last attempt failed, and when the next one is due. Stored in a file. */
const nextTry = v.object({
  failures: v.pipe(v.number(), v.integer(), v.minValue(1)),
  nextTryAt: time,
  lastError: v.object({at: time, reason: v.string(), message: v.string()}),
})
export type NextTry = Readonly<v.InferOutput<typeof nextTry>>

/** Reads the state after a failed attempt. Null if the last attempt succeeded or the file is damaged. */
export function readNextTry(path: string): NextTry | null {
  const result = v.safeParse(nextTry, readJson(path))
  return result.success ? result.output : null
}

/** Whether sending has to wait. A time more than a day ahead is ignored, because it comes from a wrong clock. */
export function mustWait(world: World, state: NextTry | null): boolean {
  if (state === null) return false
  const aheadSeconds = (Date.parse(state.nextTryAt) - world.now()) / 1000
  return aheadSeconds > 0 && aheadSeconds <= 24 * longestDelaySeconds
}

/**
 * Records a failed attempt. The limit of the delay doubles from 5 s to 1 h. The delay is a random part of it (full
 * jitter), so that machines do not retry at the same time. It is at least `retryAfterSeconds`, up to a day. Throws
 * errors of the file system.
 */
export function writeFailure(
  world: World,
  path: string,
  failure: {
    readonly reason: KeptReason | 'cannot-erase' | 'not-encrypted'
    readonly message: string
    readonly retryAfterSeconds: number | null
  },
): NextTry {
  const failures = (readNextTry(path)?.failures ?? 0) + 1
  const ceiling = Math.min(longestDelaySeconds, firstDelaySeconds * 2 ** Math.min(failures - 1, 20))
  const asked = Math.min(failure.retryAfterSeconds ?? 0, 24 * longestDelaySeconds)
  const delaySeconds = Math.max(asked, ceiling * fraction(world))
  const state: NextTry = {
    failures,
    nextTryAt: toTime(world.now() + delaySeconds * 1000),
    lastError: {at: toTime(world.now()), reason: failure.reason, message: failure.message},
  }
  writeFileAtomically(path, JSON.stringify(state))
  return state
}

/** Removes the state after a successful attempt. */
export function clearFailure(path: string): void {
  rmSync(path, {force: true, recursive: true})
}

/** A random number from 0 up to, but not including, 1. */
const fraction = (world: World): number => Buffer.from(world.random(4)).readUInt32BE() / 2 ** 32
