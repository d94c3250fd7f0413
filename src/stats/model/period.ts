import {dayMs, type Span} from './span.ts'

/** The lengths by which answers are cut: UTC days, ISO weeks (from Monday), months, and reporting years in quarters. */
export const periodLengths = ['day', 'week', 'month', 'quarter', 'year'] as const
export type PeriodLength = (typeof periodLengths)[number]

/** The first day, MM-DD, of a year that is a calendar year. */
export const calendarYear = '01-01'

/** One period that a range touches. */
export interface Period {
  /**
   * `2026-11-22`, `2026-W47`, `2026-11`, `2026-Q4`, `2026`. A reporting year that does not begin in January is
   * `FY2025/26`, its first quarter `FY2025/26-Q1`.
   */
  readonly label: string
  /** The part of the period that lies in the range. */
  readonly span: Span
  /** Whether the range covers the whole period and the period is over. */
  readonly complete: boolean
}

/**
 * The periods that a range touches, in order. `nowMs` decides which of them are over. Years and quarters are those of
 * the calendar, unless `yearBegins` is another day, MM-DD. Pure.
 */
export function periodsIn(range: Span, by: PeriodLength, nowMs: number, yearBegins = calendarYear): Period[] {
  const periods: Period[] = []
  for (let startMs = startOfPeriod(range.fromMs, by, yearBegins); startMs < range.toMs; ) {
    const endMs = startOfNextPeriod(startMs, by, yearBegins)
    periods.push({
      label: labelOf(startMs, by, yearBegins),
      span: {fromMs: Math.max(startMs, range.fromMs), toMs: Math.min(endMs, range.toMs)},
      complete: startMs >= range.fromMs && endMs <= range.toMs && endMs <= nowMs,
    })
    startMs = endMs
  }
  return periods
}

/** The first instant of the period that contains an instant. In Unix milliseconds. Pure. */
export function startOfPeriod(instantMs: number, by: PeriodLength, yearBegins = calendarYear): number {
  const date = new Date(instantMs)
  const dayStartMs = Math.floor(instantMs / dayMs) * dayMs
  switch (by) {
    case 'day':
      return dayStartMs
    case 'week':
      return dayStartMs - ((date.getUTCDay() + 6) % 7) * dayMs
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)
    case 'quarter':
      return quartersOf(instantMs, yearBegins).findLast(quarterMs => quarterMs <= instantMs)!
    case 'year':
      return startOfYear(instantMs, yearBegins)
  }
}

/** The start of the next period. `startMs` must be the start of a period if `by` is day or week. Pure. */
export function startOfNextPeriod(startMs: number, by: PeriodLength, yearBegins = calendarYear): number {
  const date = new Date(startMs)
  switch (by) {
    case 'day':
      return startMs + dayMs
    case 'week':
      return startMs + 7 * dayMs
    case 'month':
      return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    case 'quarter':
      return quartersOf(startMs, yearBegins).find(quarterMs => quarterMs > startMs)!
    case 'year':
      return startOfYear(startMs, yearBegins, 12)
  }
}

/** The beginning of the year that contains an instant, moved by some months. */
function startOfYear(instantMs: number, yearBegins: string, monthsLater = 0): number {
  const [month, day] = yearBegins.split('-').map(Number) as [number, number]
  const year = new Date(instantMs).getUTCFullYear()
  const begun = instantMs < Date.UTC(year, month - 1, day) ? year - 1 : year
  const lastDay = new Date(Date.UTC(begun, month + monthsLater, 0)).getUTCDate()
  return Date.UTC(begun, month - 1 + monthsLater, Math.min(day, lastDay))
}

/** The beginnings of the quarters of the year that contains an instant, and of the next year. */
const quartersOf = (instantMs: number, yearBegins: string): number[] =>
  [0, 3, 6, 9, 12].map(months => startOfYear(instantMs, yearBegins, months))

/** `2026`, or `FY2025/26` for a year that does not begin in January: it begins in 2025. Pure. */
export function labelOfYear(startMs: number, yearBegins: string): string {
  const year = new Date(startMs).getUTCFullYear()
  return yearBegins === calendarYear ? String(year) : `FY${year}/${String((year + 1) % 100).padStart(2, '0')}`
}

function labelOf(startMs: number, by: PeriodLength, yearBegins: string): string {
  const day = formatDay(startMs)
  if (by === 'day') return day
  if (by === 'month') return day.slice(0, 7)
  if (by === 'year') return labelOfYear(startMs, yearBegins)
  if (by === 'quarter') {
    const quarters = quartersOf(startMs, yearBegins)
    return `${labelOfYear(quarters[0]!, yearBegins)}-Q${quarters.indexOf(startMs) + 1}`
  }
  // ISO 8601: a week belongs to the year of its Thursday.
  const thursdayMs = startMs + 3 * dayMs
  const week = Math.floor((thursdayMs - startOfPeriod(thursdayMs, 'year')) / (7 * dayMs)) + 1
  return `${formatDay(thursdayMs).slice(0, 4)}-W${String(week).padStart(2, '0')}`
}

/** The UTC day of an instant, as `YYYY-MM-DD`. */
export function formatDay(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10)
}

/** A day to mark in charts: a milestone of the project file, or the first day of a version. */
export interface Mark {
  /** `YYYY-MM-DD`. */
  readonly day: string
  /** The text of the milestone, or the version. */
  readonly label: string
  readonly kind: 'milestone' | 'version'
}

/** The time before or after a mark, of equal length: runs of all versions. All values are null if there is a reason. */
export interface AroundMark extends Mark {
  readonly side: 'before' | 'after'
  /** The first and the last day, `YYYY-MM-DD`. The day of the mark is the first one after it. */
  readonly from: string
  readonly to: string
  /** `not-collected`: there is no data from its first day. `gone`: retention removed single runs. */
  readonly reason: 'not-collected' | 'gone' | null
  readonly runs: number | null
  readonly users: number | null
  readonly usersLow: number | null
  readonly usersHigh: number | null
  /** As `SuccessRate`. */
  readonly successRate: number | null
  readonly successLow: number | null
  readonly successHigh: number | null
}
