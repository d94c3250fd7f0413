import {escapeHtml} from '../../stats/write/html.ts'
import {type Axes, areaOf, heightOf, round, type Shape, slotOf, type TimeAxis, type Tone} from './area.ts'
import {frameChart} from './frame.ts'
import {durationScale, linearPlace, logPlace, numberTicks, shareTicks} from './scale.ts'
import {dashOf, pointAt} from './signs.ts'

export interface LineSeries {
  readonly name: string
  readonly tone: Tone
  /** One for each period; null leaves a gap. */
  readonly values: readonly (number | null)[]
}

/** Values over time that cannot be stacked. */
export interface LineChart extends TimeAxis {
  /** For screen readers. No other chart of the page has it. */
  readonly label: string
  readonly series: readonly LineSeries[]
  /** Bounds of the first series, one for each period. */
  readonly band?: {readonly low: readonly (number | null)[]; readonly high: readonly (number | null)[]}
  /** A share from 0 to 1, seconds, or any numbers. */
  readonly scale: 'share' | 'seconds' | 'number'
  readonly write: (value: number) => string
}

/** With more periods than this, no points are drawn: they would hide the line. */
const maxPoints = 60

/** Draws lines with a point for each period; the point of an incomplete period is hollow. Pure. */
export function drawLines(chart: LineChart, shape: Shape): string {
  const {periods, series, band, label} = chart
  const axes: Axes = {...chart, ...scaleOf(chart)}
  const area = areaOf(axes, shape)
  const y = heightOf(area, axes.place)
  const {middle} = slotOf(area, periods.length)
  const point = (index: number, value: number): string => `${round(middle(index))} ${round(y(value))}`
  const drawing = [
    band === undefined ? '' : drawBand(band, series[0]!.tone, point),
    ...series.map(
      ({tone, values}, place) => `<path class="line ${tone}" d="${pathOf(values, point)}"${dashOf(place)}/>`,
    ),
    ...(periods.length > maxPoints ? [] : series.map((_, place) => drawPoints(chart, place, middle, y))),
  ]
  return frameChart(axes, shape, label, drawing.join(''))
}

type Scale = Pick<Axes, 'ticks' | 'place' | 'writeTick' | 'isCut'>

function scaleOf(chart: LineChart): Scale {
  const values = valuesOf(chart)
  if (chart.scale === 'share') {
    const ticks = shareTicks(values)
    return {ticks, place: linearPlace(ticks), writeTick: writePercent, isCut: ticks[0]! > 0}
  }
  if (chart.scale === 'number') {
    const ticks = numberTicks(values)
    return {ticks, place: linearPlace(ticks), writeTick: chart.write}
  }
  const {ticks, isLinear} = durationScale(values)
  return {ticks, place: isLinear ? linearPlace(ticks) : logPlace(ticks), writeTick: chart.write}
}

function valuesOf({series, band}: Pick<LineChart, 'series' | 'band'>): number[] {
  const all = [...series.map(({values}) => values), band?.low ?? [], band?.high ?? []]
  return all.flatMap(values => values.filter(value => value !== null))
}

const writePercent = (share: number): string => `${Number((share * 100).toFixed(1))} %`

/** How to read the axis of a chart, if it does not begin at 0. Plain text, empty if it does. */
export function describeAxis(chart: Pick<LineChart, 'series' | 'band' | 'scale'>): string {
  const values = valuesOf(chart)
  if (chart.scale === 'number') return ''
  if (chart.scale === 'seconds') return durationScale(values).isLinear ? '' : 'The scale is logarithmic.'
  const [first] = shareTicks(values)
  return first === 0 ? '' : `The axis is cut: it begins at ${writePercent(first!)}.`
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
  {periods, series, write}: LineChart,
  place: number,
  x: (index: number) => number,
  y: (value: number) => number,
): string {
  const {name, tone, values} = series[place]!
  return values
    .map((value, index) => {
      if (value === null) return ''
      const {label, complete} = periods[index]!
      const words = escapeHtml(`${label}${complete ? '' : ', incomplete'}: ${name} ${write(value)}`)
      const point = pointAt(place, x(index), y(value), `${tone}${complete ? '' : ' hollow'}`)
      return `<${point}><title>${words}</title></${point.slice(0, point.indexOf(' '))}>`
    })
    .join('')
}
