import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml, writeTable} from '../../stats/write/html.ts'
import {type Table, tablesOf} from '../../stats/write/tables.ts'
import type {Figure} from '../figures/figure.ts'
import {describeUnfinished} from '../figures/words.ts'
import {briefTable} from './brief-table.ts'

/** Where the numbers of a figure are found: the address of a section in a format, or null where there is no address. */
export type AddressOf = ((section: string, format: 'csv' | 'json') => string) | null

/** Writes a figure as a section of a page: title, sentence, drawing, its numbers as a table, and where to fetch them. */
export function writeFigure(figure: Figure, stats: Stats, addressOf: AddressOf): string {
  const {section, title, draw, hint} = figure
  const table = tablesOf(stats).find(one => one.section === section)
  if (table === undefined || table.rows === null)
    return frame(section, title, '<p>Not answered under this filter.</p>\n')
  const drawing = draw(stats)
  const links =
    addressOf === null
      ? ''
      : `<a href="${escapeHtml(addressOf(section, 'csv'))}">CSV</a> <a href="${escapeHtml(addressOf(section, 'json'))}">JSON</a>`
  // A chart over time has its numbers here; bars stand in a table already.
  const numbers =
    isOverTime(table) && drawing !== ''
      ? `<details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(title)}: the numbers">${writeTable(briefTable(table))}</div></details>`
      : ''
  const data = numbers === '' && links === '' ? '' : `<div class="data">${numbers}${links}</div>\n`
  const hints = drawing === '' || hint === undefined ? '' : ` <span class="hint">${escapeHtml(hint(stats))}</span>`
  const sentence = `${escapeHtml(sayAll(figure, stats, table))}${hints}`
  return frame(section, title, `<p>${sentence}</p>\n${drawing}\n${data}`)
}

const isOverTime = ({columns}: Table): boolean => columns.includes('period')

/** What a figure says, and of one over time which periods are not whole. */
export function sayAll({say}: Figure, stats: Stats, table: Table): string {
  const said = say(stats)
  if (!isOverTime(table)) return said
  const at = (column: string): number => table.columns.indexOf(column)
  const complete = new Map<unknown, boolean>()
  for (const row of table.rows ?? [])
    if (row[at('span')] !== 'range') complete.set(row[at('period')], row[at('complete')] === true)
  const unfinished = describeUnfinished(stats.by, [...complete.values()])
  return unfinished === '' ? said : `${said} ${unfinished}`
}

const frame = (section: string, title: string, content: string): string =>
  `<section id="${section}" aria-labelledby="${section}-title">\n<h2 id="${section}-title">${escapeHtml(title)}</h2>\n${content}</section>\n`
