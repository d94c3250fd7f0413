import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Cell, Table} from './table.ts'

/** The beginning of a formula for a spreadsheet, also in full-width characters. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/

/** The columns with days, `YYYY-MM-DD`. */
const dayColumns: readonly string[] = ['firstDay', 'from', 'to', 'since', 'day']

/**
 * Writes one answer as CSV (RFC 4180, but lines end with LF): a line with the column names, then the rows. Every column
 * has one type. Texts are quoted, numbers and days are not, so that the version `1.10` can be told from the number 1.1.
 * Null is empty. A text that a spreadsheet would run as a formula gets an apostrophe in front. Control characters become
 * `?`. Pure.
 */
export function writeCsv({columns, rows}: Table): string {
  const write = columns.map(column => (dayColumns.includes(column) ? writeDay : writeCell))
  return lines(
    columns,
    (rows ?? []).map(row => row.map((cell, place) => write[place]!(cell))),
  )
}

/**
 * Writes all answers as one table with the columns section, row, column and value. Rows are numbered from 1 in each
 * section. An answer that a filter makes impossible is one row with the column `unanswered`. Pure.
 */
export function writeLongCsv(tables: readonly Table[]): string {
  const long = tables.flatMap(({section, columns, rows}): string[][] => {
    const head = (row: number, column: string): string[] => [section, String(row), column]
    if (rows === null) return [[...head(1, 'unanswered'), 'true']]
    return rows.flatMap((row, index) =>
      columns.map((column, place) => [
        ...head(index + 1, column),
        (dayColumns.includes(column) ? writeDay : writeCell)(row[place] ?? null),
      ]),
    )
  })
  return lines(['section', 'row', 'column', 'value'], long)
}

const lines = (columns: readonly string[], rows: readonly (readonly string[])[]): string =>
  [columns, ...rows].map(row => `${row.join(',')}\n`).join('')

function writeCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const plain = toPlainText(cell)
  const safe = formula.test(plain) ? `'${plain}` : plain
  return `"${safe.replaceAll('"', '""')}"`
}

const writeDay = (cell: Cell): string => String(cell ?? '')
