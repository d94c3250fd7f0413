/**
 * Room `public`: the part of the answers that everybody may see.
 *
 * Public figures are calendar months that are over. Rows of fewer than five users are hidden, and with them the next
 * smallest row, because a total could reveal them. Questions are rejected if the difference of two answers could reveal
 * something about fewer people. `small-cells.ts` hides the same rows in a report to share. Pure; the caller asks the
 * store.
 * Read next: `small-cells.ts`.
 */
import {UsageError} from '../../errors.ts'
import {type BreakdownRow, breakdowns, type NamedUsage, namedUsageOf} from '../model/breakdowns.ts'
import type {StatsFilters} from '../model/filters.ts'
import type {Duration, Outcomes, Stats, SuccessRate} from '../model/model.ts'

/** Rows of fewer users than this are hidden from the public. */
export const minUsers = 5

type PublicRow = Extract<BreakdownRow, {readonly isPublic: true}>

/** The breakdowns of one month that everybody may see, in the order of the registry. */
export const publicBreakdowns = breakdowns.filter((row): row is PublicRow => 'isPublic' in row)

/** Null for several months, and with a filter. */
export type PublicBreakdowns = {readonly [R in PublicRow as R['key']]: PublicRows<PublicNamed> | null}

/**
 * The public part of the answers: calendar months that are over. Only the different users of whole years are counted
 * over several months, so that no difference of two answers is about less than a month.
 */
export interface PublicStats extends PublicBreakdowns {
  readonly project: string
  readonly from: string
  readonly to: string
  readonly filters: StatsFilters
  /** Different users of whole calendar years that are over, without a filter; else null. */
  readonly users: number | null
  readonly periods: readonly PublicPeriod[]
  /** The features of one month, without a filter or with one on the type; else null. */
  readonly features: PublicRows<PublicFeature> | null
}

export interface PublicRows<Row> {
  readonly rows: readonly Row[]
  /** The number of hidden rows. */
  readonly hidden: number
}

interface PublicUsage {
  readonly runs: number
  readonly users: number
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
export interface PublicPeriod {
  readonly period: string
  readonly hidden: boolean
  readonly users: number | null
  readonly hosts: number | null
  readonly runs: number | null
  readonly outcomes: Outcomes | null
  readonly successRate: SuccessRate | null
  /** Without the 99th percentile, which may be the duration of a single run. */
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
  const publicRows = (row: PublicRow): PublicRows<PublicNamed> | null => {
    const rows = isOneMonth && !isFiltered ? namedUsageOf(stats, row) : null
    return rows === null ? null : hideSmall(rows.filter(hasUsers))
  }
  return {
    project,
    from,
    to,
    filters,
    users: isFiltered ? null : usersOfYears(stats),
    periods: stats.users.periods.flatMap(({complete}, index) =>
      complete ? [publicPeriod(stats, index, isShown)] : [],
    ),
    ...(Object.fromEntries(publicBreakdowns.map(row => [row.key, publicRows(row)])) as unknown as PublicBreakdowns),
    features: isOneMonth ? publicFeatures(stats, unfiltered) : null,
  }
}

const hasUsers = (row: NamedUsage): row is PublicNamed => row.users !== null

function requirePublic({by, from, to, filters, trend}: Stats, unfiltered: Stats | null): void {
  if (by !== 'month') throw notPublic(`by must be month, got ${by}`)
  const next = new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString()
  // A range in progress may end today: its last month is left out.
  if (!from.endsWith('-01') || (trend.complete && next.slice(8, 10) !== '01'))
    throw notPublic(`the range must be whole months, got ${from} to ${to}`)
  const count = countFilters(filters)
  if (count === 0) return
  if (count > 1) throw notPublic(`only one filter is possible, got ${count}`)
  if (filters.internal !== null) throw notPublic('a filter on direct or internal use is not possible')
  if (from.slice(0, 7) !== to.slice(0, 7)) throw notPublic('a filter requires a range of one month, got several')
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

/**
 * Hides rows about too few users and, with them, the next smallest row, because otherwise a total would reveal them. A
 * row whose users are unknown counts as too small.
 */
export function hideSmall<T extends {readonly users: number | null}>(rows: readonly T[]): PublicRows<T> {
  const isLarge = ({users}: T): boolean => users !== null && users >= minUsers
  const large = rows.filter(isLarge).sort((a, b) => a.users! - b.users! || (nameOf(a) < nameOf(b) ? -1 : 1))
  const next = large.length < rows.length ? large[0] : undefined
  const shown = rows.filter(row => isLarge(row) && row !== next)
  return {rows: shown, hidden: rows.length - shown.length}
}

/** Everything in a row that is not a number: rows with equal users keep one order whatever their counts. */
const nameOf = (row: object): string =>
  JSON.stringify(row, (_key, value) => (typeof value === 'number' ? undefined : value))

function publicFeatures({features, filters}: Stats, unfiltered: Stats | null): PublicRows<PublicFeature> | null {
  if (countFilters(filters) > 0 && filters.featureType === null) return null
  const filter = filters.featureType
  const all = hideSmall(
    (unfiltered?.features ?? features).map(({type, name, count, runs, users}) => ({type, name, count, runs, users})),
  )
  const rows = all.rows.flatMap(({type, name, count, runs, users}): PublicFeature[] => {
    const isSelected = (filter === null || type === filter) && runs !== null && users !== null
    return isSelected ? [{type, name, count, runs, users}] : []
  })
  return {rows, hidden: features.length - rows.length}
}

function usersOfYears({from, to, users, trend}: Stats): number | null {
  const areYears = from.endsWith('-01-01') && to.endsWith('-12-31') && trend.complete
  return areYears && users.exact && users.total >= minUsers ? users.total : null
}

function publicPeriod(stats: Stats, index: number, isShown: boolean): PublicPeriod {
  const {period, value: users, exact} = stats.users.periods[index]!
  const hidden = !isShown || !exact || users < minUsers
  // Users include people without a run. Those with a run are at least as many as those of one version.
  const areRunsShown = !hidden && (stats.adoption?.[index]?.versions.some(one => (one.users ?? 0) >= minUsers) ?? false)
  const hosts = stats.hosts.periods[index]!.value
  return {
    period,
    hidden,
    users: hidden ? null : users,
    hosts: hidden || hosts < minUsers ? null : hosts,
    runs: areRunsShown ? stats.runs!.periods[index]!.value : null,
    outcomes: areRunsShown ? withoutPeriod(stats.outcomes!.periods[index]!) : null,
    successRate: areRunsShown ? withoutPeriod(stats.successRate!.periods[index]!) : null,
    duration: areRunsShown ? publicDuration(stats.duration!.periods[index]!) : null,
  }
}

function withoutPeriod<T extends {readonly period: string; readonly complete: boolean}>(
  one: T,
): Omit<T, 'period' | 'complete'> {
  const {period: _period, complete: _complete, ...rest} = one
  return rest
}

const publicDuration = ({n, meanSeconds, p50Seconds, p90Seconds}: Duration): PublicPeriod['duration'] => ({
  n,
  meanSeconds,
  p50Seconds,
  p90Seconds,
})

const notPublic = (message: string): UsageError =>
  new UsageError('USAGE_QUERY_INVALID', `public answers: ${message}`, {
    next: 'Ask for whole months, with at most one filter and then for one month, or use the read token.',
  })
