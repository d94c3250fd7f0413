/**
 * Room `public`: the part of the answers that everybody may see.
 *
 * Public figures are calendar months that are over. Rows of fewer than five users are hidden, and with them the next
 * smallest row if a total could reveal them (`cells.ts`). Questions are rejected if the difference of two answers
 * could reveal something about fewer people. `small-cells.ts` hides the same rows in a report to share. Pure; the caller
 * asks the store.
 * Read next: `cells.ts`, `small-cells.ts`.
 */
import {UsageError} from '../../errors.ts'
import {type BreakdownRow, breakdowns, namedUsageOf, type UserBounds} from '../model/breakdowns.ts'
import type {StatsFilters} from '../model/filters.ts'
import type {Count, Duration, Outcomes, Stats, SuccessRate} from '../model/model.ts'
import {
  cellOf,
  hideSmall,
  isLarge,
  minUsers,
  type ShownRows,
  togetherIn,
  withoutFewOthers,
  withoutSingleRuns,
} from './cells.ts'

type PublicRow = Extract<BreakdownRow, {readonly isPublic: true}>

/** The breakdowns of one month that everybody may see, in the order of the registry. */
export const publicBreakdowns = breakdowns.filter((row): row is PublicRow => 'isPublic' in row)

/** Null for several months, and with a filter. */
export type PublicBreakdowns = {readonly [R in PublicRow as R['key']]: PublicFold | null}

/**
 * The public part of the answers: calendar months that are over. Only the different users of whole years are counted
 * over several months, so that no difference of two answers is about less than a month.
 */
export interface PublicStats extends PublicBreakdowns {
  readonly project: string
  readonly from: string
  readonly to: string
  readonly filters: StatsFilters
  /** Different users of one whole reporting year that is over, without a filter; else null. */
  readonly users: number | null
  readonly usersLow: number | null
  readonly usersHigh: number | null
  readonly periods: readonly PublicPeriod[]
  /** The features of one month, without a filter or with one on the type; else null. */
  readonly features: PublicRows<PublicFeature> | null
}

export type PublicRows<Row> = ShownRows<Row>

/** The rows of a breakdown. The hidden ones are folded into one: together they are of at least five people. */
export interface PublicFold extends PublicRows<PublicNamed> {
  /** The runs of all hidden rows; null if there are none, or if they may be of few people. */
  readonly hiddenRuns: number | null
}

/**
 * Different users. If they are not exact, only the lower bound is public: it is a number of one rotation period, while
 * the upper one is a sum, and a hidden number could be subtracted from it. All are null if fewer than five are known.
 */
export interface PublicUsers {
  readonly users: number | null
  readonly usersLow: number | null
  readonly usersHigh: number | null
}

interface PublicUsage extends PublicUsers {
  readonly runs: number
}

export interface PublicNamed extends PublicUsage {
  readonly name: string | null
}

export interface PublicFeature extends PublicUsage {
  readonly type: string
  readonly name: string
  readonly count: number
}

/** A month. All values are null if it is hidden. Values about runs are also null if too few people ran them. */
export interface PublicPeriod extends PublicUsers {
  readonly period: string
  readonly hidden: boolean
  readonly hosts: number | null
  readonly runs: number | null
  readonly outcomes: Outcomes | null
  readonly successRate: SuccessRate | null
  /** Without the 99th percentile, which may be the duration of a single run. With a filter, the mean is null. */
  readonly duration: Omit<Duration, 'p99Seconds'> | null
}

/**
 * Returns the part of the answers that everybody may see. A filter also needs the unfiltered answers of the same month:
 * without them, a value that is hidden there could be read from the answer to the filter. Throws USAGE_QUERY_INVALID
 * for a question that is not public: a period other than months, a range that cuts a month, two filters, a filter on
 * direct or internal use, a filter on several months. Pure.
 */
export function toPublic(stats: Stats, unfiltered: Stats | null = null): PublicStats {
  requirePublic(stats, unfiltered)
  const {project, from, to, filters} = stats
  const isFiltered = countFilters(filters) > 0
  const isOneMonth = stats.users.periods.length === 1 && stats.users.periods[0]!.complete
  const isShown = unfiltered === null || isShownIn(unfiltered, filters)
  const publicRows = (row: PublicRow): PublicFold | null => {
    const rows = isOneMonth && !isFiltered ? namedUsageOf(stats, row) : null
    if (rows === null) return null
    const {rows: shown, hidden} = hideSmall(rows, togetherIn(stats, row.key))
    const left = rows.filter(one => !shown.includes(one)).reduce((sum, {runs}) => sum + runs, 0)
    return {
      rows: shown.map(one => ({name: one.name, runs: one.runs, ...publicUsers(one, stats.users)})),
      hidden,
      hiddenRuns: shown.length > 0 && hidden > 0 && areRunsShown(stats, 0) ? left : null,
    }
  }
  return {
    project,
    from,
    to,
    filters,
    ...(isFiltered ? noUsers : usersOfYear(stats)),
    periods: stats.users.periods.flatMap(({complete}, index) =>
      complete ? [publicPeriod(stats, index, isShown, unfiltered ?? stats)] : [],
    ),
    ...(Object.fromEntries(publicBreakdowns.map(row => [row.key, publicRows(row)])) as unknown as PublicBreakdowns),
    features: isOneMonth ? publicFeatures(stats, unfiltered) : null,
  }
}

const noUsers: PublicUsers = {users: null, usersLow: null, usersHigh: null}

/** The users of a row or of a period. `all`: those of whom the row is a part. */
function publicUsers(row: UserBounds, all: Pick<Count, 'low' | 'high'>): PublicUsers {
  const {users, usersLow} = withoutFewOthers(row, all)
  if (usersLow < minUsers) return noUsers
  return {users, usersLow, usersHigh: users}
}

/** A question, and whether its range is over. */
export type PublicQuestion = Pick<Stats, 'by' | 'from' | 'to' | 'filters'> & {readonly isOver: boolean}

/**
 * Throws a `UsageError` USAGE_QUERY_INVALID unless a question is public. A question of everybody is checked before the
 * store is asked: answering it costs up to a second. Pure.
 */
export function requirePublicQuestion({by, from, to, filters, isOver}: PublicQuestion): void {
  if (by !== 'month') throw notPublic(`by must be month, got ${by}`)
  const next = new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString()
  // A range in progress may end today: its last month is left out.
  if (!from.endsWith('-01') || (isOver && next.slice(8, 10) !== '01'))
    throw notPublic(`the range must be whole months, got ${from} to ${to}`)
  const count = countFilters(filters)
  if (count === 0) return
  if (count > 1) throw notPublic(`only one filter is possible, got ${count}`)
  if (filters.field !== null) throw notPublic('a filter on a field is not possible')
  if (filters.internal !== null) throw notPublic('a filter on direct or internal use is not possible')
  if (from.slice(0, 7) !== to.slice(0, 7)) throw notPublic('a filter requires a range of one month, got several')
}

function requirePublic({by, from, to, filters, trend}: Stats, unfiltered: Stats | null): void {
  requirePublicQuestion({by, from, to, filters, isOver: trend.complete})
  if (countFilters(filters) === 0) return
  const isSame = unfiltered?.from === from && unfiltered.to === to && unfiltered.by === by
  if (!isSame || countFilters(unfiltered.filters) > 0)
    throw notPublic('a filter requires the unfiltered answers of the same month')
}

const countFilters = (filters: StatsFilters): number => Object.values(filters).filter(value => value !== null).length

/** Whether the unfiltered answers show the row that the filter selects. */
function isShownIn(unfiltered: Stats, {appVersion, system, application, agent}: StatsFilters): boolean {
  const {versions, systems, applications, agents} = toPublic(unfiltered)
  const isIn = (list: PublicStats['versions'], value: string | null): boolean =>
    value === null || (list?.rows.some(({name}) => name === value) ?? false)
  // All agents together are no row.
  const isAgentShown =
    agent === null || (agents?.rows.some(({name}) => name !== 'only' && (name ?? 'none') === agent) ?? false)
  return isIn(versions, appVersion) && isIn(systems, system) && isIn(applications, application) && isAgentShown
}

function publicFeatures(stats: Stats, unfiltered: Stats | null): PublicRows<PublicFeature> | null {
  const {features, filters} = stats
  if (countFilters(filters) > 0 && filters.featureType === null) return null
  const filter = filters.featureType
  const all = hideSmall(unfiltered?.features ?? features ?? [])
  const rows = all.rows.flatMap(({type, name, count, runs, ...people}): PublicFeature[] => {
    const isSelected = (filter === null || type === filter) && runs !== null
    return isSelected ? [{type, name, count, runs, ...publicUsers(people, (unfiltered ?? stats).users)}] : []
  })
  return {rows, hidden: (features ?? []).length - rows.length}
}

/** Several years would be a sum, from which a year of few users could be subtracted. */
function usersOfYear({year, users, trend}: Stats): PublicUsers {
  return year !== null && trend.complete ? publicUsers(cellOf(users), users) : noUsers
}

/** Users include people without a run. Those with a run are at least as many as those of one version. */
const areRunsShown = ({adoption}: Stats, index: number): boolean => adoption?.[index]?.versions.some(isLarge) ?? false

/** A period. `all`: the answers without a filter, of which it is a part. */
function publicPeriod(stats: Stats, index: number, isShown: boolean, all: Stats): PublicPeriod {
  const {period} = stats.users.periods[index]!
  const cell = cellOf(stats.users.periods[index]!)
  const hidden = !isShown || !isLarge(cell)
  const hasRuns = !hidden && areRunsShown(stats, index)
  const hosts = stats.hosts.periods[index]!.value
  const otherHosts = (all.hosts.periods[index]!.value ?? 0) - (hosts ?? 0)
  const areHostsShown = hosts !== null && hosts >= minUsers && (otherHosts === 0 || otherHosts >= minUsers)
  return {
    period,
    hidden,
    ...(hidden ? noUsers : publicUsers(cell, all.users.periods[index]!)),
    hosts: !hidden && areHostsShown ? hosts : null,
    runs: hasRuns ? stats.runs!.periods[index]!.value : null,
    outcomes: hasRuns ? withoutPeriod(stats.outcomes!.periods[index]!) : null,
    successRate: hasRuns ? withoutPeriod(stats.successRate!.periods[index]!) : null,
    duration: hasRuns ? publicDuration(stats.duration!.periods[index]!, stats !== all) : null,
  }
}

function withoutPeriod<T extends {readonly period: string; readonly complete: boolean}>(
  one: T,
): Omit<T, 'period' | 'complete'> {
  const {period: _period, complete: _complete, ...rest} = one
  return rest
}

/** Durations. A part has no mean: from the sums of all and of the part, the duration of a single other run follows. */
function publicDuration(duration: Duration, isPart: boolean): PublicPeriod['duration'] {
  const {n, meanSeconds, p50Seconds, p90Seconds, percentileBound} = withoutSingleRuns(duration)
  return {n, meanSeconds: isPart ? null : meanSeconds, p50Seconds, p90Seconds, percentileBound}
}

const notPublic = (message: string): UsageError =>
  new UsageError('USAGE_QUERY_INVALID', `public answers: ${message}`, {
    next: 'Ask for whole months, with at most one filter and then for one month, or use the read token.',
  })
