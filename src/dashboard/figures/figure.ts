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
import type {TimeAxis} from '../charts/area.ts'
import {type ColumnChart, drawColumns} from '../charts/columns.ts'
import {drawLegend} from '../charts/legend.ts'
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

type OwnPeriods = readonly {readonly period: string; readonly complete: boolean}[]

/** The axis of time of an answer with periods of its own. */
export function overTime({by, periods, marks}: Pick<Stats, 'by' | 'periods' | 'marks'>, own: OwnPeriods): TimeAxis {
  const days = new Map(periods.map(({period, from, to}) => [period, {from, to}]))
  return {by, marks, periods: own.map(({period, complete}) => ({label: period, complete, ...days.get(period)}))}
}

/** Both sizes of a chart; the style shows the one that fits. Empty if all values are zero or unknown. */
export function columnsOf(chart: ColumnChart): string {
  const isEmpty = chart.series.every(({values}) => values.every(value => value === 0 || value === null))
  if (isEmpty && Math.max(0, ...(chart.upTo ?? [])) === 0) return ''
  const legend = chart.series.length < 2 ? '' : drawLegend(chart.label, chart.series, 'areas')
  return legend + drawColumns(chart, 'wide') + drawColumns(chart, 'narrow')
}

/** Like `columnsOf`. A chart that is one of several of a figure also names its only series. */
export function linesOf(chart: LineChart, isOneOfSeveral = false): string {
  if (chart.series.every(({values}) => values.every(value => value === null))) return ''
  const legend = chart.series.length < 2 && !isOneOfSeveral ? '' : drawLegend(chart.label, chart.series, 'lines')
  return legend + drawLines(chart, 'wide') + drawLines(chart, 'narrow')
}
