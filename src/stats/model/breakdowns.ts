import type {Breakdown} from './answer-row.ts'
import {answers} from './answers.ts'

type Row = (typeof answers)[number]
export type BreakdownRow = Extract<Row, {readonly breakdown: Breakdown}>

/** The answers that count runs and users by a header value. */
export const breakdowns = answers.filter((row): row is BreakdownRow => 'breakdown' in row)

/** Runs, and the different people who ran them. */
export interface Usage {
  readonly runs: number
  /** Null if only totals of several months are stored: different people cannot be added. */
  readonly users: number | null
}

/** The breakdowns in `Stats`. In each item, the key of the name is the first column of the answer. */
export type Breakdowns = {
  readonly [R in BreakdownRow as R['key']]:
    | readonly (Usage & {readonly [Name in R['columns'][0]]: string | null})[]
    | null
}

export interface NamedUsage extends Usage {
  readonly name: string | null
}

/** The items of a breakdown with their names as `name`. Null if a filter makes the answer impossible. */
export function namedUsageOf(stats: Breakdowns, {key, columns}: BreakdownRow): readonly NamedUsage[] | null {
  const items = stats[key] as readonly (Usage & Readonly<Record<string, unknown>>)[] | null
  return items?.map(item => ({name: item[columns[0]] as string | null, runs: item.runs, users: item.users})) ?? null
}
