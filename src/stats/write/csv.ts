import {toPlainText} from '../../protocol/plain-text.ts'
import type {Cell, Table} from './table.ts'

/** The beginning of a formula for a spreadsheet, also in full-width characters. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/

/**
 * Writes one answer as CSV (RFC 4180, but lines end with LF): a line with the column names, then the rows. Null is
 * empty. A text that a spreadsheet would run as a formula gets an apostrophe in front. Control characters become `?`.
 * Pure.
 */
export function writeCsv({columns, rows}: Table): string {
  return lines([columns, ...(rows ?? [])])
}

/**
 * Writes all answers as one table with the columns section, row, column and value. Rows are numbered from 1 in each
 * section. An answer that a filter makes impossible is one row with the column `unanswered`. Pure.
 */
export function writeLongCsv(tables: readonly Table[]): string {
  const long = tables.flatMap(({section, columns, rows}): Cell[][] => {
    if (rows === null) return [[section, 1, 'unanswered', true]]
    return rows.flatMap((row, index) =>
      columns.map((column, place) => [section, index + 1, column, row[place] ?? null]),
    )
  })
  return lines([['section', 'row', 'column', 'value'], ...long])
}

const lines = (rows: readonly (readonly Cell[])[]): string =>
  rows.map(row => `${row.map(writeCell).join(',')}\n`).join('')

function writeCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null ? '' : String(cell)
  const plain = toPlainText(cell)
  const safe = formula.test(plain) ? `'${plain}` : plain
  return /[",\n]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
