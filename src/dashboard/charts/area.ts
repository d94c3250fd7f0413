import type {PeriodLength} from '../../stats/model/period.ts'
import type {Place} from './scale.ts'

/** A colour of the page's style, which defines it for light and dark mode and for paper. */
export type Tone = 'blue' | 'orange' | 'green' | 'red' | 'purple' | 'teal' | 'gold' | 'grey' | 'pale'

/** One period of the axis of time. */
export interface AxisPeriod {
  readonly label: string
  /** False: drawn pale, because it is in progress or only partly in the range. */
  readonly complete: boolean
  /** Its first and its last day, `YYYY-MM-DD`. Without them, it has no marks. */
  readonly from?: string
  readonly to?: string
}

/** The axis of time of a chart. */
export interface TimeAxis {
  readonly by: PeriodLength
  readonly periods: readonly AxisPeriod[]
  /** Days to be marked. Default: none. */
  readonly marks?: readonly Mark[]
}

/** The size of a drawing. Each chart is drawn twice, so that text has one size on a desk and on a phone. */
export type Shape = 'wide' | 'narrow'

/** The input of the axes of a chart. */
export interface Axes extends TimeAxis {
  readonly ticks: readonly number[]
  readonly place: Place
  readonly writeTick: (value: number) => string
  /** Whether the axis begins above 0 although 0 would be a value: it is then drawn as cut. */
  readonly isCut?: boolean
}

/** A day that a chart over time shows as a thin vertical line with a short text. */
export interface Mark {
  /** `YYYY-MM-DD`. */
  readonly day: string
  readonly label: string
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
export const digit = 7.5

/** Rows for the labels of marks, and their height in pixels. */
export const markRows = 2
export const markHeight = 15

/** The height above the area of a drawing for the labels of its marks, in pixels. */
export const roomOfMarks = (marks: readonly Mark[] = []): number => (marks.length === 0 ? 0 : markRows * markHeight)

/** The area inside the axes. Beside it there is room for the labels of the ticks. Pure. */
export function areaOf({ticks, writeTick, marks}: Axes, shape: Shape): Area {
  const {width, height} = sizes[shape]
  const longest = Math.max(...ticks.map(tick => writeTick(tick).length))
  return {
    width,
    height,
    left: longest * digit + 10,
    top: 10 + roomOfMarks(marks),
    right: width - 6,
    bottom: height - 42,
  }
}

/** Rounds to a tenth of a pixel, so that drawings stay small. */
export const round = (value: number): string => String(Math.round(value * 10) / 10)

/** The width of a period, and the middle of the period with an index. In pixels. */
export const slotOf = ({left, right}: Area, count: number) => {
  const width = (right - left) / Math.max(1, count)
  return {width, middle: (index: number): number => left + (index + 0.5) * width}
}

/** The vertical position of a value in an area, in pixels from the top. */
export const heightOf =
  ({top, bottom}: Area, place: Place) =>
  (value: number): number =>
    bottom - place(value) * (bottom - top)
