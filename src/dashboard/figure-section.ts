import {escapeHtml, writeTable} from '../stats/html.ts'
import type {Stats} from '../stats/model.ts'
import {tablesOf} from '../stats/tables.ts'
import type {Figure} from './figures/figure.ts'

/** Where the numbers of a figure are found: the address of a section in a format, or null where there is no address. */
export type AddressOf = ((section: string, format: 'csv' | 'json') => string) | null

/** Writes a figure as a section of a page: title, sentence, drawing, its numbers as a table, and where to fetch them. */
export function writeFigure(figure: Figure, stats: Stats, addressOf: AddressOf): string {
  const {section, title, say, draw} = figure
  const table = tablesOf(stats).find(one => one.section === section)
  if (table === undefined || table.rows === null)
    return frame(section, title, '<p>Not answered under this filter.</p>\n')
  const drawing = draw(stats)
  const links =
    addressOf === null
      ? ''
      : `<a href="${escapeHtml(addressOf(section, 'csv'))}">CSV</a> <a href="${escapeHtml(addressOf(section, 'json'))}">JSON</a>`
  // A chart over time has its numbers here; bars stand in a table already.
  const isOverTime = table.columns.includes('period') && drawing !== ''
  const numbers = isOverTime
    ? `<details><summary>The numbers</summary><div class="scroll" tabindex="0" role="region" aria-label="${escapeHtml(title)}: the numbers">${writeTable(table)}</div></details>`
    : ''
  const data = numbers === '' && links === '' ? '' : `<div class="data">${numbers}${links}</div>\n`
  return frame(section, title, `<p>${escapeHtml(say(stats))}</p>\n${drawing}\n${data}`)
}

const frame = (section: string, title: string, content: string): string =>
  `<section id="${section}" aria-labelledby="${section}-title">\n<h2 id="${section}-title">${escapeHtml(title)}</h2>\n${content}</section>\n`
