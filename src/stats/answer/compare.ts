import type {Before, Count, RunsByUser, Stats, Trend} from '../model/model.ts'
import {startOfPeriod} from '../model/period.ts'
import {dayMs, type Span} from '../model/span.ts'

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
  /** Null if retention removed the data. */
  readonly users: (Count & RunsByUser) | null
}

/** What is known about the time of the data, in Unix milliseconds. */
export interface KnownTime {
  readonly nowMs: number
  /** The first run or event of the project; null without any. */
  readonly sinceMs: number | null
}

/**
 * Compares a range with earlier times of the same length. Nothing is compared if the range is longer than a year, or if
 * the earlier time began before the first day of data. A change of users is unknown unless both counts are exact. Pure.
 */
export function compareWithBefore(now: Counted, previous: Counted, year: Counted, known: KnownTime): Trend {
  const [before, yearBefore] = [previous, year].map(one => withReason(one, now, known)) as [Compared, Compared]
  return {
    previous: describe(before),
    ...changes(before, now),
    yearBefore: {...describe(yearBefore), ...changes(yearBefore, now)},
    complete: now.span.toMs <= known.nowMs,
  }
}

/** Whether there is data from the beginning of the range. Pure. */
export const isWhollyCollected = ({since, from}: Pick<Stats, 'since' | 'from'>): boolean =>
  since !== null && since <= from

interface Compared extends Counted {
  readonly reason: Before['reason']
}

const maxDays = 366

function withReason(one: Counted, {span}: Counted, {nowMs, sinceMs}: KnownTime): Compared {
  const isTooLong = Math.min(span.toMs, nowMs) - span.fromMs > maxDays * dayMs
  // A range that begins in the future, and the 29th of February, have nothing before them.
  const isEmpty = one.span.fromMs >= one.span.toMs
  const isCollected = sinceMs !== null && !isEmpty && one.span.fromMs >= startOfPeriod(sinceMs, 'day')
  const reason = isTooLong ? 'too-long' : !isCollected ? 'not-collected' : one.users === null ? 'gone' : null
  return reason === null ? {...one, reason} : {span: one.span, runs: null, users: null, reason}
}

const describe = ({span, runs, users, reason}: Compared): Before => ({
  from: new Date(span.fromMs).toISOString(),
  to: new Date(span.toMs).toISOString(),
  reason,
  runs,
  users: users?.total ?? null,
  usersExact: users?.exact ?? false,
  usersLow: users?.low ?? null,
  usersHigh: users?.high ?? null,
  runsWithUser: users?.runsWithUser ?? null,
  runsWithoutUser: users?.runsWithoutUser ?? null,
  daysWithoutUser: users?.daysWithoutUser ?? null,
})

function changes(before: Counted, now: Counted): Pick<Trend, 'runsChange' | 'usersChange'> {
  return {
    runsChange: change(before.runs, now.runs),
    usersChange: change(before.users?.total ?? null, now.users?.total ?? null),
  }
}

const change = (before: number | null, now: number | null): number | null =>
  before === null || now === null || before === 0 ? null : (now - before) / before
