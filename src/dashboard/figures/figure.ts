/**
 * Room `figures`: one answer as readers see it.
 *
 * A figure has a title, a sentence that describes the drawing, the drawing, and the table of its numbers, so that
 * readers can also copy them and screen readers can read them. `figures.ts` makes the figures from the registry of
 * answers. Pure.
 * Read next: `figures.ts`, `rows.ts`, `words.ts`.
 */
import type {AnswerRow} from '../../stats/model/answer-row.ts'
import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {type ColumnChart, drawColumns} from '../charts/columns.ts'
import type {Tone} from '../charts/frame.ts'
import {drawLines, type LineChart} from '../charts/lines.ts'

/** How a figure shows an answer. */
export interface Drawing {
  /** Describes the drawing. Plain text that is not escaped yet. */
  readonly describe: (stats: Stats) => string
  /** How to read the drawing, if it has one. */
  readonly hint?: (stats: Stats) => string
  /** HTML; empty if there is nothing to draw. */
  readonly draw: (stats: Stats) => string
  /** Leaves the figure out if its table has no rows. */
  readonly hideEmpty?: true
}

/** An answer on a page: a title, a sentence, a drawing, and the table that it is drawn from. */
export interface Figure extends Drawing {
  readonly row: AnswerRow
}

/** The names of several series with their colours; HTML. */
function drawLegend(series: readonly {readonly name: string; readonly tone: Tone}[]): string {
  if (series.length < 2) return ''
  const items = series.map(
    ({name, tone}) =>
      `<li><svg class="key" aria-hidden="true"><rect class="${tone}" width="100%" height="100%"/></svg>${escapeHtml(name)}</li>`,
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

/** Both sizes of a chart; the style shows the one that fits. Empty if all values are zero. */
export function columnsOf(chart: ColumnChart): string {
  const isEmpty = chart.series.every(({values}) => values.every(value => value === 0))
  if (isEmpty && Math.max(0, ...(chart.upTo ?? [])) === 0) return ''
  return drawLegend(chart.series) + drawColumns(chart, 'wide') + drawColumns(chart, 'narrow')
}

export function linesOf(chart: LineChart): string {
  if (chart.series.every(({values}) => values.every(value => value === null))) return ''
  return drawLegend(chart.series) + drawLines(chart, 'wide') + drawLines(chart, 'narrow')
}
