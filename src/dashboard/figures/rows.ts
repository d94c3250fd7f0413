import {escapeHtml} from '../../stats/write/html.ts'
import {writeCounted} from '../../stats/write/text/write.ts'
import type {Tone} from '../charts/area.ts'
import {drawBar} from '../charts/bar.ts'

/** A table that is also a chart: names with their counts, each with a bar. */
export interface Rows {
  /** The column heads: of the names, then of each count. */
  readonly head: readonly string[]
  readonly rows: readonly Row[]
}

export interface Row {
  readonly name: string
  readonly counts: readonly string[]
  /** The parts of the bar. A share of 1 is the full width. */
  readonly bar: readonly {readonly tone: Tone; readonly share: number}[]
}

/** The most rows on a page; CSV and JSON contain all. */
const maxRows = 40

/** Draws rows as HTML; empty without rows. Names from outside are escaped. Pure. */
export function drawRows({head, rows}: Rows): string {
  if (rows.length === 0) return ''
  const [name, ...counts] = head
  const heads = counts.map(count => `<th scope="col" class="number">${escapeHtml(count)}</th>`)
  const body = rows.slice(0, maxRows).map(row => {
    const cells = row.counts.map(count => `<td class="number">${escapeHtml(count)}</td>`)
    return `<tr><th scope="row"><bdi>${escapeHtml(row.name)}</bdi></th><td class="barcell">${drawBar(row.bar)}</td>${cells.join('')}</tr>`
  })
  const more =
    rows.length > maxRows ? `<p class="more">${writeCounted(rows.length - maxRows, 'more row')} in the CSV</p>` : ''
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table: ${escapeHtml(head.join(', '))}"><table class="bars${counts.length > 3 ? ' many' : ''}">
<thead><tr><th scope="col">${escapeHtml(name!)}</th><td class="barcell"></td>${heads.join('')}</tr></thead>
<tbody>${body.join('\n')}</tbody></table></div>${more}`
}
