/**
 * Room `durations`: how the durations of many uses become one small value, and how such values add up.
 *
 * A use that stands for many carries `timings`: counts by bucket, with the sum and the extremes. Buckets are found by the
 * bits of a number, so that every language finds the same. This module adds them and reads percentiles, with the error
 * that `duration-buckets.ts` states. All durations are in seconds.
 */

import {limits} from '../values/limits.ts'
import {edgeOf, firstFine, lastFine, widthOf} from './duration-buckets.ts'
import {bucketOf} from './find-bucket.ts'
import type {Timings} from './timings.ts'

/** Counts of consecutive buckets at `limits.timingScale`. `counts[0]` is that of bucket `offset`. */
export interface BucketCounts {
  readonly offset: number
  readonly counts: Float64Array
}

/** The values of `Durations` that a store keeps. `high` is null where it equals `low`. */
export interface DurationParts {
  readonly minSeconds: number
  readonly maxSeconds: number
  readonly zeroCount: number
  readonly low: BucketCounts
  readonly high: BucketCounts | null
}

/** Percentiles of durations. Each is at most `bound` times the true one away from it. */
export interface DurationPercentiles {
  readonly seconds: readonly number[]
  readonly bound: number
}

/**
 * The durations of any number of uses, for answers. Adding is associative and commutative, and loses nothing: a coarse
 * part makes other parts no coarser.
 *
 * Every duration is counted twice: in the lowest and in the highest bucket that may contain it. They are the same unless
 * the duration came in `timings` of a coarser scale. So each percentile has a lower and an upper edge that are certain.
 */
export class Durations {
  n = 0
  minSeconds = Number.POSITIVE_INFINITY
  maxSeconds = 0
  private zeroCount = 0
  private readonly low = new Buckets()
  private high: Buckets | null = null

  static of({minSeconds, maxSeconds, zeroCount, low, high}: DurationParts): Durations {
    const made = new Durations()
    made.minSeconds = minSeconds
    made.maxSeconds = maxSeconds
    made.zeroCount = zeroCount
    made.low.addAll(low)
    if (high !== null) made.ownHigh(false).addAll(high)
    made.n = low.counts.reduce((sum, one) => sum + one, zeroCount)
    return made
  }

  record(seconds: number): void {
    this.see(1, seconds, seconds)
    if (seconds < limits.leastTimedSeconds) this.zeroCount++
    else {
      const bucket = bucketOf(seconds)
      this.low.add(bucket, 1)
      this.high?.add(bucket, 1)
    }
  }

  addTimings({n, minSeconds, maxSeconds, scale, offset, counts, zeroCount = 0}: Timings): void {
    this.see(n, minSeconds, maxSeconds)
    this.zeroCount += zeroCount
    const high = scale < limits.timingScale ? this.ownHigh() : this.high
    const width = widthOf(scale)
    for (let place = 0; place < counts.length; place++) {
      const count = counts[place]!
      if (count === 0) continue
      this.low.add(firstFine(offset + place, width), count)
      high?.add(lastFine(offset + place, width), count)
    }
  }

  add(other: Durations): void {
    if (other.n === 0) return
    this.see(other.n, other.minSeconds, other.maxSeconds)
    this.zeroCount += other.zeroCount
    const high = other.high === null ? this.high : this.ownHigh()
    this.low.addAll(other.low)
    high?.addAll(other.high ?? other.low)
  }

  /** The approximate bytes of the counts in memory. */
  get bytes(): number {
    return 8 * (this.low.counts.length + (this.high?.counts.length ?? 0))
  }

  toParts(): DurationParts {
    const {minSeconds, maxSeconds, zeroCount, low, high} = this
    return {minSeconds, maxSeconds, zeroCount, low: low.trimmed(), high: high?.trimmed() ?? null}
  }

  /**
   * The percentiles at some shares from 0 to 1, interpolated between two neighbours like those of runs. Null if there
   * are no durations. A duration under a nanosecond counts as zero.
   */
  percentiles(shares: readonly number[]): DurationPercentiles | null {
    if (this.n === 0) return null
    let bound = 0
    const seconds = shares.map(share => {
      const [least, most] = this.boundsAt(share * (this.n - 1))
      if (most === 0) return 0
      bound = Math.max(bound, (most - least) / (most + least))
      // Equally far from both edges, as a share of each.
      return (2 * least * most) / (least + most)
    })
    return {seconds, bound}
  }

  private boundsAt(place: number): [number, number] {
    const rank = Math.floor(place)
    const [least, most] = this.edgesOf(rank)
    if (rank === place) return [least, most]
    const [nextLeast, nextMost] = this.edgesOf(rank + 1)
    const share = place - rank
    return [least + (nextLeast - least) * share, most + (nextMost - most) * share]
  }

  /** The lower and the upper edge of the duration at a rank, from 0. */
  private edgesOf(rank: number): [number, number] {
    if (rank < this.zeroCount) return [0, 0]
    if (rank === 0) return [this.minSeconds, this.minSeconds]
    if (rank === this.n - 1) return [this.maxSeconds, this.maxSeconds]
    const ofBuckets = rank - this.zeroCount
    const least = edgeOf(this.low.bucketAt(ofBuckets))
    const most = edgeOf((this.high ?? this.low).bucketAt(ofBuckets) + 1)
    return [Math.max(least, this.minSeconds), Math.min(most, this.maxSeconds)]
  }

  private see(n: number, minSeconds: number, maxSeconds: number): void {
    this.n += n
    if (minSeconds < this.minSeconds) this.minSeconds = minSeconds
    if (maxSeconds > this.maxSeconds) this.maxSeconds = maxSeconds
  }

  private ownHigh(isCopy = true): Buckets {
    if (this.high !== null) return this.high
    this.high = new Buckets()
    if (isCopy) this.high.addAll(this.low)
    return this.high
  }
}

/** Adds up durations. A single one is not copied, so do not change the result. Null if none is known. */
export function mergeDurations(all: readonly (Durations | null)[]): Durations | null {
  const known = all.filter(one => one !== null)
  if (known.length < 2) return known[0] ?? null
  const sum = new Durations()
  for (const one of known) sum.add(one)
  return sum
}

const noBuckets = new Float64Array(0)

/** Buckets in use are few and close to each other, so a window of them grows. */
class Buckets implements BucketCounts {
  offset = 0
  counts = noBuckets

  add(bucket: number, times: number): void {
    const place = bucket - this.offset
    if (place >= 0 && place < this.counts.length) this.counts[place]! += times
    else {
      this.reach(bucket, bucket)
      this.counts[bucket - this.offset]! += times
    }
  }

  addAll({offset, counts}: BucketCounts): void {
    if (counts.length === 0) return
    this.reach(offset, offset + counts.length - 1)
    const shift = offset - this.offset
    for (let place = 0; place < counts.length; place++) this.counts[place + shift]! += counts[place]!
  }

  /** The bucket of the duration at a rank, from 0. */
  bucketAt(rank: number): number {
    let place = 0
    for (let left = rank - this.counts[0]!; left >= 0; left -= this.counts[place]!) place++
    return this.offset + place
  }

  trimmed(): BucketCounts {
    const first = this.counts.findIndex(count => count > 0)
    if (first < 0) return {offset: 0, counts: new Float64Array(0)}
    const last = this.counts.findLastIndex(count => count > 0)
    return {offset: this.offset + first, counts: this.counts.slice(first, last + 1)}
  }

  /** Makes room for some buckets, and for a few more beside them. */
  private reach(from: number, to: number): void {
    const {offset, counts} = this
    const end = offset + counts.length
    if (counts.length > 0 && from >= offset && to < end) return
    // The first window has 56 bytes: V8 keeps such an array in its heap, which takes a fraction of the time and memory.
    const spare = counts.length === 0 ? 3 : 8
    const low = counts.length === 0 ? from - spare : Math.min(offset, from - spare)
    const high = counts.length === 0 ? to + spare : Math.max(end - 1, to + spare)
    this.offset = low
    this.counts = new Float64Array(high - low + 1)
    this.counts.set(counts, counts.length === 0 ? 0 : offset - low)
  }
}
