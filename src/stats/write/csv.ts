import {toPlainText} from '../../protocol/plain-text.ts'
import type {Cell, Table} from './table.ts'

/** What a spreadsheet takes for the beginning of a formula, also in full width. */
const formula = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/

/**
 * Writes one answer as CSV (RFC 4180 with plain line feeds): a head, then a row for each thing. Null is empty. A text
 * that a spreadsheet would calculate gets an apostrophe in front; control characters become `?`.
 */
export function writeCsv({columns, rows}: Table): string {
  return lines([columns, ...(rows ?? [])])
}

/**
 * Writes all answers as one tidy table: section, number of the row in it, column, value. What a filter leaves without
 * an answer is one row with the column `unanswered`.
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
