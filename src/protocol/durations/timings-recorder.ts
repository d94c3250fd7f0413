import {limits} from '../values/limits.ts'
import {bucketOf} from './find-bucket.ts'
import type {Timings} from './timings.ts'

const {timingScale, maxTimingBuckets, leastTimedSeconds} = limits

/**
 * Collects the durations of one feature event. The scale begins at `limits.timingScale` and goes down when the buckets
 * do not suffice. The result does not depend on the order of the durations, except for the last digits of the sum.
 */
export class TimingsRecorder {
  private n = 0
  private sumSeconds = 0
  private minSeconds = Number.POSITIVE_INFINITY
  private maxSeconds = 0
  private zeroCount = 0
  private scale: number = timingScale
  /** The bucket of `counts[0]`. */
  private offset = 0
  /** The first and the last place of `counts` in use. `last` is -1 while all are empty. */
  private first = 0
  private last = -1
  private readonly counts = new Float64Array(maxTimingBuckets)

  /** Records one duration, in about 20 ns. Allocates nothing. It must be a duration that the wire accepts. */
  record(seconds: number): void {
    this.n++
    this.sumSeconds += seconds
    if (seconds < this.minSeconds) this.minSeconds = seconds
    if (seconds > this.maxSeconds) this.maxSeconds = seconds
    if (seconds < leastTimedSeconds) this.zeroCount++
    else this.count(bucketOf(seconds) >> (timingScale - this.scale), 1)
  }

  /** Adds the durations of another event: the same as recording them, except for the scale that they already have. */
  add({n, sumSeconds, minSeconds, maxSeconds, scale, offset, counts, zeroCount = 0}: Timings): void {
    this.n += n
    this.sumSeconds += sumSeconds
    this.minSeconds = Math.min(this.minSeconds, minSeconds)
    this.maxSeconds = Math.max(this.maxSeconds, maxSeconds)
    this.zeroCount += zeroCount
    while (this.scale > scale) this.downscale()
    for (const [place, count] of counts.entries())
      if (count > 0) this.count(Math.floor((offset + place) / 2 ** (scale - this.scale)), count)
  }

  /** The durations as they are sent. Null if there are none. */
  toTimings(): Timings | null {
    const {n, sumSeconds, minSeconds, maxSeconds, scale, zeroCount, first, last} = this
    if (n === 0) return null
    const offset = last < 0 ? 0 : this.offset + first
    const counts = [...this.counts.subarray(first, last + 1)]
    const zeros = zeroCount > 0 ? {zeroCount} : {}
    return {n, sumSeconds, minSeconds, maxSeconds, scale, offset, counts, ...zeros}
  }

  /** Counts durations in a bucket of the scale of this recorder. */
  private count(bucket: number, times: number): void {
    const place = bucket - this.offset
    if (place >= this.first && place <= this.last) this.counts[place]! += times
    else this.countOutside(bucket, times)
  }

  private countOutside(given: number, times: number): void {
    const scale = this.scale
    if (this.last >= 0)
      for (let bucket = given; this.widthWith(bucket) > maxTimingBuckets; bucket = given >> (scale - this.scale))
        this.downscale()
    const bucket = given >> (scale - this.scale)
    if (this.last < 0) this.offset = bucket - maxTimingBuckets / 2
    const place = bucket - this.offset
    if (place < 0 || place >= maxTimingBuckets) this.center(bucket)
    const there = bucket - this.offset
    this.first = this.last < 0 ? there : Math.min(this.first, there)
    this.last = Math.max(this.last, there)
    this.counts[there]! += times
  }

  private widthWith(bucket: number): number {
    const [low, high] = [this.offset + this.first, this.offset + this.last]
    return Math.max(high, bucket) - Math.min(low, bucket) + 1
  }

  /** Merges the buckets pairwise. */
  private downscale(): void {
    this.scale--
    if (this.last < 0) return
    const [low, high] = [this.offset + this.first, this.offset + this.last]
    const used = this.counts.slice(this.first, this.last + 1)
    this.counts.fill(0)
    this.offset = low >> 1
    for (const [place, count] of used.entries()) this.counts[((low + place) >> 1) - this.offset]! += count
    this.first = 0
    this.last = (high >> 1) - this.offset
  }

  /** Moves the counts so that they and another bucket are in the middle. */
  private center(bucket: number): void {
    const [low, high] = [this.offset + this.first, this.offset + this.last]
    const used = this.counts.slice(this.first, this.last + 1)
    const free = maxTimingBuckets - this.widthWith(bucket)
    this.offset = Math.min(low, bucket) - (free >> 1)
    this.counts.fill(0)
    this.counts.set(used, low - this.offset)
    this.first = low - this.offset
    this.last = high - this.offset
  }
}
