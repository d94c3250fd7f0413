import type {Breakdown} from './answer-row.ts'
import {answers} from './answers.ts'

type Row = (typeof answers)[number]
export type BreakdownRow = Extract<Row, {readonly breakdown: Breakdown}>

/** The answers that count runs and users by a header value. */
export const breakdowns = answers.filter((row): row is BreakdownRow => 'breakdown' in row)

/** The number of different people: exact, or else null with bounds. */
export interface UserBounds {
  readonly users: number | null
  readonly usersLow: number
  readonly usersHigh: number
}

/** Runs, and the different people who ran them. */
export interface Usage extends UserBounds {
  readonly runs: number
  /** Runs that do not say who started them, without CI, and their UTC days. */
  readonly runsWithoutUser: number
  readonly daysWithoutUser: number
}

/** The breakdowns in `Stats`. In each item, the key of the name is the first column of the answer. */
export type Breakdowns = {
  readonly [R in BreakdownRow as R['key']]:
    | readonly (Usage & {readonly [Name in R['columns'][0]]: string | null})[]
    | null
}

/** The answer to which versions are still used. */
export interface VersionAnswers {
  readonly upgrades: Upgrades | null
}

/** Who still used which version in the last full month, and how fast users upgraded. */
export interface Upgrades {
  /** `YYYY-MM`: the last calendar month, UTC, that is over and in the range. Null if there is none. */
  readonly month: string | null
  /** Users of the month. Null if unknown: its runs are purged, or pseudonyms change within it. */
  readonly users: number | null
  /** The versions of the range, the newest first. */
  readonly versions: readonly Upgrade[]
}

export interface Upgrade {
  readonly version: string
  /** Users who ran it in the month, and their share of all. */
  readonly users: number | null
  readonly share: number | null
  /** Users whose newest version in the month is this one or an older one, and their share of all. */
  readonly usersUpTo: number | null
  readonly shareUpTo: number | null
  /** The day of its first run, as in `marks`. Null if it is unknown, or before the range. */
  readonly firstDay: string | null
  /**
   * Days from the first day until the end of the first week in which at least half of the users ran this version or a
   * newer one. Null if that has not happened, or is unknown.
   */
  readonly halfAfterDays: number | null
}

/** The uses of a feature with one value of a detail; for a number, with any. */
export interface DetailStats extends UserBounds {
  readonly type: string
  readonly name: string
  readonly detail: string
  readonly value: string | boolean | null
  readonly count: number
  readonly usesWithoutUser: number
  readonly daysWithoutUser: number
  readonly mean: number | null
  readonly median: number | null
  readonly max: number | null
}

/** A declared field over the runs of the range that have it, and over those of each period. */
export interface FieldStats extends FieldCounts {
  readonly periods: readonly (FieldCounts & {readonly period: string; readonly complete: boolean})[]
}

/** A field over the runs that have it. Numbers have mean, median and max; other fields have values. */
export interface FieldCounts extends Omit<Usage, 'runs'> {
  /** The runs that have the field. */
  readonly n: number
  readonly mean: number | null
  readonly median: number | null
  readonly max: number | null
  /** The most frequent value first. */
  readonly values: readonly FieldValue[] | null
}

/** The runs and users of one value. */
export interface FieldValue extends Usage {
  readonly value: string | boolean
}

export interface NamedUsage extends Usage {
  readonly name: string | null
}

/** The text for people of a name of a breakdown. Pure. */
export const shownName = (
  {shown, unknown = 'unknown'}: Pick<Breakdown, 'shown' | 'unknown'>,
  name: string | null,
): string => (name === null ? unknown : (shown?.(name) ?? name))

/** The items of a breakdown with their names as `name`. Null if a filter makes the answer impossible. */
export function namedUsageOf(stats: Breakdowns, {key, columns}: BreakdownRow): readonly NamedUsage[] | null {
  const items = stats[key] as readonly (Usage & Readonly<Record<string, unknown>>)[] | null
  return (
    items?.map(({[columns[0]]: name, ...usage}) => ({name: name as string | null, ...(usage as unknown as Usage)})) ??
    null
  )
}
