import type {Breakdown} from './answer-row.ts'
import {answers} from './answers.ts'

type Row = (typeof answers)[number]
export type BreakdownRow = Extract<Row, {readonly breakdown: Breakdown}>

/** The answers that count runs and users by a word of the header. */
export const breakdowns = answers.filter((row): row is BreakdownRow => 'breakdown' in row)

/** How much something was used: runs, and the different people who ran them. */
export interface Usage {
  readonly runs: number
  /** Null where only totals of several months are kept: different ones do not add up. */
  readonly users: number | null
}

/** The breakdowns in `Stats`. Each item has the word under the name of the first column. */
export type Breakdowns = {
  readonly [R in BreakdownRow as R['key']]:
    | readonly (Usage & {readonly [Name in R['columns'][0]]: string | null})[]
    | null
}

export interface NamedUsage extends Usage {
  readonly name: string | null
}

/** The items of a breakdown, each with its word as `name`. Null where a filter leaves no answer. */
export function namedUsageOf(stats: Breakdowns, {key, columns}: BreakdownRow): readonly NamedUsage[] | null {
  const items = stats[key] as readonly (Usage & Readonly<Record<string, unknown>>)[] | null
  return items?.map(item => ({name: item[columns[0]] as string | null, runs: item.runs, users: item.users})) ?? null
}
