import type {Cell, Table} from '../../stats/write/tables.ts'

/** Columns by the words that a person reads; others keep their key. */
const words: Readonly<Record<string, string>> = {
  onSeveralDays: 'on several days',
  onSeveralDaysLow: 'several days, at least',
  onSeveralDaysHigh: 'several days, at most',
  low: 'at least',
  high: 'at most',
  complete: 'whole',
  meanSeconds: 'mean (s)',
  p50Seconds: 'half within (s)',
  p90Seconds: '90 % within (s)',
  p99Seconds: '99 % within (s)',
  internalCount: 'internal uses',
  count: 'uses',
}

/** What the values of an answer over time are. */
const values: Readonly<Record<string, string>> = {
  users: 'users',
  hosts: 'computers',
  runs: 'runs',
  scripts: 'scripts',
  successRate: 'success rate',
}

/** Columns that say nothing where they equal another in every row, or are the same. */
const bounds = {low: 'value', high: 'value', onSeveralDaysLow: 'onSeveralDays', onSeveralDaysHigh: 'onSeveralDays'}

/**
 * Makes of the table of an answer, which is for programs, one that is read: without columns that say nothing, with words
 * for the others. The whole range stands as `all`. Pure.
 */
export function briefTable(table: Table): Table {
  const {columns, rows} = table
  if (rows === null) return table
  const at = (row: readonly Cell[], column: string): Cell => row[columns.indexOf(column)] ?? null
  const isSaid = (column: string): boolean => {
    if (column === 'span' || column === 'exact') return false
    if (column === 'complete') return rows.some(row => at(row, column) === false)
    if (column === 'reason' || column === 'p99Seconds') return rows.some(row => at(row, column) !== null)
    const same = bounds[column as keyof typeof bounds]
    return same === undefined || rows.some(row => at(row, column) !== at(row, same))
  }
  const shown = columns.filter(isSaid)
  const tell = (row: readonly Cell[], column: string): Cell => {
    if (column === 'period' && at(row, 'span') === 'range') return 'all'
    const cell = at(row, column)
    const isNameless = cell === null && (column === 'name' || column === 'version')
    return isNameless ? (table.section === 'schedulers' ? 'none' : 'unknown') : cell
  }
  const wordOf = (column: string): string =>
    column === 'value' ? (values[table.section] ?? column) : (words[column] ?? column)
  return {
    ...table,
    columns: shown.map(wordOf),
    rows: rows.map(row => shown.map(column => tell(row, column))),
  }
}
