import {dayMs, type Span} from './span.ts'

/** The lengths by which answers are cut: UTC days, ISO weeks (from Monday), calendar months and years. */
export const periodLengths = ['day', 'week', 'month', 'year'] as const
export type PeriodLength = (typeof periodLengths)[number]

/** One calendar period that a range touches. */
export interface Period {
  /** `2026-11-22`, `2026-W47`, `2026-11` or `2026`. */
  readonly label: string
  /** The part of the period that lies in the range. */
  readonly span: Span
  /** Whether the range covers the whole period and the period is over. */
  readonly complete: boolean
}

/** The calendar periods that a range touches, in order. `nowMs` decides which of them are over. Pure. */
export function periodsIn(range: Span, by: PeriodLength, nowMs: number): Period[] {
  const periods: Period[] = []
  for (let startMs = startOfPeriod(range.fromMs, by); startMs < range.toMs; ) {
    const endMs = startOfNextPeriod(startMs, by)
    periods.push({
      label: labelOf(startMs, by),
      span: {fromMs: Math.max(startMs, range.fromMs), toMs: Math.min(endMs, range.toMs)},
      complete: startMs >= range.fromMs && endMs <= range.toMs && endMs <= nowMs,
    })
    startMs = endMs
  }
  return periods
}

/** The first instant of the calendar period that contains an instant. In Unix milliseconds. Pure. */
export function startOfPeriod(instantMs: number, by: PeriodLength): number {
  const date = new Date(instantMs)
  const dayStartMs = Math.floor(instantMs / dayMs) * dayMs
  switch (by) {
    case 'day':
      return dayStartMs
    case 'week':
      return dayStartMs - ((date.getUTCDay() + 6) % 7) * dayMs
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
    case 'year':
      return Date.UTC(date.getUTCFullYear(), 0, 1)
  }
}

/** The start of the next calendar period. `startMs` must be the start of a period if `by` is day or week. Pure. */
export function startOfNextPeriod(startMs: number, by: PeriodLength): number {
  const date = new Date(startMs)
  switch (by) {
    case 'day':
      return startMs + dayMs
    case 'week':
      return startMs + 7 * dayMs
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    case 'year':
      return Date.UTC(date.getUTCFullYear() + 1, 0, 1)
  }
}

function labelOf(startMs: number, by: PeriodLength): string {
  const day = formatDay(startMs)
  if (by === 'day') return day
  if (by === 'month') return day.slice(0, 7)
  if (by === 'year') return day.slice(0, 4)
  // ISO 8601: a week belongs to the year of its Thursday.
  const thursdayMs = startMs + 3 * dayMs
  const week = Math.floor((thursdayMs - startOfPeriod(thursdayMs, 'year')) / (7 * dayMs)) + 1
  return `${formatDay(thursdayMs).slice(0, 4)}-W${String(week).padStart(2, '0')}`
}

/** The UTC day of an instant, as `YYYY-MM-DD`. */
export function formatDay(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10)
}
