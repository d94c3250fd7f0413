/**
 * Room `public`: what everyone may see of the answers.
 *
 * Public figures are made of single calendar months that are over. Cells of fewer than five users, and the next smallest
 * where one cell could be derived from the rest, are hidden (`small-cells.ts`). Questions that could be subtracted from each
 * other to learn about fewer people are refused. Pure; the caller asks the store.
 * Read next: `small-cells.ts`.
 */
import {UsageError} from '../../errors.ts'
import type {StatsFilters} from '../model/filters.ts'
import type {Duration, Outcomes, Stats, SuccessRate, Usage} from '../model/model.ts'

/** A cell of fewer users than this is not shown to everybody. */
export const minUsers = 5

/**
 * What everybody may see of the answers. It is made of single calendar months that are over: nothing is summed over
 * months except the different users of whole years, so that no difference of two answers is about less than a month.
 */
export interface PublicStats {
  readonly project: string
  readonly from: string
  readonly to: string
  readonly filters: StatsFilters
  /** Different users of whole calendar years that are over, without a filter; else null. */
  readonly users: number | null
  readonly periods: readonly PublicPeriod[]
  /** Of one month, without a filter; else null. */
  readonly versions: PublicRows<PublicNamed> | null
  readonly systems: PublicRows<PublicNamed> | null
  readonly schedulers: PublicRows<PublicNamed> | null
  readonly applications: PublicRows<PublicNamed> | null
  /** Of one month, without a filter or for one type; else null. */
  readonly features: PublicRows<PublicFeature> | null
}

export interface PublicRows<Row> {
  readonly rows: readonly Row[]
  /** How many rows are not shown, their names neither. */
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

/** A month: all null when it is hidden; what is told of runs also when too few people ran them. */
export interface PublicPeriod {
  readonly period: string
  readonly hidden: boolean
  readonly users: number | null
  readonly hosts: number | null
  readonly runs: number | null
  readonly outcomes: Outcomes | null
  readonly successRate: SuccessRate | null
  /** Without the 99th percentile, which is nearly a single run. */
  readonly duration: Omit<Duration, 'p99Seconds'> | null
}

/**
 * Takes from the answers what everybody may see. A filter needs the unfiltered answers of the same month as well, since
 * a value that is hidden among them would else come back as the answer to a filter. Throws USAGE_QUERY_INVALID for a
 * question that is not public: another period than months, a range that cuts one, two filters, uses that are direct
 * or internal, a filter on more than one month. Pure.
 */
export function toPublic(stats: Stats, unfiltered: Stats | null = null): PublicStats {
  requirePublic(stats, unfiltered)
  const {project, from, to, filters} = stats
  const isFiltered = countFilters(filters) > 0
  const isOneMonth = stats.users.periods.length === 1 && stats.users.periods[0]!.complete
  const isShown = unfiltered === null || isShownIn(unfiltered, filters)
  const named = (rows: readonly (Usage & {readonly name: string | null})[] | null) =>
    isOneMonth && !isFiltered && rows !== null ? hideSmall(rows.filter(hasUsers)) : null
  return {
    ...{project, from, to, filters},
    users: isFiltered ? null : usersOfYears(stats),
    periods: stats.users.periods.flatMap(({complete}, index) =>
      complete ? [publicPeriod(stats, index, isShown)] : [],
    ),
    versions: named(stats.versions?.map(({version, runs, users}) => ({name: version, runs, users})) ?? null),
    systems: named(stats.systems),
    schedulers: named(stats.schedulers),
    applications: named(stats.applications),
    features: isOneMonth ? publicFeatures(stats, unfiltered) : null,
  }
}

const hasUsers = (row: Usage & {readonly name: string | null}): row is PublicNamed => row.users !== null

function requirePublic({by, from, to, filters, trend}: Stats, unfiltered: Stats | null): void {
  if (by !== 'month') throw notPublic(`by must be month, got ${by}`)
  const next = new Date(Date.parse(`${to}T00:00:00Z`) + 86_400_000).toISOString()
  // A range that is not over may end today: its last month is left out.
  if (!from.endsWith('-01') || (trend.complete && next.slice(8, 10) !== '01'))
    throw notPublic(`must be whole months, got ${from} to ${to}`)
  const count = countFilters(filters)
  if (count === 0) return
  if (count > 1) throw notPublic(`there must be one filter, got ${count}`)
  if (filters.internal !== null) throw notPublic('must not filter on direct or internal use')
  if (from.slice(0, 7) !== to.slice(0, 7)) throw notPublic('must be one month if there is a filter, got several')
  const isSame = unfiltered?.from === from && unfiltered.to === to && unfiltered.by === by
  if (!isSame || countFilters(unfiltered.filters) > 0)
    throw notPublic('requires the unfiltered answers of the same month')
}

const countFilters = (filters: StatsFilters): number => Object.values(filters).filter(value => value !== null).length

/** Whether the unfiltered answers show the row that the filter chooses. */
function isShownIn(unfiltered: Stats, {appVersion, system, application}: StatsFilters): boolean {
  const {versions, systems, applications} = toPublic(unfiltered)
  const isIn = (list: PublicStats['versions'], wanted: string | null): boolean =>
    wanted === null || (list?.rows.some(({name}) => name === wanted) ?? false)
  return isIn(versions, appVersion) && isIn(systems, system) && isIn(applications, application)
}

/**
 * Hides rows of too few users, and with them the next smallest, lest it follow from a total what they are. A row whose
 * users are not known is of too few.
 */
export function hideSmall<T extends {readonly users: number | null}>(rows: readonly T[]): PublicRows<T> {
  const isLarge = ({users}: T): boolean => users !== null && users >= minUsers
  const large = rows.filter(isLarge).sort((a, b) => a.users! - b.users! || (nameOf(a) < nameOf(b) ? -1 : 1))
  const next = large.length < rows.length ? large[0] : undefined
  const shown = rows.filter(row => isLarge(row) && row !== next)
  return {rows: shown, hidden: rows.length - shown.length}
}

/** Everything of a row that is no number, so that rows of equal users are in one order whatever their counts. */
const nameOf = (row: object): string =>
  JSON.stringify(row, (_key, value) => (typeof value === 'number' ? undefined : value))

function publicFeatures({features, filters}: Stats, unfiltered: Stats | null): PublicRows<PublicFeature> | null {
  if (countFilters(filters) > 0 && filters.featureType === null) return null
  const wanted = filters.featureType
  const all = hideSmall(
    (unfiltered?.features ?? features).map(({type, name, count, runs, users}) => ({type, name, count, runs, users})),
  )
  const rows = all.rows.flatMap(({type, name, count, runs, users}): PublicFeature[] => {
    const isWanted = (wanted === null || type === wanted) && runs !== null && users !== null
    return isWanted ? [{type, name, count, runs, users}] : []
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
  // Users are also people without a run: those who ran are at least as many as those of one version.
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
  ...{n, meanSeconds, p50Seconds, p90Seconds},
})

const notPublic = (message: string): UsageError =>
  new UsageError('USAGE_QUERY_INVALID', `public answers: ${message}`, {
    next: 'Ask for whole months, each filter for one month alone, or ask with the read token.',
  })
