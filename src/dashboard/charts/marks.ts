import {escapeHtml} from '../../stats/write/html.ts'
import {
  type Area,
  type Axes,
  digit,
  type Mark,
  markHeight,
  markRows,
  roomOfMarks,
  round,
  slotOf,
  type TimeAxis,
} from './area.ts'

/** More characters of a label are left out; the text of the line has all. */
const maxCharacters = 18

interface PlacedMark extends Mark {
  /** Where its day is on the axis, in periods from its begin. */
  readonly place: number
}

/** The marks whose day is within the periods, in order. */
const placedMarks = ({periods, marks = []}: TimeAxis): PlacedMark[] =>
  marks
    .flatMap(mark => {
      const place = placeOf(mark.day, periods)
      return place === null ? [] : [{...mark, place}]
    })
    .sort((a, b) => a.place - b.place)

/** The marks of a chart for screen readers. */
export const namesOfMarks = (axis: TimeAxis): string[] => placedMarks(axis).map(nameOf)

const nameOf = ({day, label}: Mark): string => `${day}: ${label}`

/**
 * Draws the marks whose day is within the periods. A label stands right of its line, or left of it at the edge. Where two
 * rows are full, a line has no label; its text still names it.
 */
export function drawMarks(axes: Axes, area: Area): string {
  const {width} = slotOf(area, axes.periods.length)
  const above = area.top - roomOfMarks(axes.marks)
  const ends = Array.from({length: markRows}, () => -Infinity)
  const lines = placedMarks(axes).map(mark => {
    const x = area.left + mark.place * width
    const words = shorten(mark.label)
    const wide = words.length * digit
    const from = Math.min(x + 3, area.width - wide)
    const row = ends.findIndex(end => end + 6 <= from)
    if (row >= 0) ends[row] = from + wide
    const top = row < 0 ? area.top : above + row * markHeight
    const line = `<path class="mark" d="M${round(x)} ${round(top)}V${area.bottom}"><title>${escapeHtml(nameOf(mark))}</title></path>`
    return row < 0 ? line : `${line}<text x="${round(from)}" y="${round(top + 11)}">${escapeHtml(words)}</text>`
  })
  return lines.join('')
}

function shorten(label: string): string {
  const characters = [...label]
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters - 1).join('')}…` : label
}

/** Where a day is on the axis, in periods from its begin. Null outside. */
function placeOf(day: string, periods: Axes['periods']): number | null {
  const index = periods.findIndex(({from, to}) => from !== undefined && to !== undefined && from <= day && day <= to)
  const {from, to} = periods[index] ?? {}
  if (from === undefined || to === undefined) return null
  const days = (Date.parse(to) - Date.parse(from)) / dayMs + 1
  return index + (Date.parse(day) - Date.parse(from)) / dayMs / days
}

const dayMs = 86_400_000
