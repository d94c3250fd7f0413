import {startOfNextPeriod} from '../../../../stats/model/period.ts'
import type {Span} from '../../../../stats/model/span.ts'
import type {Month} from '../columns/column-cache.ts'

/** Rows of one month, from `begin` to `end` (excluded). */
export interface Rows<Columns> {
  readonly columns: Columns
  readonly fromMs: number
  readonly begin: number
  readonly end: number
}

/**
 * Yields the rows of a span, month by month. The times of a month must ascend. Do not keep what it yields: one month
 * after the other is in memory.
 */
export function* rowsIn<Columns>(
  months: readonly Month<Columns>[],
  span: Span,
  timesOf: (columns: Columns) => Uint32Array,
): Generator<Rows<Columns>> {
  for (const month of monthsIn(months, span)) {
    const {fromMs} = month
    const columns = month.columns()
    const times = timesOf(columns)
    const [begin, end] = [placeOf(times, span.fromMs - fromMs), placeOf(times, span.toMs - fromMs)]
    if (begin < end) yield {columns, fromMs, begin, end}
  }
}

/** The months that overlap a span. */
export const monthsIn = <Columns>(months: readonly Month<Columns>[], {fromMs, toMs}: Span): Month<Columns>[] =>
  months.filter(month => month.fromMs < toMs && startOfNextPeriod(month.fromMs, 'month') > fromMs)

/** The index of the first time that is not before an instant (binary search). */
export function placeOf(times: ArrayLike<number>, atMs: number): number {
  let [low, high] = [0, times.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (times[middle]! < atMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether a header is chosen. Null chooses all. */
export const isChosen = (chosen: Uint8Array | null, header: number): boolean => chosen === null || chosen[header] === 1
