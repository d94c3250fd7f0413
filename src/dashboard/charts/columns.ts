import {escapeHtml} from '../../stats/write/html.ts'
import {type Axes, areaOf, heightOf, round, type Shape, slotOf, type TimeAxis, type Tone} from './area.ts'
import {frameChart} from './frame.ts'
import {linearPlace, linearTicks} from './scale.ts'
import {type Fill, fillOf, scopeOf} from './signs.ts'

export interface ColumnSeries {
  readonly name: string
  readonly tone: Tone
  /** One for each period. Null: unknown, drawn like 0. */
  readonly values: readonly (number | null)[]
}

/** Counts over time; several series are stacked. */
export interface ColumnChart extends TimeAxis {
  /** For screen readers. No other chart of the page has it. */
  readonly label: string
  readonly series: readonly ColumnSeries[]
  /** Upper bounds of the first series if it is not exact, one for each period. Drawn pale above it. */
  readonly upTo?: readonly number[]
  readonly write: (value: number) => string
}

/** More periods than this are drawn as one outline: columns would be thinner than the gaps between them. */
const maxColumns = 120

/** Draws columns from 0. An incomplete period is pale. Pure. */
export function drawColumns(chart: ColumnChart, shape: Shape): string {
  const {periods, series, upTo = [], write, label} = chart
  const heights = periods.map((_, index) => series.reduce((sum, {values}) => sum + (values[index] ?? 0), 0))
  const top = Math.max(0, ...heights, ...upTo)
  const ticks = linearTicks(top, 4, true)
  const axes: Axes = {...chart, ticks, place: linearPlace(ticks), writeTick: write}
  const fills = series.map(({tone}, place) => fillOf(place, tone, scopeOf(label, shape)))
  const draw = periods.length > maxColumns ? drawOutlines : drawSlots
  const patterns = fills.map(({pattern}) => pattern).join('')
  return frameChart(axes, shape, label, patterns + draw(chart, axes, shape, fills))
}

function drawSlots(chart: ColumnChart, axes: Axes, shape: Shape, fills: readonly Fill[]): string {
  const {periods, series, upTo} = chart
  const area = areaOf(axes, shape)
  const y = heightOf(area, axes.place)
  const {width, middle} = slotOf(area, periods.length)
  const wide = Math.min(48, width * (width > 8 ? 0.76 : 0.9))
  const rectangle = (index: number, from: number, to: number, attributes: string): string =>
    `<rect ${attributes} x="${round(middle(index) - wide / 2)}" y="${round(y(to))}" width="${round(wide)}" height="${round(y(from) - y(to))}"/>`
  const columns = periods.map(({complete}, index) => {
    let height = 0
    const parts = series.map(({values}, place) => {
      const from = height
      height += values[index] ?? 0
      return height === from ? '' : rectangle(index, from, height, fills[place]!.attributes)
    })
    const most = upTo?.[index] ?? 0
    if (most > height) parts.push(rectangle(index, height, most, `class="${series[0]!.tone} maybe"`))
    const words = escapeHtml(describeColumn(chart, index))
    return `<g${complete ? '' : ' class="unfinished"'}><title>${words}</title>${parts.join('')}</g>`
  })
  return columns.join('')
}

function describeColumn({periods, series, upTo, write}: ColumnChart, index: number): string {
  const {label, complete} = periods[index]!
  const counts = series.map(({name, values}) => `${name} ${values[index] == null ? 'unknown' : write(values[index])}`)
  const most = upTo?.[index] ?? 0
  const bound = most > (series[0]!.values[index] ?? 0) ? ` to ${write(most)}` : ''
  return `${label}${complete ? '' : ', incomplete'}: ${counts.join(', ')}${bound}`
}

/** Draws one outline for each series, the highest first, so that all remain visible. */
function drawOutlines({periods, series}: ColumnChart, axes: Axes, shape: Shape, fills: readonly Fill[]): string {
  const area = areaOf(axes, shape)
  const y = heightOf(area, axes.place)
  const {width} = slotOf(area, periods.length)
  return series
    .map((_, top) => {
      const steps = periods.map((_, index) => {
        const height = series.slice(0, top + 1).reduce((sum, {values}) => sum + (values[index] ?? 0), 0)
        return `V${round(y(height))}H${round(area.left + (index + 1) * width)}`
      })
      return `<path ${fills[top]!.attributes} d="M${area.left} ${area.bottom}${steps.join('')}V${area.bottom}Z"/>`
    })
    .reverse()
    .join('')
}
