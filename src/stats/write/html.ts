import {toPlainText} from '../../protocol/values/plain-text.ts'
import type {Stats} from '../model/model.ts'
import {describeRange, describeSince, roundCell, shownTables} from './shown.ts'
import type {Cell, Table} from './table.ts'
import {tablesOf} from './tables.ts'

export interface HtmlOptions {
  readonly section?: string | null
  /** Draws an answer above its table. Returns HTML, which is not escaped. */
  readonly drawChart?: (table: Table, stats: Stats) => string
}

const style = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:70rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;margin:1rem 0;display:block;overflow-x:auto}
th,td{padding:.2rem .8rem;border-bottom:1px solid #8886;text-align:left}
.number{text-align:right;font-variant-numeric:tabular-nums}
.unfinished{font-style:italic}
@media print{body{margin:0;max-width:none}section{break-inside:avoid}}
`

/** Writes stats as one HTML page that loads and runs nothing. Ends with a line break. Pure. */
export function writeHtml(stats: Stats, {section = null, drawChart = () => ''}: HtmlOptions = {}): string {
  const {shown, unanswered} = shownTables(tablesOf(stats), section)
  const title = escapeHtml(stats.project)
  const missing = unanswered.length === 0 ? '' : `<p>No answer with this filter: ${unanswered.join(', ')}</p>\n`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<meta name="viewport" content="width=device-width">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<h1>${title}</h1>
<p>${escapeHtml(describeRange(stats))}</p>
<p>${escapeHtml(describeSince(stats))}</p>
${missing}${shown.map(table => writeSection(table, drawChart(table, stats))).join('')}</body>
</html>
`
}

function writeSection(table: Table, chart: string): string {
  return `<section id="${table.section}">
<h2>${table.title}</h2>
${chart}${writeTable(table)}</section>
`
}

/** Writes an answer as an HTML table. An incomplete period is in italics. */
export function writeTable({columns, rows}: Table): string {
  const isNumber = columns.map((_, place) => (rows ?? []).every(row => typeof row[place] !== 'string'))
  const heads = columns.map((name, place) => `<th scope="col"${numberClass(isNumber[place]!)}>${name}</th>`).join('')
  const complete = columns.indexOf('complete')
  const body = (rows ?? []).map(row => {
    const cells = row.map((cell, place) => `<td${numberClass(isNumber[place]!)}>${writeCell(cell)}</td>`).join('')
    return `<tr${row[complete] === false ? ' class="unfinished"' : ''}>${cells}</tr>\n`
  })
  return `<table>
<thead><tr>${heads}</tr></thead>
<tbody>
${body.join('')}</tbody>
</table>
`
}

const numberClass = (isNumber: boolean): string => (isNumber ? ' class="number"' : '')

const writeCell = (cell: Cell): string =>
  typeof cell === 'string' ? `<bdi>${escapeHtml(cell)}</bdi>` : escapeHtml(roundCell(cell))

const entities: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;'}

/** Escapes a text from outside for the content and the attributes of HTML and SVG. Control characters become `?`. */
export function escapeHtml(text: string): string {
  return toPlainText(text).replace(/[&<>"']/g, character => entities[character]!)
}
