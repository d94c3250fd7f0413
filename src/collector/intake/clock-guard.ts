import {UsageError} from '../../errors.ts'
import {collectorLimits} from '../limits.ts'
import type {ProbeResult, ReadinessProbe} from '../monitoring/readiness.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
/** How far the clock may be ahead of the expected time: two weeks without a collector, or of a suspended machine. */
const maxAheadMs = 14 * dayMs
/** How far it may be behind: the store knows the expected time to the day. */
const maxBehindMs = dayMs
/** A clock before it was never set, and a store that such a clock wrote does not tell the time. */
const earliestMs = Date.parse(collectorLimits.earliestTime)
/** So many of the last senders must agree with a doubted clock, to the hour. One sender proves nothing, however often it reports. */
const agreeing = 5
const asked = 8

export interface ClockGuardParts {
  /** Unix milliseconds. */
  readonly now: () => number
  /** The newest time at which a collector wrote the store, Unix milliseconds. Null: the first clock since 2000 is believed. */
  readonly newestMs: number | null
  /** If true, every clock is believed: the operator has checked it. */
  readonly isTrusted?: boolean
  /** Called once when the clock is doubted, and once when it is believed again. */
  readonly onChange?: (message: string, isBelieved: boolean) => void
  /** Monotonic milliseconds. */
  readonly elapsedMs?: () => number
}

/**
 * Doubts the clock of the machine when it contradicts the newest time in the store and the time that has passed since.
 * It is believed again when it agrees with them, or when senders agree with it.
 */
export interface ClockGuard extends ReadinessProbe {
  check(): ProbeResult
  /** Whole Unix milliseconds by the clock. While it is doubted: the expected time. */
  now(): number
  /** Throws a `UsageError` USAGE_CLOCK_DOUBTED while the clock is doubted. */
  require(): void
  /**
   * Hears the time at which a sender sent a report, by its own clock (Unix milliseconds). The last one of each sender
   * counts.
   *
   * @param source the key of the sender. Null: a program of this machine, which has the doubted clock itself.
   */
  hear(sentAtMs: number | null, source: string | null): void
}

export function createClockGuard(parts: ClockGuardParts): ClockGuard {
  const {now, isTrusted = false, onChange = () => {}, elapsedMs = () => performance.now()} = parts
  let known = {wallMs: parts.newestMs ?? now(), elapsedMs: elapsedMs()}
  let wasBelieved = true
  /** Whether the last senders agree, in the order in which they were heard. */
  const agreements = new Map<string, boolean>()

  function believe(): void {
    known = {wallMs: now(), elapsedMs: elapsedMs()}
    agreements.clear()
  }
  const expected = (): number => known.wallMs + elapsedMs() - known.elapsedMs
  function check(): ProbeResult {
    const wallMs = now()
    const expectedMs = expected()
    const agrees = wallMs <= expectedMs + maxAheadMs && wallMs >= expectedMs - maxBehindMs
    const ok = isTrusted || (wallMs >= earliestMs && (agrees || expectedMs < earliestMs))
    if (ok) believe()
    if (ok !== wasBelieved) onChange(ok ? 'the clock is believed again' : doubt(wallMs, expectedMs), ok)
    wasBelieved = ok
    return {ok, detail: ok ? 'agrees with the newest reports' : doubt(wallMs, expectedMs)}
  }
  return {
    name: 'clock',
    check,
    now: () => (check().ok ? now() : Math.round(expected())),
    require() {
      const {ok, detail} = check()
      if (!ok) throw new UsageError('USAGE_CLOCK_DOUBTED', detail)
    },
    hear(sentAtMs, source) {
      if (sentAtMs === null || source === null || check().ok) return
      agreements.delete(source)
      agreements.set(source, Math.abs(sentAtMs - now()) < hourMs)
      if (agreements.size > asked) agreements.delete(agreements.keys().next().value!)
      if ([...agreements.values()].filter(Boolean).length >= agreeing) believe()
    },
  }
}

const doubt = (wallMs: number, expectedMs: number): string =>
  expectedMs < earliestMs
    ? `the clock says ${toDay(wallMs)}, it must be after ${collectorLimits.earliestTime}`
    : `the clock says ${toDay(wallMs)}, after the newest reports it must be about ${toDay(expectedMs)}`

const toDay = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
