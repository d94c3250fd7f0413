import type {AnswerRow} from '../model/answer-row.ts'
import {answers} from '../model/answers.ts'
import type {Adoption, Before, Count, DurationStats, RunsByUser, Stats, Trend} from '../model/model.ts'
import {hideSmallAdoption, type ShownVersions} from './adoption-cells.ts'
import {
  areManyEnded,
  areManyUnknown,
  type Cell,
  cellOf,
  hideSmall,
  isLarge,
  minUsers,
  togetherIn,
  withoutFewOthers,
  withoutSingleRuns,
} from './cells.ts'

/** Answers without cells of few people, and a summary of what was left out. */
export interface WithoutSmallCells {
  readonly stats: Stats
  /** Labels of the periods that are left out. */
  readonly hiddenPeriods: readonly string[]
  /** How many rows of versions, systems, features and the like are left out. */
  readonly hiddenRows: number
}

/**
 * Removes everything about fewer than five users from answers for a report to share. `report` in the registry of
 * answers decides what remains of each answer. The longest runs and uses of features are
 * removed too. Returns null if the whole range may
 * have fewer than five users, and does not have many runs that do not say who started them. Pure.
 *
 * Made for one document. Its author chooses the range, so somebody who has two documents can subtract one from the
 * other.
 */
export function hideSmallCells(stats: Stats): WithoutSmallCells | null {
  if (!isLarge(cellOf(stats.users))) return null
  const hiddenPeriods = findSmallPeriods(stats)
  const versions = shownVersions(stats, hiddenPeriods)
  const hidden: Hidden = {periods: new Set(hiddenPeriods), versions, rows: 0}
  const remaining = answers
    .filter(row => row.key in stats && !alwaysKept.includes(row.key))
    .map(row => [row.key, whatRemains(row, stats, hidden)])
  const small: Stats = {...stats, ...Object.fromEntries(remaining)}
  const withoutLongest = {
    ...small,
    users: withoutFewUsers(small.users),
    uncertainUsers: small.uncertainUsers.filter(one => !areFewOthers(one.usersHigh, stats.users)),
    trend: withoutFew(stats.trend),
    unknownFilters: [],
    fewUsers: [],
    // One person makes the first day of a version.
    quality: {...stats.quality, lastReport: null},
    marks: stats.marks.filter(({kind}) => kind === 'milestone'),
    userFlow: [],
    duration: withoutLongestRuns(small.duration),
    features: small.features?.map(feature => ({...feature, p99Seconds: null, maxSeconds: null})) ?? null,
  }
  return {stats: withoutLongest, hiddenPeriods, hiddenRows: hidden.rows}
}

/** Pages need these. No figure of a report shows the quality. */
const alwaysKept: readonly string[] = ['filters', 'quality']

interface Hidden {
  readonly periods: ReadonlySet<string>
  readonly versions: ShownVersions
  rows: number
}

function whatRemains({report, key}: AnswerRow, stats: Stats, hidden: Hidden): unknown {
  const answer: unknown = stats[key as keyof Stats]
  if (answer === null || report === undefined) return null
  if (report === 'whole') return answer
  if (report === 'periods') return withoutPeriods(answer as OverTime, hidden)
  if (key === 'adoption') return smallAdoption(stats, hidden)
  const all = answer as readonly Cell[]
  const rows =
    key === 'versions'
      ? (stats.versions ?? []).filter(({version}) => hidden.versions.names.has(version))
      : hideSmall(all, togetherIn(stats, key)).rows
  hidden.rows += all.length - rows.length
  const isOfAll = key !== 'uncertainUsers'
  return rows.map(row => withoutFewPeople(isOfAll ? withoutFewOthers(row, stats.users) : row))
}

/**
 * The bounds of people, so that neither a bound nor their difference is about fewer than five: with fewer known users,
 * they are unknown, and a smaller difference becomes five. The bounds remain true.
 */
export function wideBounds({low, high, exact}: Pick<Count, 'low' | 'high' | 'exact'>): Omit<Count, 'total'> {
  if (exact) return {low, high, exact}
  if (low < minUsers) return {low: 0, high, exact}
  return {low, high: Math.max(high, low + minUsers), exact}
}

function withoutFewPeople<T extends Cell>(row: T): T {
  const {users, usersLow, usersHigh} = row
  const {low, high} = wideBounds({low: usersLow, high: usersHigh, exact: users !== null})
  return {...row, usersLow: low, usersHigh: high}
}

function withoutFewUsers({periods, ...users}: Stats['users']): Stats['users'] {
  const widen = <T extends Pick<Count, 'low' | 'high' | 'exact'> & RunsByUser & {readonly onSeveralDays: Count}>(
    one: T,
  ) => ({
    ...one,
    ...wideBounds(one),
    ...sayingWho(one),
    onSeveralDays: withoutFewDays(one.onSeveralDays, one),
  })
  return {...widen(users), periods: periods.map(widen)}
}

const isFew = (count: number): boolean => count > 0 && count < minUsers

/** Whether somebody could find out something about fewer than five users: all of them without those of a group. */
const areFewOthers = (group: number, {low, high}: Pick<Count, 'low' | 'high'>): boolean =>
  isFew(low - group) || isFew(high - group)

/** Users who were seen on several days: unknown if they, or those who were not, may be fewer than five. */
function withoutFewDays(several: Count, all: Pick<Count, 'low' | 'high' | 'exact'>): Count {
  const {total, high} = several
  const isHidden = isFew(several.low) || isFew(high) || areFewOthers(high, all)
  if (isHidden) return {total: null, exact: false, low: 0, high: wideBounds(all).high}
  return {total, ...wideBounds(several)}
}

/** The number of runs that say who started them, and of the others: null if one is about few people. */
function sayingWho(one: RunsByUser & Pick<Count, 'low' | 'high' | 'exact'>): RunsByUser {
  const {runsWithUser, runsWithoutUser, daysWithoutUser} = one
  const isKnown = runsWithoutUser === 0 || areManyUnknown(cellOf(one))
  if (isKnown && (runsWithUser === 0 || one.low >= minUsers)) return {runsWithUser, runsWithoutUser, daysWithoutUser}
  return {runsWithUser: null, runsWithoutUser: null, daysWithoutUser: null}
}

function withoutFew(trend: Trend): Trend {
  const {runsChange, usersChange, ...yearBefore} = trend.yearBefore
  const [previous, year] = [trend.previous, yearBefore].map(withoutFewBefore) as [Before, Before]
  return {
    ...trend,
    previous,
    ...(previous.reason === 'few-users' ? noChanges : {}),
    yearBefore: {...year, ...(year.reason === 'few-users' ? noChanges : {runsChange, usersChange})},
  }
}

function withoutFewBefore(before: Before): Before {
  const {usersLow, usersHigh, usersExact} = before
  if (usersLow === null || usersHigh === null) return before
  const count = {low: usersLow, high: usersHigh, exact: usersExact}
  if (!isLarge(cellOf({...before, ...count}))) return hideBefore(before)
  const {low, high} = wideBounds(count)
  return {...before, ...sayingWho({...before, ...count}), usersLow: low, usersHigh: high}
}

export const noChanges = {runsChange: null, usersChange: null}
export const hideBefore = ({from, to}: Before): Before => ({
  from,
  to,
  reason: 'few-users',
  runs: null,
  users: null,
  usersExact: false,
  usersLow: null,
  usersHigh: null,
  runsWithUser: null,
  runsWithoutUser: null,
  daysWithoutUser: null,
})

interface OverTime {
  readonly periods: readonly {readonly period: string}[]
}

const withoutPeriods = (answer: OverTime, {periods}: Hidden): OverTime => ({
  ...answer,
  periods: answer.periods.filter(({period}) => !periods.has(period)),
})

/** The versions that have a row, and the cells of the periods. */
function shownVersions({adoption, versions, ...stats}: Stats, hiddenPeriods: readonly string[]): ShownVersions {
  const {rows} = hideSmall(versions ?? [], togetherIn(stats, 'versions'))
  return hideSmallAdoption(adoption ?? [], new Set(rows.map(({version}) => version)), new Set(hiddenPeriods))
}

function smallAdoption({users}: Stats, {versions}: Hidden): Adoption[] {
  const usersOf = new Map(users.periods.map(one => [one.period, one]))
  return versions.adoption.map(({period, versions: rows, complete}) => ({
    period,
    versions: rows.map(row => withoutFewPeople(withoutFewOthers(row, usersOf.get(period)!))),
    complete,
  }))
}

/** With a period of few ended runs, the next smallest one is left out, because the range could reveal the first. */
function withoutLongestRuns(duration: DurationStats | null): DurationStats | null {
  if (duration === null) return null
  const shown = duration.periods.filter(areManyEnded).sort((a, b) => b.n - a.n)
  const left = (): number => duration.n - shown.reduce((sum, {n}) => sum + n, 0)
  while (isFew(left()) && shown.some(({n}) => n > 0))
    shown.splice(
      shown.findLastIndex(({n}) => n > 0),
      1,
    )
  const periods = duration.periods.map(period => withoutSingleRuns(period, shown.includes(period)))
  return {...withoutSingleRuns(duration), periods}
}

/** A period without users and runs reveals nothing. */
function findSmallPeriods({users, runs}: Stats): string[] {
  const used = users.periods
    .map((one, index) => ({period: one.period, ...cellOf(one), runs: runs?.periods[index]?.value ?? 0}))
    .filter(one => one.usersHigh > 0 || one.runs > 0)
  const {rows} = hideSmall(used)
  return used.filter(one => !rows.includes(one)).map(({period}) => period)
}
