import type {Stats} from '../../stats/model/model.ts'
import {minUsers} from '../../stats/public/cells.ts'
import {
  describeKnown,
  isUnknown,
  writeCount,
  writeCounted,
  writePeople,
  writeSeconds,
  writeShare,
} from '../../stats/write/text/write.ts'
import {writeChange, writeDay} from '../figures/words.ts'
import type {Years} from './years.ts'

/** What the sentences of a report are made from. */
export interface Told {
  readonly name: string
  /** Without small cells. */
  readonly stats: Stats
  readonly years: Years | null
  /** The filters in words; empty without filters. */
  readonly filters: string
}

/** `in 2025`; `in FY2025/26, from 1 October 2025 to 30 September 2026`; `from 1 May 2026 to 3 June 2026`. */
export function writeTime({from, to, year, trend}: Stats): string {
  const days = from === to ? `on ${writeDay(from)}` : `from ${writeDay(from)} to ${writeDay(to)}`
  if (year === null) return days
  if (!trend.complete) return `in ${year} so far`
  return year === from.slice(0, 4) ? `in ${year}` : `in ${year}, ${days}`
}

/** At most four sentences to paste: people, runs, success, and all years or the most used features. Plain text. Pure. */
export function tellUse(told: Told): string[] {
  return [tellPeople(told), tellRuns(told), tellSuccess(told), tellYears(told) ?? tellFeatures(told)].filter(
    sentence => sentence !== null,
  )
}

const capital = (text: string): string => text[0]!.toUpperCase() + text.slice(1)

/** The beginning of a sentence: when, and with which filters. */
const opening = ({stats, filters}: Told): string =>
  `${capital(writeTime(stats))}${filters === '' ? '' : ` (filters: ${filters})`},`

function tellPeople(told: Told): string {
  const {name, stats, years} = told
  const {users} = stats
  if (isUnknown(users))
    return `${opening(told)} an unknown number of people used ${name}. ${describeKnown(users)}`.trimEnd()
  return `${opening(told)} ${writePeople(users)} used ${name}${changeSince(years, 'usersChange')}.`
}

function tellRuns(told: Told): string {
  const {name, stats, years} = told
  const {runs, hosts, features} = stats
  if (runs === null) {
    const uses = (features ?? []).reduce((sum, {count}) => sum + count, 0)
    return `${opening(told)} these features of ${name} were used ${writeCounted(uses, 'time')}.`
  }
  const computers = isUnknown(hosts) ? '' : ` on ${writePeople(hosts, 'computer', 'computers')}`
  const change = changeSince(years, 'runsChange')
  return `${opening(told)} ${name} was run ${writeCounted(runs.total, 'time')}${change === '' || computers === '' ? change : `${change},`}${computers}.`
}

function tellSuccess(told: Told): string | null {
  const {successRate, duration, outcomes} = told.stats
  if (successRate?.value == null) return null
  const unsure = (outcomes?.lost ?? 0) + (outcomes?.unknown ?? 0)
  const bounds =
    unsure === 0 || successRate.low === null || successRate.high === null
      ? ''
      : ` (between ${writeShare(successRate.low)} and ${writeShare(successRate.high)} of all, as the end of ${writeCounted(unsure, 'run')} is unknown)`
  const median =
    duration?.p50Seconds == null ? '' : `, and half of the runs took at most ${writeSeconds(duration.p50Seconds)}`
  return `${opening(told)} ${writeShare(successRate.value)} of the runs of ${told.name} with a known end succeeded${bounds}${median}.`
}

/** All years of the table together. */
function tellYears({name, stats, years, filters}: Told): string | null {
  const total = years?.total ?? null
  if (total === null || total.runs === null || filters !== '') return null
  const people = {low: total.usersLow, high: total.usersHigh}
  const by = isUnknown(people) ? '' : ` by ${writePeople(people)}`
  const from = stats.since !== null && stats.since > total.from ? stats.since : total.from
  const when = stats.trend.complete ? `From ${writeDay(from)} to ${writeDay(total.to)}` : `Since ${writeDay(from)}`
  return `${when}, ${name} was run ${writeCounted(total.runs, 'time')}${by}.`
}

function tellFeatures(told: Told): string | null {
  const names = (told.stats.features ?? [])
    .slice(0, 3)
    .map(({name, count}) => `${name} (${writeCounted(count, 'time')})`)
  if (names.length === 0) return null
  const last = names.pop()
  const listed = names.length === 0 ? last : `${names.join(', ')} and ${last}`
  const verb = names.length === 0 ? 'feature was' : 'features were'
  return `${opening(told)} the most used ${verb} ${listed}.`
}

/** `, 12 % more than in 2024`; empty if nothing is compared. */
function changeSince(years: Years | null, key: 'usersChange' | 'runsChange'): string {
  const row = years?.rows.at(-1)
  const before = years?.rows.at(-2)
  const change = row?.compared[key] ?? null
  if (row === undefined || before === undefined || change === null) return ''
  const when = row.complete ? `in ${before.year}` : `in the same part of ${before.year}`
  return `, ${writeChange(change, when)}`
}

/**
 * What can be said of a range in which fewer than five users are known: nothing from which somebody could learn what one
 * of them did. Runs of continuous integration are of no person.
 */
export function tellFew({name, stats, filters}: Told): string[] {
  const {users, runs, ci, quality} = stats
  const when = opening({name, stats, filters, years: null})
  const isUsed = users.high > 0 || (runs?.total ?? 0) > 0 || (stats.features ?? []).length > 0 || quality.unpaired > 0
  if (!isUsed) return [`${when} no use of ${name} was reported.`]
  return [
    `${when} fewer than ${minUsers} people are known who used ${name}.`,
    'Figures about so few people would show what each of them did, so this report has none.',
    ...(ci === null || ci.runs === 0
      ? []
      : [`Continuous integration ran ${name} ${writeCounted(ci.runs, 'time')}. These runs are of no person.`]),
    'People who opted out are not counted, so there may be more users.',
  ]
}

/** How many years are side by side, and what is left out. Plain text. Pure. */
export function describeYears({rows, leftOut, areEarlierGone}: Years): string[] {
  const [first] = rows
  const reasons = new Set(rows.slice(1).map(({compared}) => compared.reason))
  const last = rows.at(-1)!
  const like = last.complete || last.compared.from === null || last.compared.to === null ? null : last.compared
  return [
    ...(first?.whollyCollected === false && leftOut === 0
      ? [
          `The data begin within ${first.year}, so ${first.year} is not compared with ${rows[1]?.year ?? 'another year'}.`,
        ]
      : []),
    ...(like === null
      ? []
      : [
          `${last.year} is in progress. It is compared with the same part of the year before: ${writeDay(like.from!)} to ${writeDay(like.to!)}.`,
        ]),
    ...(reasons.has('few-users')
      ? [
          `${last.year} is in progress. The comparison is left out, because it would be about fewer than ${minUsers} users.`,
        ]
      : []),
    ...(leftOut === 0
      ? []
      : [
          `${writeCounted(leftOut, 'earlier year is', 'earlier years are')} left out, because fewer than ${minUsers} users are known of a year.`,
        ]),
    ...(areEarlierGone ? ['Earlier years are left out, because only totals of whole months are stored of them.'] : []),
    ...(rows.length > 1 && rows.some(({users}) => users === null)
      ? ['Users who are not exact have bounds, and their change is unknown.']
      : []),
  ]
}

/** Runs with thousands separators, for a table; empty if unknown. */
export const writeRuns = (runs: number | null): string => (runs === null ? '' : writeCount(runs))
