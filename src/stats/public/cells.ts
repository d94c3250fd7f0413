import type {UserBounds} from '../model/breakdowns.ts'
import type {Count, Duration, RunsByUser} from '../model/model.ts'

/** A cell of fewer users than this is hidden. */
export const minUsers = 5
/** Uses that do not say who made them are shown from so many uses on, on at least so many UTC days. */
export const minUnknownUses = 20
export const minUnknownDays = 5

/** The people behind a figure, and the uses that do not say who made them. */
export type Cell = UserBounds &
  (
    | {readonly runsWithoutUser: number; readonly daysWithoutUser: number}
    | {readonly usesWithoutUser: number; readonly daysWithoutUser: number}
  )

/**
 * Whether a figure may be shown: at least five users are known, or many uses on several days do not say who made them.
 * The second rule is for clients that send no user: docs/decisions/0120. Pure.
 */
export const isLarge = (cell: Cell): boolean => cell.usersLow >= minUsers || areManyUnknown(cell)

/** The cell of a count of users. Pure. */
export const cellOf = ({low, high, exact, ...by}: Pick<Count, 'low' | 'high' | 'exact'> & RunsByUser) => ({
  users: exact ? low : null,
  usersLow: low,
  usersHigh: high,
  runsWithoutUser: by.runsWithoutUser ?? 0,
  daysWithoutUser: by.daysWithoutUser ?? 0,
})

const unknownOf = (cell: Cell): number => ('runsWithoutUser' in cell ? cell.runsWithoutUser : cell.usesWithoutUser)

export const areManyUnknown = (cell: Cell): boolean =>
  unknownOf(cell) >= minUnknownUses && cell.daysWithoutUser >= minUnknownDays

/** How large a figure is, to find the next smallest one. */
const sizeOf = (cell: Cell): number => Math.max(cell.usersLow, areManyUnknown(cell) ? minUsers : 0)

/** Whether durations may be shown: the mean of few is about few people, and one percentile of one run is its duration. */
export const areManyEnded = ({n}: Pick<Duration, 'n'>): boolean => n === 0 || n >= minUsers

/** Durations without the 99th percentile, which may be that of a single run; only their number if they are few. */
export function withoutSingleRuns<T extends Duration>(duration: T, isShown = areManyEnded(duration)): T {
  const one = {...duration, p99Seconds: null}
  return isShown ? one : {...one, meanSeconds: null, p50Seconds: null, p90Seconds: null, percentileBound: null}
}

export interface ShownRows<Row> {
  readonly rows: readonly Row[]
  /** The number of hidden rows. */
  readonly hidden: number
}

/**
 * Hides rows about too few users and, with them, the next smallest row, because otherwise a total would reveal them.
 * Pure.
 */
export function hideSmall<T extends Cell>(rows: readonly T[]): ShownRows<T> {
  const large = rows.filter(isLarge).sort((a, b) => sizeOf(a) - sizeOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
  const next = large.length < rows.length ? large[0] : undefined
  const shown = rows.filter(row => isLarge(row) && row !== next)
  return {rows: shown, hidden: rows.length - shown.length}
}

/** Everything in a row that is not a number: rows with equal users keep one order whatever their counts. */
const nameOf = (row: object): string =>
  JSON.stringify(row, (_key, value) => (typeof value === 'number' ? undefined : value))
