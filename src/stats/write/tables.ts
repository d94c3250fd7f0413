/**
 * Room `write`: answers as text, CSV, Markdown and HTML.
 *
 * `Stats` is first converted to plain tables (this file), so that all formats show the same numbers under the same
 * titles. Each format escapes names from outside: control characters in terminals, formulas in CSV, markup in HTML and
 * Markdown. Pure.
 * Read next: `text.ts` for the terminal page, `csv.ts`.
 */
import type {AnswerRow} from '../model/answer-row.ts'
import {type AnswerKey, answers} from '../model/answers.ts'
import type {Count, Stats} from '../model/model.ts'
import type {Cell, Table} from './table.ts'
import {firstDaysOf, tableRows} from './table-rows.ts'

/** The names of all tables, in order. */
export const sectionNames: readonly AnswerKey[] = answers.map(({key}) => key)

/** All answers as tables, in the order of a page. In answers over time, the whole range has `span` `range`. Pure. */
export function tablesOf(stats: Stats): Table[] {
  return answers.map(row => tableOf(row, stats))
}

/** One answer as a table. Pure. */
export function tableOf(row: AnswerRow, stats: Stats): Table {
  const {key, title, columns} = row
  const makeRows = tableRows[key as AnswerKey]
  return {section: key, title, columns, rows: makeRows === undefined ? itemRows(row, stats) : makeRows(stats)}
}

type Item = Readonly<Record<string, unknown>>

/** The rows of an answer over time, or of one that is a list: a cell of each item for each column. */
function itemRows({key, columns}: AnswerRow, stats: Stats): Cell[][] | null {
  const answer = stats[key as keyof Stats] as (Item & {readonly periods?: readonly Item[]}) | readonly Item[] | null
  if (answer === null) return null
  const isList = (value: typeof answer): value is readonly Item[] => Array.isArray(value)
  const items = isList(answer) ? answer : overTime(answer, stats)
  const firstDays = firstDaysOf(stats)
  const cellOf = (item: Item, column: string): Cell =>
    column === 'firstDay' ? (firstDays(String(item['period'])) ?? stats.from) : ((item[column] ?? null) as Cell)
  return items.map(item => columns.map(column => cellOf(item, column)))
}

/** The whole range, then each period. */
function overTime(answer: Item & {readonly periods?: readonly Item[]}, {from, to, trend}: Stats): Item[] {
  const range = {...flatten(answer), span: 'range', period: `${from}/${to}`, complete: trend.complete}
  const periods = (answer.periods ?? []).map(period => ({...flatten(period), span: 'period'}))
  return [range, ...periods]
}

/** Moves the counts of an inner object to the item. */
function flatten(item: Item): Item {
  const several = item['onSeveralDays'] as Count | undefined
  const flat = {value: item['total'], ...item}
  if (several === undefined) return flat
  return {
    ...flat,
    onSeveralDays: several.total,
    onSeveralDaysLow: several.low,
    onSeveralDaysHigh: several.high,
  }
}
