import {calendarYear, startOfPeriod} from '../../stats/model/period.ts'
import {minUsers} from '../../stats/public/cells.ts'
import type {PublicPeriod} from '../../stats/public/public.ts'
import {writeCount} from '../../stats/write/text/write.ts'
import type {Fixed} from './fixed.ts'

/** A badge: its file name without extension, its label and its value. */
export interface PublishedBadge {
  readonly name: string
  readonly label: string
  readonly value: string
}

/**
 * The badges of a project: users and runs of the last month, of the reporting year of that month, and of all published
 * months. They are made from the published figures only, so a sum is no larger than what its parts say: hidden months
 * count nothing, and the users of several months are at least those of the largest one. Pure.
 */
export function publishedBadges({months, years}: Fixed, yearBegins = calendarYear): PublishedBadge[] {
  const periods = months.flatMap(({figures}) => figures.periods)
  const yearOf = ({period}: PublicPeriod): number => startOfPeriod(Date.parse(`${period}-01`), 'year', yearBegins)
  const last = periods.at(-1)
  const ofYear = periods.filter(one => yearOf(one) === yearOf(last!))
  const wholeYears = years.map(({usersLow}) => usersLow ?? 0)
  return [
    ...badgesOf('month', 'last month', last === undefined ? [] : [last], []),
    ...badgesOf('year', 'this year', ofYear, []),
    ...badgesOf('total', 'in total', periods, wholeYears),
  ]
}

function badgesOf(name: string, words: string, periods: readonly PublicPeriod[], more: readonly number[]) {
  const users = Math.max(0, ...more, ...periods.map(({usersLow}) => usersLow ?? 0))
  const runs = periods.reduce((sum, one) => sum + (one.runs ?? 0), 0)
  const areUsersExact = periods.length === 1 && periods[0]!.users !== null
  const areRunsAll = periods.every(one => one.runs !== null)
  return [
    {name: `users-${name}`, label: `users ${words}`, value: writeValue(users, areUsersExact)},
    {name: `runs-${name}`, label: `runs ${words}`, value: writeValue(runs, areRunsAll)},
  ]
}

function writeValue(count: number, isAll: boolean): string {
  if (count === 0) return `fewer than ${minUsers}`
  return isAll ? writeCount(count) : `at least ${writeCount(count)}`
}

/** The JSON of an endpoint badge of shields.io. Pure. */
export const writeEndpoint = ({label, value}: PublishedBadge): string =>
  `${JSON.stringify({schemaVersion: 1, label, message: value, color: '1f6f4a'})}\n`
