/**
 * Room `people`: what follows from counts of people by rotation period, for every store.
 *
 * A store counts pseudonyms: how many different ones there are in each rotation period, on how many days they were seen,
 * in which steps. The functions of this room are pure and make answers of that. A pseudonym counts once, in the rotation
 * period of its first use.
 * Read next: `flow.ts`, `pieces.ts`, `telling-uses.ts`.
 */
import {type Bounds, boundsOf, mergeDayBounds, mergeMarked} from '../../../stats/model/bounds.ts'

/** The people of one rotation period, and those of them who are special in some way. */
export interface PeopleOfPeriod {
  readonly all: number
  readonly some: number
}

const exactly = (count: number): Bounds => ({low: count, high: count})

/** All people of some rotation periods. */
export const allPeople = (periods: readonly Pick<PeopleOfPeriod, 'all'>[]): Bounds =>
  boundsOf(periods.map(({all}) => all))

/** The people who were seen on several days. `some`: in one rotation period. */
export const onSeveralDays = (periods: readonly PeopleOfPeriod[]): Bounds =>
  mergeDayBounds(periods.map(({all, some}) => ({all: exactly(all), several: exactly(some)})))

/** The people all of whose uses carry a mark. `some`: those of one rotation period. */
export const alwaysMarked = (periods: readonly PeopleOfPeriod[]): Bounds =>
  mergeMarked(periods.map(({all, some}) => ({all: exactly(all), marked: exactly(some)})))
