import {minUsers} from '../model/bounds.ts'
import type {UserBounds} from '../model/breakdowns.ts'
import type {Count, Duration, RunsByUser, Stats} from '../model/model.ts'

export {minUsers}

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
 * Hides rows about too few users. If at least five people are behind them together, nothing follows from what a total
 * leaves. Otherwise the next smallest row is hidden with them: it makes the rest one of at least five people. Pure.
 *
 * @param together how many people at least are behind all rows of fewer than five users; 0 if unknown
 */
export function hideSmall<T extends Cell>(rows: readonly T[], together = 0): ShownRows<T> {
  const large = rows.filter(isLarge).sort((a, b) => sizeOf(a) - sizeOf(b) || (nameOf(a) < nameOf(b) ? -1 : 1))
  // Rows that are large by many unknown users are of fewer than five known ones, so `together` counts theirs as well.
  const isEnough = together >= minUsers && large.every(({usersLow}) => usersLow >= minUsers)
  const next = large.length < rows.length && !isEnough ? large[0] : undefined
  const shown = rows.filter(row => isLarge(row) && row !== next)
  return {rows: shown, hidden: rows.length - shown.length}
}

/**
 * How many people at least are behind all rows of few users of an answer, together; 0 if unknown. A collector of an
 * earlier version does not answer it.
 */
export const togetherIn = ({fewUsers}: {readonly fewUsers?: Stats['fewUsers']}, key: string): number =>
  fewUsers?.find(({answer}) => answer === key)?.usersLow ?? 0

/**
 * Bounds of the people of a row that hide how many of all people are not in it, if these are one to four. The bounds
 * remain true. Pure.
 */
export function withoutFewOthers<T extends UserBounds>(row: T, all: Pick<Count, 'low' | 'high'>): T {
  const {usersLow, usersHigh} = row
  if (usersLow < minUsers) return row
  const isFew = (others: number): boolean => others > 0 && others < minUsers
  if (!isFew(all.low - usersLow) && !isFew(all.high - usersHigh)) return row
  // A row that is shown has at least five users, whether all have five more or not.
  const low = Math.min(usersLow, Math.max(minUsers, all.low - minUsers))
  return {...row, users: null, usersLow: low, usersHigh: Math.max(usersHigh, all.high)}
}

/** Everything in a row that is not a number: rows with equal users keep one order whatever their counts. */
const nameOf = (row: object): string =>
  JSON.stringify(row, (_key, value) => (typeof value === 'number' ? undefined : value))
