import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {filterNames, parseFilters, type StatsFilters, type WrittenFilters} from './filters.ts'
import {calendarYear, formatDay, type PeriodLength, periodLengths, startOfNextPeriod, startOfPeriod} from './period.ts'
import {dayMs, type Span} from './span.ts'

/** A question: a project, a range of UTC days (both included), the length of a period, and filters. */
export interface StatsQuery {
  readonly project: string
  /** `YYYY-MM-DD`. */
  readonly from: string
  /** `YYYY-MM-DD`, not before `from`. */
  readonly to: string
  readonly by: PeriodLength
  readonly filters: StatsFilters
}

/** A query from a command line or an address. Absent or null means the default. */
export interface WrittenStatsQuery extends WrittenFilters {
  readonly project: string
  readonly from?: string | null | undefined
  readonly to?: string | null | undefined
  readonly by?: string | null | undefined
  /** The reporting year that begins in this calendar year, `YYYY`, or the `last` full one, instead of `from` and `to`. */
  readonly year?: string | null | undefined
}

/** The names of the parameters in an address. */
export const queryNames = ['from', 'to', 'year', 'by', ...filterNames] as const

/**
 * Reads a query from the parameters of an address. Throws USAGE_QUERY_INVALID for an unknown or repeated
 * parameter: ignoring a misspelt filter would answer another question.
 */
export function readParameters(project: string, parameters: Readonly<Record<string, unknown>>): WrittenStatsQuery {
  const other = Object.keys(parameters).find(name => !queryNames.some(known => known === name))
  if (other !== undefined)
    throw invalid(`a parameter must be one of ${queryNames.join(', ')}, got ${describeValue(other)}`)
  return {project, ...Object.fromEntries(queryNames.map(name => [name, single(name, parameters[name])]))}
}

/** A repeated parameter is a list. Joined, it would be another value. */
function single(name: string, value: unknown): string | undefined {
  if (Array.isArray(value)) throw invalid(`${name} must be written once, got ${value.length} times`)
  return value === undefined ? undefined : String(value)
}

/** The most periods of an answer. Without a limit, an address could ask for millions. */
export const maxPeriods = 5_000

const periodDays = {day: 1, week: 7, month: 28, quarter: 90, year: 365} as const satisfies Record<PeriodLength, number>

/**
 * Reads a query. Defaults: `to` is today (UTC), `by` is `month`, and `from` is the first day of the month eleven months
 * before `to`, which makes twelve calendar months. `yearBegins` of the project, MM-DD, is the first day of a reporting
 * year. Throws USAGE_QUERY_INVALID.
 */
export function parseStatsQuery(written: WrittenStatsQuery, nowMs: number, yearBegins?: string): StatsQuery {
  const by = parsePeriodLength(written.by ?? 'month')
  const days = written.year == null ? written : daysOfYear(written, nowMs, yearBegins)
  const toMs = parseDay('to', days.to ?? formatDay(nowMs))
  const fromMs = days.from == null ? elevenMonthsBefore(toMs) : parseDay('from', days.from)
  if (fromMs > toMs) throw invalid(`from must not be after to, got from ${formatDay(fromMs)} and to ${formatDay(toMs)}`)
  const length = (toMs - fromMs) / dayMs + 1
  if (length / periodDays[by] > maxPeriods)
    throw invalid(`there must be at most ${maxPeriods} periods, got ${length} days by ${by}`)
  return {project: written.project, from: formatDay(fromMs), to: formatDay(toMs), by, filters: parseFilters(written)}
}

/** The range of a query as a span: from the first instant of its first day to the end of its last. */
export function rangeOf(query: StatsQuery): Span {
  return {fromMs: Date.parse(`${query.from}T00:00:00Z`), toMs: Date.parse(`${query.to}T00:00:00Z`) + dayMs}
}

type Days = Pick<WrittenStatsQuery, 'from' | 'to'>

/** The days of a reporting year. */
function daysOfYear({year, from, to}: WrittenStatsQuery, nowMs: number, yearBegins = calendarYear): Days {
  if (from != null || to != null) throw invalid('year must not be combined with from or to')
  if (year !== 'last' && !/^[12]\d{3}$/.test(year ?? ''))
    throw invalid(`year must be YYYY or last, got ${describeValue(year)}`, 'Write the year with four digits, or last.')
  const startMs =
    year === 'last'
      ? startOfPeriod(startOfPeriod(nowMs, 'year', yearBegins) - dayMs, 'year', yearBegins)
      : Date.parse(`${year}-${yearBegins}T00:00:00Z`)
  return {from: formatDay(startMs), to: formatDay(startOfNextPeriod(startMs, 'year', yearBegins) - dayMs)}
}

function parsePeriodLength(written: string): PeriodLength {
  const found = periodLengths.find(length => length === written)
  if (found === undefined) throw invalid(`by must be one of ${periodLengths.join(', ')}, got ${describeValue(written)}`)
  return found
}

function parseDay(name: 'from' | 'to', written: string): number {
  const instantMs = /^[12]\d{3}-\d\d-\d\d$/.test(written) ? Date.parse(`${written}T00:00:00Z`) : Number.NaN
  // Date.parse reads 2026-02-30 as the 2nd of March.
  if (Number.isNaN(instantMs) || formatDay(instantMs) !== written)
    throw invalid(`${name} must be a day YYYY-MM-DD, got ${describeValue(written)}`)
  return instantMs
}

function elevenMonthsBefore(instantMs: number): number {
  const first = new Date(startOfPeriod(instantMs, 'month'))
  return Date.UTC(first.getUTCFullYear(), first.getUTCMonth() - 11, 1)
}

const invalid = (message: string, next?: string): UsageError =>
  new UsageError('USAGE_QUERY_INVALID', message, next === undefined ? {} : {next})
