import type {Bounds} from '../../../stats/model/bounds.ts'
import {headerWords} from '../../../stats/model/header-words.ts'
import type {NamedFacts, NamedRuns, RotationPeriod, SpanFacts, ValueFieldFacts} from '../../../stats/model/source.ts'
import type {RunTotals} from './run-totals.ts'

/** The number of rotation periods that a month `YYYY-MM` or a year `YYYY` touches. */
function periodsOf(label: string, rotation: readonly RotationPeriod[]): number {
  const [year, month] = label.split('-').map(Number) as [number, number | undefined]
  const fromMs = Date.UTC(year, (month ?? 1) - 1)
  const toMs = month === undefined ? Date.UTC(year + 1, 0) : Date.UTC(year, month)
  return Math.max(1, rotation.filter(one => one.fromMs < toMs && one.toMs > fromMs).length)
}

/**
 * The bounds from a number that an earlier version stored for a month or a year: of different pseudonyms. One person may
 * have had a pseudonym in each rotation period.
 */
export function boundsOfOld(pseudonyms: number, label: string, rotation: readonly RotationPeriod[]): Bounds {
  return {low: Math.ceil(pseudonyms / periodsOf(label, rotation)), high: pseudonyms}
}

type OldSpan = Readonly<Record<keyof SpanFacts, unknown>>
const people = ['users', 'hosts', 'scripts', 'usersOnSeveralDays', 'hostsOnSeveralDays'] as const

/** Totals that any version of the program stored, with bounds instead of numbers of pseudonyms. Pure. */
export function readTotals(kept: RunTotals, label: string, rotation: readonly RotationPeriod[]): RunTotals {
  const toBounds = (found: unknown): Bounds =>
    typeof found === 'number' ? boundsOfOld(found, label, rotation) : (found as Bounds)
  const span: SpanFacts = {...kept.span}
  const bounds = Object.fromEntries(people.map(name => [name, toBounds((kept.span as OldSpan)[name])]))
  const read = {...span, ...bounds} as SpanFacts
  // Somebody who was seen on one day in each of two periods was not stored as seen on several days.
  const mayMeet = (all: Bounds, several: Bounds): Bounds =>
    periodsOf(label, rotation) === 1 ? several : {low: several.low, high: all.high}
  const wasOld = typeof (kept.span as OldSpan).users === 'number'
  const days = {
    usersOnSeveralDays: mayMeet(read.users, read.usersOnSeveralDays),
    hostsOnSeveralDays: mayMeet(read.hosts, read.hostsOnSeveralDays),
  }
  const named = {...unknownNames(read), ...kept.named}
  const entries = headerWords.map(word => [
    word,
    named[word].map(row => ({...noUnknown, ...row, users: toBounds(row.users)})),
  ])
  return {
    ...kept,
    span: wasOld ? {...read, ...days, usesWithUser: read.runs - read.ciRuns} : read,
    named: Object.fromEntries(entries) as NamedFacts,
    valueFields: [...countedFields(kept, read), ...wholeFields(kept, read)],
  }
}

/** Earlier versions did not count the runs that do not say who started them. */
const noUnknown: Partial<NamedRuns> = {usesWithoutUser: 0, daysWithoutUser: 0}

/** Earlier versions did not count the users of a value. */
const countedFields = ({valueFields}: RunTotals, span: SpanFacts): ValueFieldFacts[] =>
  valueFields.map(row => ({...someUsers(row.runs, span), ...row}))

/** Earlier versions did not count the runs that have a field. */
function wholeFields({numberFields, valueFields}: RunTotals, span: SpanFacts): ValueFieldFacts[] {
  const counted = [...numberFields.map(({name, n}) => ({name, runs: n})), ...valueFields]
  const isWhole = new Set(valueFields.flatMap(({name, value}) => (value === null ? [name] : [])))
  return [...Map.groupBy(counted, ({name}) => name)].flatMap(([name, same]) => {
    const runs = same.reduce((sum, one) => sum + one.runs, 0)
    return isWhole.has(name) ? [] : [{name, value: null, runs, ...someUsers(runs, span)}]
  })
}

/** An unknown part of the users of a span. */
const someUsers = (runs: number, {users, usesWithoutUser, daysWithoutUser}: SpanFacts) => ({
  users: {low: 0, high: Math.min(runs, users.high)},
  usesWithoutUser: Math.min(runs, usesWithoutUser),
  daysWithoutUser,
})

/** Runs whose header words are unknown: old totals lack the words that were added later. */
function unknownNames({runs, users, usesWithoutUser, daysWithoutUser}: SpanFacts): NamedFacts {
  const row = {name: null, runs, users: {low: 0, high: users.high}, usesWithoutUser, daysWithoutUser}
  return Object.fromEntries(headerWords.map(word => [word, runs === 0 ? [] : [row]])) as unknown as NamedFacts
}
