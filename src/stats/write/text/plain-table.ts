import type {AnswerRow} from '../../model/answer-row.ts'
import {roundCell} from '../shown.ts'
import {tableOf} from '../tables.ts'
import {fit, layOut, maxRows, more} from './draw.ts'
import type {Page, Section} from './page.ts'

/** The most characters of a name in a cell. */
const maxName = 32

/** Writes an answer as the rows of its table, without a drawing. */
export function writePlainTable(row: AnswerRow, {stats, paint}: Page): Section {
  const {title: heading, columns, rows} = tableOf(row, stats)
  if (rows === null || rows.length === 0) return {heading, lines: []}
  const cells = rows
    .slice(0, maxRows)
    .map(one => one.map(cell => (typeof cell === 'number' ? cell : fit(roundCell(cell), maxName))))
  const [head, ...body] = layOut([columns, ...cells])
  return {heading, lines: [paint.dim(head!), ...body, ...more(rows.length, 'row')]}
}
