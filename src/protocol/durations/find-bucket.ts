import {bucketsPerDoubling, edges} from './duration-buckets.ts'

// Apart from the edges, because a command that records one event needs no table of slots.

/** The bits of the mantissa that choose a slot. A slot contains at most one edge. */
const slotBits = 8
/** For each slot: how many edges are below its smallest value, minus one. */
const firstOfSlot = Int8Array.from({length: 2 ** slotBits}, (_, slot) => {
  const least = 1 + slot / 2 ** slotBits
  return edges.filter(edge => edge < least).length - 1
})

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)
/** The index of the word with the exponent: it depends on the byte order of the machine. */
const high = (() => {
  float[0] = 1
  return words[0] === 0 ? 1 : 0
})()

/**
 * The bucket of a duration at `limits.timingScale`. Allocates nothing. The duration must be finite and at least
 * `limits.leastTimedSeconds`.
 */
export function bucketOf(seconds: number): number {
  float[0] = seconds
  const word = words[high]!
  words[high] = (word & 0xfffff) | 0x3ff00000
  const first = firstOfSlot[(word >>> (20 - slotBits)) & (2 ** slotBits - 1)]!
  const within = float[0]! > edges[first + 1]! ? first + 1 : first
  return ((word >>> 20) - 1023) * bucketsPerDoubling + within
}
