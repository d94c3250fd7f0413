/**
 * Room `charts`: drawings as SVG.
 *
 * Columns, lines and bars. This file draws the axes. Each chart is drawn twice, wide and narrow, and the style shows
 * the one that fits. Colours are names that the page's style defines for light and dark mode and for paper. Charts are
 * independent of the meaning of their numbers. Pure.
 * Read next: `scale.ts`, `lines.ts`.
 */
import type {PeriodLength} from '../../stats/model/period.ts'
import {escapeHtml} from '../../stats/write/html.ts'
import type {Place} from './scale.ts'

/** A colour of the page's style, which defines it for light and dark mode and for paper. */
export type Tone = 'blue' | 'orange' | 'green' | 'red' | 'purple' | 'teal' | 'gold' | 'grey' | 'pale'

/** One period of the axis of time. */
export interface AxisPeriod {
  readonly label: string
  /** False: drawn pale, because it is in progress or only partly in the range. */
  readonly complete: boolean
}

/** The size of a drawing. Each chart is drawn twice, so that text has one size on a desk and on a phone. */
export type Shape = 'wide' | 'narrow'

/** The input of the axes of a chart. */
export interface Axes {
  readonly by: PeriodLength
  readonly periods: readonly AxisPeriod[]
  readonly ticks: readonly number[]
  readonly place: Place
  readonly writeTick: (value: number) => string
}

/** The measures of one drawing, in pixels at its own width. */
export interface Area {
  readonly width: number
  readonly height: number
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const sizes: Readonly<Record<Shape, {readonly width: number; readonly height: number}>> = {
  wide: {width: 860, height: 270},
  narrow: {width: 350, height: 230},
}
/** Width of a digit of the labels, in pixels. */
const digit = 7.5

/** The area inside the axes. Beside it there is room for the labels of the ticks. Pure. */
export function areaOf({ticks, writeTick}: Axes, shape: Shape): Area {
  const {width, height} = sizes[shape]
  const longest = Math.max(...ticks.map(tick => writeTick(tick).length))
  return {width, height, left: longest * digit + 10, top: 10, right: width - 6, bottom: height - 40}
}

/** Rounds to a tenth of a pixel, so that drawings stay small. */
export const round = (value: number): string => String(Math.round(value * 10) / 10)

/** The width of a period, and the middle of the period with an index. In pixels. */
export const slotOf = ({left, right}: Area, count: number) => {
  const width = (right - left) / Math.max(1, count)
  return {width, middle: (index: number): number => left + (index + 0.5) * width}
}

/** Puts a drawing into an `svg` with its axes. `label` is its text for screen readers. */
export function frameChart(axes: Axes, shape: Shape, label: string, drawing: string): string {
  const area = areaOf(axes, shape)
  const {width, height} = area
  const name = escapeHtml(label)
  return `<svg class="${shape}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">${drawTicks(axes, area)}${drawing}${drawTimes(axes, area)}</svg>`
}

/** The vertical position of a value in an area, in pixels from the top. */
export const heightOf =
  ({top, bottom}: Area, place: Place) =>
  (value: number): number =>
    bottom - place(value) * (bottom - top)

function drawTicks({ticks, place, writeTick}: Axes, area: Area): string {
  const y = heightOf(area, place)
  const lines = ticks.map((tick, index) => {
    const at = round(y(tick))
    const text = `<text x="${area.left - 6}" y="${at}" dy=".32em" text-anchor="end">${escapeHtml(writeTick(tick))}</text>`
    return `<path class="${index === 0 ? 'base' : 'grid'}" d="M${area.left} ${at}H${area.right}"/>${text}`
  })
  return lines.join('')
}

function drawTimes({by, periods}: Axes, area: Area): string {
  const {width, middle} = slotOf(area, periods.length)
  const text = ({index, line, words}: TimeLabel): string => {
    const half = (words.length * digit) / 2
    const x = Math.min(area.width - half, Math.max(half, middle(index)))
    return `<text x="${round(x)}" y="${area.bottom + 16 + 16 * line}" text-anchor="middle">${escapeHtml(words)}</text>`
  }
  const labels = periods.map(({label}) => label)
  if (by === 'month' && width >= 9) return monthLabels(labels, width).map(text).join('')
  // Many days are labelled by month.
  const isMany = by === 'day' && periods.length > 62
  const named = labels.flatMap((label, index) => (isMany && !label.endsWith('-01') ? [] : [{index, label}]))
  const shorten = (label: string): string => (isMany ? label.slice(0, 7) : label)
  const room = shorten(labels[0] ?? '').length * digit + 14
  const every = Math.max(1, Math.ceil(room / (width * (isMany ? 28 : 1))))
  return named
    .filter((_, place) => place % every === 0)
    .map(({index, label}) => text({index, line: 0, words: shorten(label)}))
    .join('')
}

interface TimeLabel {
  readonly index: number
  readonly line: 0 | 1
  readonly words: string
}

/** A label for each month, and one for each year below its first month, if there is room. */
function monthLabels(labels: readonly string[], width: number): TimeLabel[] {
  const names = labels.map((label, index): TimeLabel => ({index, line: 0, words: monthOf(label, width)}))
  const years = labels.flatMap((label, index) => (index === 0 || label.endsWith('-01') ? [index] : []))
  const shown = years.filter((index, place) => ((years[place + 1] ?? Infinity) - index) * width > 5 * digit)
  return [...names, ...shown.map((index): TimeLabel => ({index, line: 1, words: labels[index]!.slice(0, 4)}))]
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const monthOf = (label: string, width: number): string =>
  months[Number(label.slice(5, 7)) - 1]!.slice(0, width > 27 ? 3 : 1)
