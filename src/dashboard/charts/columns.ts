import type {PeriodLength} from '../../stats/model/period.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import {
  type Axes,
  type AxisPeriod,
  areaOf,
  frameChart,
  heightOf,
  round,
  type Shape,
  slotOf,
  type Tone,
} from './frame.ts'
import {linearPlace, linearTicks} from './scale.ts'

export interface ColumnSeries {
  readonly name: string
  readonly tone: Tone
  /** One for each period. */
  readonly values: readonly number[]
}

/** Counts over time; several series are stacked. */
export interface ColumnChart {
  readonly label: string
  readonly by: PeriodLength
  readonly periods: readonly AxisPeriod[]
  readonly series: readonly ColumnSeries[]
  /** Upper bounds of the first series if it is not exact, one for each period. Drawn pale above it. */
  readonly upTo?: readonly number[]
  readonly write: (value: number) => string
}

/** More periods than this are drawn as one outline: columns would be thinner than the gaps between them. */
const maxColumns = 120

/** Draws columns from 0. An incomplete period is pale. Pure. */
export function drawColumns(chart: ColumnChart, shape: Shape): string {
  const {by, periods, series, upTo = [], write, label} = chart
  const heights = periods.map((_, index) => series.reduce((sum, {values}) => sum + values[index]!, 0))
  const top = Math.max(0, ...heights, ...upTo)
  const ticks = linearTicks(top, 4, true)
  const axes: Axes = {by, periods, ticks, place: linearPlace(ticks), writeTick: write}
  const drawing = periods.length > maxColumns ? drawOutlines(chart, axes, shape) : drawSlots(chart, axes, shape)
  return frameChart(axes, shape, label, drawing)
}

function drawSlots(chart: ColumnChart, axes: Axes, shape: Shape): string {
  const {periods, series, upTo} = chart
  const area = areaOf(axes, shape)
  const y = heightOf(area, axes.place)
  const {width, middle} = slotOf(area, periods.length)
  const wide = Math.min(48, width * (width > 8 ? 0.76 : 0.9))
  const rectangle = (index: number, from: number, to: number, tone: string): string =>
    `<rect class="${tone}" x="${round(middle(index) - wide / 2)}" y="${round(y(to))}" width="${round(wide)}" height="${round(y(from) - y(to))}"/>`
  const columns = periods.map(({complete}, index) => {
    let height = 0
    const parts = series.map(({tone, values}) => {
      const from = height
      height += values[index]!
      return values[index] === 0 ? '' : rectangle(index, from, height, tone)
    })
    const most = upTo?.[index] ?? 0
    if (most > height) parts.push(rectangle(index, height, most, `${series[0]!.tone} maybe`))
    const words = escapeHtml(describeColumn(chart, index))
    return `<g${complete ? '' : ' class="unfinished"'}><title>${words}</title>${parts.join('')}</g>`
  })
  return columns.join('')
}

function describeColumn({periods, series, upTo, write}: ColumnChart, index: number): string {
  const {label, complete} = periods[index]!
  const counts = series.map(({name, values}) => `${name} ${write(values[index]!)}`)
  const most = upTo?.[index] ?? 0
  const bound = most > series[0]!.values[index]! ? ` to ${write(most)}` : ''
  return `${label}${complete ? '' : ', incomplete'}: ${counts.join(', ')}${bound}`
}

/** Draws one outline for each series, the highest first, so that all remain visible. */
function drawOutlines({periods, series}: ColumnChart, axes: Axes, shape: Shape): string {
  const area = areaOf(axes, shape)
  const y = heightOf(area, axes.place)
  const {width} = slotOf(area, periods.length)
  return series
    .map(({tone}, top) => {
      const steps = periods.map((_, index) => {
        const height = series.slice(0, top + 1).reduce((sum, {values}) => sum + values[index]!, 0)
        return `V${round(y(height))}H${round(area.left + (index + 1) * width)}`
      })
      return `<path class="${tone}" d="M${area.left} ${area.bottom}${steps.join('')}V${area.bottom}Z"/>`
    })
    .reverse()
    .join('')
}
