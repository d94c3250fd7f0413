import type {Breakdown} from '../../stats/model/answer-row.ts'
import {breakdowns, shownName} from '../../stats/model/breakdowns.ts'
import type {Cell, Table} from '../../stats/write/table.ts'

/** Names of columns for people. Other columns keep their key. */
const words: Readonly<Record<string, string>> = {
  onSeveralDays: 'on several days',
  onSeveralDaysLow: 'several days, at least',
  onSeveralDaysHigh: 'several days, at most',
  usersLow: 'users, at least',
  usersHigh: 'users, at most',
  low: 'at least',
  high: 'at most',
  complete: 'complete',
  meanSeconds: 'mean (s)',
  p50Seconds: 'median (s)',
  p90Seconds: '90 % at most (s)',
  p99Seconds: '99 % at most (s)',
  maxSeconds: 'longest (s)',
  percentileBound: 'percentiles differ by at most',
  internalCount: 'internal uses',
  count: 'uses',
}

/** Columns that are left out if they equal the given column in every row. */
const bounds = {
  low: 'value',
  high: 'value',
  usersLow: 'users',
  usersHigh: 'users',
  onSeveralDaysLow: 'onSeveralDays',
  onSeveralDaysHigh: 'onSeveralDays',
}

/** The sentence above the table says what they mean; in a row, they could be about few people. */
const leftOut = [
  'span',
  'firstDay',
  'exact',
  'since',
  'runsWithUser',
  'runsWithoutUser',
  'usesWithoutUser',
  'daysWithoutUser',
] as const

/**
 * The columns of an answer that a report may show, under their keys: without redundant ones, and without those that could
 * be about few people in a row. Pure.
 */
export function keptColumns(table: Table): Table {
  const {columns, rows} = table
  if (rows === null) return table
  const at = (row: readonly Cell[], column: string): Cell => row[columns.indexOf(column)] ?? null
  const isKept = (column: string): boolean => {
    if (leftOut.some(name => name === column)) return false
    if (column === 'complete') return rows.some(row => at(row, column) === false)
    if (column === 'percentileBound') return rows.some(row => Number(at(row, column)) > 0)
    if (column === 'reason' || column === 'p99Seconds') return rows.some(row => at(row, column) !== null)
    const same = bounds[column as keyof typeof bounds]
    return same === undefined || rows.some(row => at(row, column) !== at(row, same))
  }
  const kept = columns.filter(isKept)
  return {...table, columns: kept, rows: rows.map(row => kept.map(column => at(row, column)))}
}

/**
 * Converts the table of an answer to a table for people: redundant columns are left out, and the others get readable
 * names. The row of the whole range is named `all`. Pure.
 */
export function briefTable(table: Table): Table {
  const {section, title} = table
  const {columns, rows} = keptColumns(table)
  if (rows === null) return table
  const breakdown: Breakdown | undefined = breakdowns.find(({key}) => key === section)?.breakdown
  const spans = table.columns.indexOf('span')
  const write = (cell: Cell, column: string, place: number): Cell => {
    if (column === 'period' && table.rows?.[place]?.[spans] === 'range') return 'all'
    if (column !== 'name' && column !== 'version') return cell
    return cell === null || typeof cell === 'string' ? shownName(breakdown ?? {unknown: 'unknown'}, cell) : cell
  }
  const wordOf = (column: string): string =>
    column === 'value' && spans >= 0 ? title.toLowerCase() : (words[column] ?? column)
  return {
    ...table,
    columns: columns.map(wordOf),
    rows: rows.map((row, place) => row.map((cell, index) => write(cell, columns[index]!, place))),
  }
}
