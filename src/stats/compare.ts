import type {Count, Trend} from './model.ts'
import type {Span} from './span.ts'

/**
 * The time that a range is compared with: right before it and of the same length. Of a range that is not over only
 * what has passed counts, so that a month of which ten days have passed is not compared with a whole one.
 */
export function previousSpan(range: Span, nowMs: number): Span {
  const passedMs = Math.max(0, Math.min(range.toMs, nowMs) - range.fromMs)
  return {fromMs: range.fromMs - passedMs, toMs: range.fromMs}
}

interface Comparison {
  readonly previous: Span
  readonly runs: {readonly now: number; readonly before: number}
  readonly users: {readonly now: Count; readonly before: Count}
  readonly complete: boolean
}

/** Compares a range with the time before it. The change of users is unknown when either count is not exact. Pure. */
export function compareWithBefore({previous, runs, users, complete}: Comparison): Trend {
  const areUsersExact = users.now.exact && users.before.exact
  return {
    previous: {
      from: new Date(previous.fromMs).toISOString(),
      to: new Date(previous.toMs).toISOString(),
      runs: runs.before,
      users: users.before.total,
    },
    runsChange: change(runs.before, runs.now),
    usersChange: areUsersExact ? change(users.before.total, users.now.total) : null,
    complete,
  }
}

const change = (before: number, now: number): number | null => (before === 0 ? null : (now - before) / before)
