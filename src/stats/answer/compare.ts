import type {Before, Count, Trend} from '../model/model.ts'
import type {Span} from '../model/span.ts'

/**
 * The time with which a range is compared: directly before it and of the same length. Only the passed part of a range in
 * progress counts: ten days of a month are not compared with a whole month.
 */
export function previousSpan(range: Span, nowMs: number): Span {
  const passedMs = Math.max(0, Math.min(range.toMs, nowMs) - range.fromMs)
  return {fromMs: range.fromMs - passedMs, toMs: range.fromMs}
}

/** The same dates a year earlier, again only for the passed part of the range. */
export function yearBeforeSpan(range: Span, nowMs: number): Span {
  const toMs = Math.max(range.fromMs, Math.min(range.toMs, nowMs))
  return {fromMs: yearBefore(range.fromMs), toMs: yearBefore(toMs)}
}

function yearBefore(instantMs: number): number {
  const date = new Date(instantMs)
  // The 29th of February becomes the 1st of March.
  return date.setUTCFullYear(date.getUTCFullYear() - 1)
}

/** The counts of a span. Runs are null if a filter makes them unknown. */
export interface Counted {
  readonly span: Span
  readonly runs: number | null
  /** Null if unknown. */
  readonly users: Count | null
}

/** Compares a range with earlier times. A change of users is unknown unless both counts are exact. Pure. */
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
