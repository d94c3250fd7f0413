/**
 * The least and the greatest possible number of different people, hosts or scripts. It is exact if they are equal.
 *
 * Pseudonyms change with each rotation period. Within one period, different pseudonyms are different people. Across
 * periods nobody is recognised: there are at least as many people as the largest period has pseudonyms, and at most as
 * many as all periods together.
 */
export interface Bounds {
  readonly low: number
  readonly high: number
}

export const noBounds: Bounds = {low: 0, high: 0}

/** The bounds from the number of different pseudonyms of each rotation period. Pure. */
export const boundsOf = (periods: readonly number[]): Bounds =>
  mergeBounds(periods.map(count => ({low: count, high: count})))

/** The bounds for several parts of time, in which nobody is recognised from one part to the next. Pure. */
export const mergeBounds = (parts: readonly Bounds[]): Bounds => ({
  low: parts.reduce((most, {low}) => Math.max(most, low), 0),
  high: parts.reduce((sum, {high}) => sum + high, 0),
})

/** All people of a part of time, and those of them who were seen on at least two days. */
export interface DayBounds {
  readonly all: Bounds
  readonly several: Bounds
}

/**
 * The people of several parts who were seen on at least two days. A person who was seen on one day in each of two parts
 * also counts, but is not recognised: `high` assumes as many such pairs as possible. Pure.
 */
export function mergeDayBounds(parts: readonly DayBounds[]): Bounds {
  const {low, high: sure} = mergeBounds(parts.map(({several}) => several))
  const once = parts.map(({all, several}) => Math.max(0, all.high - several.low))
  const allOnce = once.reduce((sum, count) => sum + count, 0)
  const pairs = Math.min(Math.floor(allOnce / 2), allOnce - Math.max(0, ...once))
  const people = parts.reduce((sum, {all}) => sum + all.high, 0)
  return {low, high: Math.min(people, sure + pairs)}
}
