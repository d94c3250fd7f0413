import assert from 'node:assert/strict'
import type {Stored} from './naive-collector.ts'

/** A use that counts for people: an event that says who it was, or does not. */
export interface NaiveUse {
  readonly stored: Stored
  /** The pseudonym, or null. */
  readonly word: string | null
  readonly isRun: boolean
  /** At most so many people. */
  readonly uses: number
}

/** The year or the month of a pseudonym: the client takes it from its own clock. */
const periodOf = ({made: {claimedMs}}: Stored, rotate: string): string => {
  const day = new Date(claimedMs).toISOString()
  return rotate === 'never' ? '' : day.slice(0, rotate === 'year' ? 4 : 7)
}

/** The number of different people behind uses, told plainly: at least the largest period, at most all of them. */
export function boundsOfUses(uses: readonly NaiveUse[], rotate: string, isNamelessCounted = true) {
  const people = uses.filter(({stored}) => stored.made.header.ci === null)
  const periods = Map.groupBy(
    people.filter(({word}) => word !== null),
    ({stored}) => periodOf(stored, rotate),
  )
  const counts = [...periods.values()].map(same => new Set(same.map(({word}) => word)).size)
  const nameless = namelessOf(uses)
  const [low, pseudonyms] = [Math.max(0, ...counts), counts.reduce((sum, one) => sum + one, 0)]
  const high = pseudonyms + (isNamelessCounted ? nameless.uses : 0)
  return {total: low === high ? low : null, exact: low === high, low, high}
}

/** The uses without a word. In a month with people's runs, other events without one are of somebody who has runs. */
export function namelessOf(uses: readonly NaiveUse[]) {
  const people = uses.filter(({stored}) => stored.made.header.ci === null)
  const monthOf = ({stored}: NaiveUse): string => new Date(stored.atMs).toISOString().slice(0, 7)
  const withRuns = new Set(people.filter(({isRun}) => isRun).map(monthOf))
  const telling = people.filter(use => use.isRun || !withRuns.has(monthOf(use)))
  const nameless = telling.filter(({word}) => word === null)
  return {
    named: sumOf(telling.filter(({word}) => word !== null)),
    uses: sumOf(nameless),
    days: new Set(nameless.map(({stored}) => new Date(stored.atMs).toISOString().slice(0, 10))).size,
    /** The people that the answer can know of. */
    people: new Set([...telling, ...people.filter(({word}) => word !== null)].map(({stored}) => stored.made.person)),
  }
}

const sumOf = (uses: readonly NaiveUse[]): number => uses.reduce((sum, one) => sum + one.uses, 0)

/** The users of a row of a table. */
export function usersOfRow(uses: readonly NaiveUse[], rotate: string) {
  const {total, low, high} = boundsOfUses(uses, rotate)
  return {users: total, usersLow: low, usersHigh: high}
}

/** Asserts that as many people as there truly were are within what is said, and are the number where it is exact. */
export function assertTrue(
  truth: number,
  {low, high, exact}: {low: number; high: number; exact: boolean},
  about: string,
): void {
  assert.ok(low <= truth && truth <= high, `${about}: ${truth} people, said to be ${low} to ${high}`)
  assert.equal(exact, low === high, about)
}
