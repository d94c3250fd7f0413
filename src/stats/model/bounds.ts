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

/** A row or a figure about fewer users than this is small. */
export const minUsers = 5

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

/** A count over the range and in each period. A total of different things is never the sum of the periods. */
export interface Measure<Value extends number | null = number | null> extends Count<Value> {
  readonly periods: readonly PeriodValue<Value>[]
}

/**
 * A number of different things. Pseudonyms change with each rotation period, so a person may be counted again in the
 * next one, and some runs do not say who started them. Then `exact` is false, `total` is null, and the true number is
 * from `low` to `high`. If `low` is 0 and `high` is not, nobody is known.
 */
export interface Count<Value extends number | null = number | null> {
  readonly total: Value
  readonly exact: boolean
  readonly low: number
  readonly high: number
}

/** A count of people or of their hosts. */
export interface PeopleMeasure extends Count {
  /** Those who were seen on at least two UTC days of the range. */
  readonly onSeveralDays: Count
  readonly periods: readonly (PeriodValue & {readonly onSeveralDays: Count})[]
}

/**
 * How many runs say who started them. CI is not counted. With a filter on features, and where no runs are reported: uses
 * of features. Null in a report if a number would be about few people.
 */
export interface RunsByUser {
  readonly runsWithUser: number | null
  readonly runsWithoutUser: number | null
  /** The UTC days with a run that does not say who started it. */
  readonly daysWithoutUser: number | null
}

/** A count of people, and of the runs that do not say who started them. */
export interface UserMeasure extends PeopleMeasure, RunsByUser {
  readonly periods: readonly (PeopleMeasure['periods'][number] & RunsByUser)[]
}

export interface PeriodValue<Value extends number | null = number | null> {
  readonly period: string
  /** Null if it is not exact. */
  readonly value: Value
  /** False for a period that is in progress or only partly in the range: do not read it as a decline. */
  readonly complete: boolean
  readonly exact: boolean
  readonly low: number
  readonly high: number
}

/** All people of a part of time, and those of them all of whose uses carry a mark. */
export interface MarkedBounds {
  readonly all: Bounds
  readonly marked: Bounds
}

/**
 * The people of several parts all of whose uses carry a mark. A person with marked uses in one part may have others in
 * another part, and is not recognised: `low` assumes that all who have others are such people. Pure.
 */
export function mergeMarked(parts: readonly MarkedBounds[]): Bounds {
  const others = parts.map(({all, marked}) => Math.max(0, all.high - marked.low))
  const allOthers = others.reduce((sum, count) => sum + count, 0)
  const lows = parts.map(({marked}, place) => marked.low - (allOthers - others[place]!))
  return {low: Math.max(0, ...lows), high: parts.reduce((sum, {marked}) => sum + marked.high, 0)}
}
