import type {Stats} from '../../stats/model/model.ts'
import {writeShare} from '../../stats/write/text/write.ts'

/** A change since an earlier time: `29 % more than a year earlier`, `5.2 times as many as a year earlier`. */
export function writeChange(change: number, before: string): string {
  if (change === 0) return `as many as ${before}`
  if (change >= 2) return `${Number((change + 1).toPrecision(2))} times as many as ${before}`
  return `${writeShare(Math.abs(change))} ${change > 0 ? 'more' : 'fewer'} than ${before}`
}

const longDay = new Intl.DateTimeFormat('en-GB', {day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC'})

/** `1 December 2025`, of a day or an instant. */
export const writeDay = (day: string): string => longDay.format(new Date(day))

/** `from 1 December 2025 to 25 November 2026`, `in FY2025/26, from 1 October 2025 to 30 September 2026`. */
export const writeRange = ({from, to, year}: Pick<Stats, 'from' | 'to' | 'year'>): string => {
  if (from === to) return `on ${writeDay(from)}`
  const days = `from ${writeDay(from)} to ${writeDay(to)}`
  return year === null ? days : `in ${year}, ${days}`
}

/**
 * Describes the incomplete periods of a chart: of a range that cuts its first one, or is in progress. `areComplete` has a
 * value for each period. Empty if all are complete.
 */
export function describeUnfinished(by: Stats['by'], areComplete: readonly boolean[]): string {
  const count = areComplete.length
  const unfinished = areComplete.filter(isComplete => !isComplete).length
  if (unfinished === 0) return ''
  if (unfinished === count) return count === 1 ? `The ${by} is incomplete.` : `All ${by}s are incomplete.`
  const atEnd = count - 1 - areComplete.lastIndexOf(true)
  const last = atEnd === 1 ? `last ${by}` : `last ${atEnd} ${by}s`
  if (areComplete[0]) return `The ${last} ${atEnd === 1 ? 'is' : 'are'} incomplete.`
  return atEnd === 0 ? `The first ${by} is incomplete.` : `The first and the ${last} are incomplete.`
}
