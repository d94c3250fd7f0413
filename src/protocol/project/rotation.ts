import type {ProjectFile} from './project-file.ts'

/** How often pseudonyms change, and on which day a year begins. */
export type RotationTerms = Pick<ProjectFile['identity'], 'rotate' | 'yearBegins'>

/** A time within which pseudonyms do not change. */
export interface RotationPeriod {
  /**
   * The part of a pseudonym's input that changes with the period: `2026`, or `2026-07-01` for a year that does not begin
   * in January; `2026-11` for a month; `always`.
   */
  readonly name: string
  /** The first day, as a report's header says it: `2026-01-01`. */
  readonly firstDay: string
}

/** The first day of pseudonyms that never change: before any event. */
export const firstDayOfAll = '0001-01-01'
const usualBegin = '01-01'

/** The period (UTC) to which a time in RFC 3339 belongs. Pure. */
export function rotationPeriod({rotate, yearBegins = usualBegin}: RotationTerms, time: string): RotationPeriod {
  const utc = new Date(time).toISOString()
  const [year, month, day] = [utc.slice(0, 4), utc.slice(0, 7), utc.slice(5, 10)]
  if (rotate === 'never') return {name: 'always', firstDay: firstDayOfAll}
  if (rotate === 'month') return {name: month, firstDay: `${month}-01`}
  if (yearBegins === usualBegin) return {name: year, firstDay: `${year}-01-01`}
  const begun = day < yearBegins ? String(Math.max(0, Number(year) - 1)).padStart(4, '0') : year
  return {name: `${begun}-${yearBegins}`, firstDay: `${begun}-${yearBegins}`}
}

/** All names that a period with this first day may have, whatever its length is. Pure. */
export function namesOfPeriod(firstDay: string): string[] {
  if (firstDay === firstDayOfAll) return ['always']
  const [year, month] = [firstDay.slice(0, 4), firstDay.slice(0, 7)]
  return [firstDay, ...(firstDay.endsWith('-01') ? [month] : []), ...(firstDay.endsWith('-01-01') ? [year] : [])]
}

/** Days by which a time may lie outside the period of its pseudonyms: clocks and time zones differ by less. */
const slackMs = 86_400_000

/**
 * Whether pseudonyms of the period with this first day can be of a time (Unix milliseconds). A client keeps the project
 * file that it was made with, so a period that may be a year counts as one, also where the project has months now. Pure.
 */
export function canBeInPeriod(
  firstDay: string,
  {rotate, yearBegins = usualBegin}: RotationTerms,
  timeMs: number,
): boolean {
  if (firstDay === firstDayOfAll) return true
  const isYear = rotate !== 'month' || [usualBegin, yearBegins].some(begin => firstDay.endsWith(`-${begin}`))
  const first = new Date(firstDay)
  const endMs = new Date(first).setUTCMonth(first.getUTCMonth() + (isYear ? 12 : 1))
  return timeMs >= first.getTime() - slackMs && timeMs < endMs + slackMs
}
