/**
 * Room `figures`: one answer as a reader meets it.
 *
 * A figure has a title, a sentence that says what the drawing shows, the drawing, and the table it was drawn from, so that
 * everything can also be read, copied and heard. `use.ts`, `runs.ts` and `breakdowns.ts` make the figures of an answer. Pure.
 * Read next: `rows.ts`, `words.ts`.
 */
import type {Stats} from '../../stats/model/model.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {type ColumnChart, drawColumns} from '../charts/columns.ts'
import type {Tone} from '../charts/frame.ts'
import {drawLines, type LineChart} from '../charts/lines.ts'

/** One answer as a reader meets it: a title, a sentence, a drawing, and the table that it is drawn from. */
export interface Figure {
  /** The section of the answers that has its numbers, as `--section` names it. */
  readonly section: string
  readonly title: string
  /** Says what the drawing shows. Plain text of which nothing is escaped yet. */
  readonly say: (stats: Stats) => string
  /** How to read the drawing, where there is one. */
  readonly hint?: (stats: Stats) => string
  /** HTML; empty where there is nothing to draw. */
  readonly draw: (stats: Stats) => string
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

/** Both drawings of a chart: the style shows the one that fits. Nothing where all is zero. */
export function columnsOf(chart: ColumnChart): string {
  const isEmpty = chart.series.every(({values}) => values.every(value => value === 0))
  if (isEmpty && Math.max(0, ...(chart.upTo ?? [])) === 0) return ''
  return drawLegend(chart.series) + drawColumns(chart, 'wide') + drawColumns(chart, 'narrow')
}

export function linesOf(chart: LineChart): string {
  if (chart.series.every(({values}) => values.every(value => value === null))) return ''
  return drawLegend(chart.series) + drawLines(chart, 'wide') + drawLines(chart, 'narrow')
}
