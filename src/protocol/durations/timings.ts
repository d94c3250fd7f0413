import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {durationSeconds} from '../values/scalars.ts'
import {edgeOf, firstFine, lastFine, widthOf} from './duration-buckets.ts'

const whole = (least: number, most: number) =>
  v.pipe(
    v.number('must be a number'),
    v.integer('must be an integer'),
    v.minValue(least, `must be at least ${least}`),
    v.maxValue(most, `must be at most ${most}`),
  )

/** An index of a bucket at the finest scale: every duration that the wire accepts has a smaller one. */
const maxOffset = 64 * 2 ** limits.maxTimingScale

const shape = v.object({
  n: whole(1, limits.maxCount),
  sumSeconds: v.pipe(v.number('must be a number of seconds'), v.finite('must be finite'), v.minValue(0)),
  minSeconds: durationSeconds,
  maxSeconds: durationSeconds,
  scale: whole(0, limits.maxTimingScale),
  offset: whole(-maxOffset, maxOffset),
  counts: v.pipe(
    v.array(whole(0, limits.maxCount), 'must be a list of counts'),
    v.maxLength(limits.maxTimingBuckets, `must have at most ${limits.maxTimingBuckets} buckets`),
  ),
  /** Durations under a nanosecond, which are in no bucket. Absent for none. */
  zeroCount: v.optional(whole(1, limits.maxCount)),
})
export type Timings = Readonly<v.InferOutput<typeof shape>>

const countAll = ({counts, zeroCount = 0}: Timings): number => counts.reduce((sum, one) => sum + one, zeroCount)

/** Sums and edges of other programs may differ in their last digits. */
const tolerance = 1e-9
const isWithin = (value: number, least: number, most: number): boolean =>
  value >= least * (1 - tolerance) && value <= most * (1 + tolerance)

function areExtremesInside({minSeconds, maxSeconds, scale, offset, counts, zeroCount = 0}: Timings): boolean {
  const least = limits.leastTimedSeconds
  const isCounted = (count: number): boolean => count > 0
  const [first, last] = [counts.findIndex(isCounted), counts.findLastIndex(isCounted)]
  const width = widthOf(scale)
  const isInBucket = (seconds: number, place: number): boolean =>
    isWithin(seconds, edgeOf(firstFine(offset + place, width)), edgeOf(lastFine(offset + place, width) + 1))
  if (minSeconds > maxSeconds || minSeconds < least !== zeroCount > 0) return false
  if (first < 0) return maxSeconds < least
  const isLastRight = maxSeconds >= least && isInBucket(maxSeconds, last)
  return isLastRight && (zeroCount > 0 || isInBucket(minSeconds, first))
}

const isSumPossible = ({n, sumSeconds, minSeconds, maxSeconds}: Timings): boolean =>
  isWithin(sumSeconds, n * minSeconds, n * maxSeconds)

/**
 * The durations of the uses that one feature event counts: OpenTelemetry's exponential histogram. `counts[k]` is the
 * number of durations in bucket `offset + k` of `scale` (`duration-buckets.ts`).
 */
export const timings = v.pipe(
  shape,
  v.check(one => one.n === countAll(one), 'must have counts whose sum is n'),
  v.check(areExtremesInside, 'must have minSeconds and maxSeconds in its first and last buckets'),
  v.check(isSumPossible, 'must have a sumSeconds between n times minSeconds and n times maxSeconds'),
)
