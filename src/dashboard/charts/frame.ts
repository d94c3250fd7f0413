/**
 * Room `charts`: drawings as SVG.
 *
 * Columns, lines and bars. This file draws the axes. Each chart is drawn twice, wide and narrow, and the style shows
 * the one that fits. Colours are names that the page's style defines for light and dark mode and for paper. Charts are
 * independent of the meaning of their numbers. Pure.
 * Read next: `area.ts`, `scale.ts`, `lines.ts`.
 */
import {escapeHtml} from '../../stats/write/html.ts'
import {type Area, type Axes, areaOf, digit, heightOf, round, type Shape, slotOf} from './area.ts'
import {drawMarks, namesOfMarks} from './marks.ts'

/** Puts a drawing into an `svg` with its axes. `label` is its text for screen readers. */
export function frameChart(axes: Axes, shape: Shape, label: string, drawing: string): string {
  const area = areaOf(axes, shape)
  const {width, height} = area
  const name = escapeHtml([label, ...namesOfMarks(axes)].join('; '))
  return `<svg class="${shape}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${name}">${drawTicks(axes, area)}${drawMarks(axes, area)}${drawing}${drawTimes(axes, area)}</svg>`
}

function drawTicks({ticks, place, writeTick, isCut = false}: Axes, area: Area): string {
  const y = heightOf(area, place)
  const lines = ticks.map((tick, index) => {
    const at = round(y(tick))
    const text = `<text x="${area.left - 6}" y="${at}" dy=".32em" text-anchor="end">${escapeHtml(writeTick(tick))}</text>`
    return `<path class="${index === 0 && !isCut ? 'base' : 'grid'}" d="M${area.left} ${at}H${area.right}"/>${text}`
  })
  return lines.join('') + (isCut ? drawCut(area) : '')
}

/** A torn line instead of the base: the values below it are not drawn. */
function drawCut({left, right, bottom}: Area): string {
  const teeth = Math.floor((right - left) / 12)
  return `<path class="cut" d="M${left} ${bottom}${'l6-4l6 4'.repeat(teeth)}"/>`
}

function drawTimes(axes: Axes, area: Area): string {
  const {middle} = slotOf(area, axes.periods.length)
  const ends = [-Infinity, -Infinity]
  const texts = timeLabels(axes, area).map(({index, line, words}) => {
    const half = (words.length * digit) / 2
    const x = Math.min(area.width - half, Math.max(half, middle(index)))
    // A label at the edge is moved inwards, where the one before it may be.
    if (x - half < ends[line]!) return ''
    ends[line] = x + half
    return `<text x="${round(x)}" y="${area.bottom + 19 + 16 * line}" text-anchor="middle">${escapeHtml(words)}</text>`
  })
  return texts.join('')
}

function timeLabels({by, periods}: Axes, area: Area): readonly TimeLabel[] {
  const {width} = slotOf(area, periods.length)
  const labels = periods.map(({label}) => label)
  if (by === 'month' && width >= 9) return monthLabels(labels, width)
  // Many days are labelled by month.
  const isMany = by === 'day' && periods.length > 62
  const named = labels.flatMap((label, index) => (isMany && !label.endsWith('-01') ? [] : [{index, label}]))
  const shorten = (label: string): string => (isMany ? label.slice(0, 7) : label)
  const room = shorten(labels[0] ?? '').length * digit + 14
  const every = Math.max(1, Math.ceil(room / (width * (isMany ? 28 : 1))))
  return named
    .filter((_, place) => place % every === 0)
    .map(({index, label}) => ({index, line: 0, words: shorten(label)}))
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
