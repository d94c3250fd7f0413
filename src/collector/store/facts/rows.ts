import type {Span} from '../../../stats/model/span.ts'
import type {Month} from '../columns/column-cache.ts'

/** Rows of one month: from a place on, up to but without another. */
export interface Rows<Columns> {
  readonly columns: Columns
  readonly fromMs: number
  readonly begin: number
  readonly end: number
}

/** The rows of a span, month by month; the times of a month ascend. */
export function* rowsIn<Columns>(
  months: readonly Month<Columns>[],
  span: Span,
  timesOf: (columns: Columns) => Uint32Array,
): Generator<Rows<Columns>> {
  for (const {columns, fromMs} of months) {
    const times = timesOf(columns)
    const [begin, end] = [placeOf(times, span.fromMs - fromMs), placeOf(times, span.toMs - fromMs)]
    if (begin < end) yield {columns, fromMs, begin, end}
  }
}

/** The first place of a time that is not before this one. */
function placeOf(times: Uint32Array, atMs: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! < atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether the header of a row is among the chosen ones. */
export const isChosen = (chosen: Uint8Array | null, header: number): boolean => chosen === null || chosen[header] === 1
