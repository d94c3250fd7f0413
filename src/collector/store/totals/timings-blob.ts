import type {BucketCounts, DurationParts} from '../../../protocol/durations/durations.ts'
import type {Timings} from '../../../protocol/durations/timings.ts'

/**
 * Encodes the histogram of one feature event: usually 30 to 200 bytes. The sum is not in it, because it is a column of
 * its own. `n` is the sum of all counts.
 */
export function encodeTimings({scale, minSeconds, maxSeconds, zeroCount = 0, offset, counts}: Timings): Uint8Array {
  const writer = new BlobWriter()
  writer.whole(scale)
  writer.number(minSeconds)
  writer.number(maxSeconds)
  writer.whole(zeroCount)
  writer.counts({offset, counts})
  return writer.blob()
}

export function decodeTimings(blob: Uint8Array, sumSeconds: number): Timings {
  const reader = new BlobReader(blob)
  const scale = reader.whole()
  const [minSeconds, maxSeconds] = [reader.number(), reader.number()]
  const zeroCount = reader.whole()
  const {offset, counts} = reader.counts()
  let n = zeroCount
  for (let place = 0; place < counts.length; place++) n += counts[place]!
  const timings = {n, sumSeconds, minSeconds, maxSeconds, scale, offset, counts: Array.from(counts)}
  return zeroCount > 0 ? {...timings, zeroCount} : timings
}

/** Encodes the durations of a total. */
export function encodeDurations({minSeconds, maxSeconds, zeroCount, low, high}: DurationParts): Uint8Array {
  const writer = new BlobWriter()
  writer.number(minSeconds)
  writer.number(maxSeconds)
  writer.whole(zeroCount)
  writer.counts(low)
  if (high !== null) writer.counts(high)
  return writer.blob()
}

export function decodeDurations(blob: Uint8Array): DurationParts {
  const reader = new BlobReader(blob)
  const [minSeconds, maxSeconds] = [reader.number(), reader.number()]
  const zeroCount = reader.whole()
  const low = reader.counts()
  return {minSeconds, maxSeconds, zeroCount, low, high: reader.isAtEnd ? null : reader.counts()}
}

/** Writes whole numbers up to 2^53 in as many bytes as they need, 7 bits in each (LEB128). */
class BlobWriter {
  private readonly bytes: number[] = []

  whole(value: number): void {
    let rest = value
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes.push((rest % 128) | 128)
    this.bytes.push(rest)
  }

  number(value: number): void {
    const view = new DataView(new ArrayBuffer(8))
    view.setFloat64(0, value, true)
    this.bytes.push(...new Uint8Array(view.buffer))
  }

  counts({offset, counts}: {readonly offset: number; readonly counts: ArrayLike<number>}): void {
    this.whole(offset < 0 ? -2 * offset - 1 : 2 * offset)
    this.whole(counts.length)
    for (let place = 0; place < counts.length; place++) this.whole(counts[place]!)
  }

  blob = (): Uint8Array => Uint8Array.from(this.bytes)
}

class BlobReader {
  private at = 0
  private readonly bytes: Uint8Array

  constructor(blob: Uint8Array) {
    this.bytes = blob
  }

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length
  }

  whole(): number {
    let byte = this.bytes[this.at++]!
    let value = byte & 127
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = this.bytes[this.at++]!
      value += (byte & 127) * factor
    }
    return value
  }

  number(): number {
    const {buffer, byteOffset} = this.bytes
    this.at += 8
    return new DataView(buffer, byteOffset).getFloat64(this.at - 8, true)
  }

  counts(): BucketCounts {
    const sign = this.whole()
    const offset = sign % 2 === 1 ? -(sign + 1) / 2 : sign / 2
    const counts = new Float64Array(this.whole())
    for (let place = 0; place < counts.length; place++) counts[place] = this.whole()
    return {offset, counts}
  }
}
