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
import {durationTicks, linearPlace, logPlace, type Place} from './scale.ts'

export interface LineSeries {
  readonly name: string
  readonly tone: Tone
  /** One for each period; null leaves a gap. */
  readonly values: readonly (number | null)[]
}

/** Values over time that cannot be stacked. */
export interface LineChart {
  readonly label: string
  readonly by: PeriodLength
  readonly periods: readonly AxisPeriod[]
  readonly series: readonly LineSeries[]
  /** Bounds of the first series, one for each period. */
  readonly band?: {readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[]}
  /** A share from 0 to 1, or seconds on a logarithmic scale. */
  readonly scale: 'share' | 'seconds'
  readonly write: (value: number) => string
}

const shares = [0, 0.25, 0.5, 0.75, 1]
/** With more periods than this, no points are drawn: they would hide the line. */
const maxPoints = 60

/** Draws lines with a point for each period; the point of an incomplete period is hollow. Pure. */
export function drawLines(chart: LineChart, shape: Shape): string {
  const {by, periods, series, band, scale, write, label} = chart
  const values = series.flatMap(one => one.values.filter(value => value !== null))
  const ticks = scale === 'share' ? shares : durationTicks(values)
  const place: Place = scale === 'share' ? linearPlace(ticks) : logPlace(ticks)
  const axes: Axes = {by, periods, ticks, place, writeTick: write}
  const area = areaOf(axes, shape)
  const y = heightOf(area, place)
  const {middle} = slotOf(area, periods.length)
  const point = (index: number, value: number): string => `${round(middle(index))} ${round(y(value))}`
  const drawing = [
    band === undefined ? '' : drawBand(band, series[0]!.tone, point),
    ...series.map(one => `<path class="line ${one.tone}" d="${pathOf(one.values, point)}"/>`),
    ...(periods.length > maxPoints ? [] : series.map(one => drawPoints(one, chart, middle, y))),
  ]
  return frameChart(axes, shape, label, drawing.join(''))
}

/** Sequences of values without a gap. `from` is the index of the first value. */
function stretches<T>(values: readonly (T | null)[]): {readonly from: number; readonly values: readonly T[]}[] {
  const found: {from: number; values: T[]}[] = []
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const last = found.at(-1)
    if (last !== undefined && last.from + last.values.length === index) last.values.push(value)
    else found.push({from: index, values: [value]})
  }
  return found
}

const pathOf = (values: readonly (number | null)[], point: (index: number, value: number) => string): string =>
  stretches(values)
    .map(({from, values: some}) => `M${some.map((value, place) => point(from + place, value)).join('L')}`)
    .join('')

function drawBand(
  {low, high}: NonNullable<LineChart['band']>,
  tone: Tone,
  point: (index: number, value: number) => string,
): string {
  const both = low.map((value, index) =>
    value === null || high[index] == null ? null : ([value, high[index]] as const),
  )
  return stretches(both)
    .map(({from, values}) => {
      const above = values.map(([, most], place) => point(from + place, most))
      const below = values.map(([least], place) => point(from + place, least)).reverse()
      return `<path class="band ${tone}" d="M${[...above, ...below].join('L')}Z"/>`
    })
    .join('')
}

function drawPoints(
  {name, tone, values}: LineSeries,
  {periods, write}: LineChart,
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  return values
    .map((value, index) => {
      if (value === null) return ''
      const {label, complete} = periods[index]!
      const words = `${label}${complete ? '' : ', incomplete'}: ${name} ${write(value)}`
      const hollow = complete ? '' : ' hollow'
      return `<circle class="${tone}${hollow}" cx="${round(x(index))}" cy="${round(y(value))}" r="3"><title>${escapeHtml(words)}</title></circle>`
    })
    .join('')
}
