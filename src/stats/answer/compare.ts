import type {Before, Count, Trend} from '../model/model.ts'
import type {Span} from '../model/span.ts'

/**
 * The time that a range is compared with: right before it and of the same length. Of a range that is not over only
 * what has passed counts, so that a month of which ten days have passed is not compared with a whole one.
 */
export function previousSpan(range: Span, nowMs: number): Span {
  const passedMs = Math.max(0, Math.min(range.toMs, nowMs) - range.fromMs)
  return {fromMs: range.fromMs - passedMs, toMs: range.fromMs}
}

/** The same dates a year before, again only as much of them as has passed of the range. */
export function yearBeforeSpan(range: Span, nowMs: number): Span {
  const toMs = Math.max(range.fromMs, Math.min(range.toMs, nowMs))
  return {fromMs: yearBefore(range.fromMs), toMs: yearBefore(toMs)}
}

function yearBefore(instantMs: number): number {
  const date = new Date(instantMs)
  // The 29th of February becomes the 1st of March.
  return date.setUTCFullYear(date.getUTCFullYear() - 1)
}

/** What was counted in a span; runs are null where a filter makes them unknown. */
export interface Counted {
  readonly span: Span
  readonly runs: number | null
  /** Null where it cannot be known. */
  readonly users: Count | null
}

/** Compares a range with the times before it. A change of users is unknown when either count is not exact. Pure. */
export function compareWithBefore(now: Counted, previous: Counted, year: Counted, nowMs: number): Trend {
  return {
    previous: describe(previous),
    ...changes(previous, now),
    yearBefore: {...describe(year), ...changes(year, now)},
    complete: now.span.toMs <= nowMs,
  }
}

const describe = ({span, runs, users}: Counted): Before => ({
  from: new Date(span.fromMs).toISOString(),
  to: new Date(span.toMs).toISOString(),
  runs,
  users: users?.total ?? null,
  usersExact: users?.exact ?? false,
  usersLow: users?.low ?? null,
  usersHigh: users?.high ?? null,
})

function changes(before: Counted, now: Counted): Pick<Trend, 'runsChange' | 'usersChange'> {
  const areUsersExact = now.users?.exact === true && before.users?.exact === true
  return {
    runsChange: before.runs === null || now.runs === null ? null : change(before.runs, now.runs),
    usersChange: areUsersExact ? change(before.users.total, now.users.total) : null,
  }
}

const change = (before: number, now: number): number | null => (before === 0 ? null : (now - before) / before)
