import type {AnswerRow} from '../../stats/model/answer-row.ts'
import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml, writeTable} from '../../stats/write/html.ts'
import type {Table} from '../../stats/write/table.ts'
import {tableOf} from '../../stats/write/tables.ts'
import type {Figure} from '../figures/figure.ts'
import {describeUnfinished} from '../figures/words.ts'
import {briefTable} from './brief-table.ts'

/** Returns the address of the numbers of a section. Null on a page without links, such as a file. */
export type AddressOf = ((section: string, format: 'csv' | 'json') => string) | null

/**
 * Writes a figure as a section of a page: title, sentence, drawing, its numbers as a table, and links to them. Empty
 * for a figure with `hideEmpty` and without rows.
 */
export function writeFigure(figure: Figure, stats: Stats, addressOf: AddressOf): string {
  const {row, draw, hint, hideEmpty} = figure
  const table = tableOf(row, stats)
  if (table.rows === null) return frame(row, '<p>No answer with this filter.</p>\n')
  if (hideEmpty && table.rows.length === 0) return ''
  const drawing = draw(stats)
  const numbers = drawing === '' ? '' : writeNumbers(table)
  const links = writeLinks(row.key, addressOf)
  const data = numbers === '' && links === '' ? '' : `<div class="data">${numbers}${links}</div>\n`
  const hints = drawing === '' || hint === undefined ? '' : ` <span class="hint">${escapeHtml(hint(stats))}</span>`
  const sentence = `${escapeHtml(describeFigure(figure, stats))}${hints}`
  return frame(row, `<p>${sentence}</p>\n${drawing}\n${data}`)
}

/** Writes the links to the numbers of a section. */
export function writeLinks(section: string, addressOf: AddressOf): string {
  if (addressOf === null) return ''
  const address = (format: 'csv' | 'json'): string => escapeHtml(addressOf(section, format))
  return `<a href="${address('csv')}">CSV</a> <a href="${address('json')}">JSON</a>`
}

/** Writes the numbers of a chart over time. Bars are already in a table, so they get none. */
function writeNumbers(table: Table): string {
  if (!isOverTime(table)) return ''
  return `<details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(table.title)}: the numbers">${writeTable(briefTable(table))}</div></details>`
}

const isOverTime = ({columns}: Table): boolean => columns.includes('period')

/** The sentence of a figure. Over time, it also names the incomplete periods. Plain text that is not escaped yet. */
export function describeFigure({row, describe}: Figure, stats: Stats): string {
  const sentence = describe(stats)
  const table = tableOf(row, stats)
  if (!isOverTime(table)) return sentence
  const at = (column: string): number => table.columns.indexOf(column)
  const complete = new Map<unknown, boolean>()
  for (const cells of table.rows ?? [])
    if (cells[at('span')] !== 'range') complete.set(cells[at('period')], cells[at('complete')] === true)
  const unfinished = describeUnfinished(stats.by, [...complete.values()])
  return unfinished === '' ? sentence : `${sentence} ${unfinished}`
}

const frame = ({key, title}: AnswerRow, content: string): string =>
  `<section id="${key}" aria-labelledby="${key}-title">\n<h2 id="${key}-title">${escapeHtml(title)}</h2>\n${content}</section>\n`
