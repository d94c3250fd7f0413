import {limits} from '../values/limits.ts'

/**
 * The buckets of durations: those of OpenTelemetry's exponential histogram. At scale s, bucket i holds the durations
 * above 2^(i/2^s) s, up to and including 2^((i+1)/2^s) s. Two neighbours of a scale are one bucket of the next coarser
 * scale. The functions compare floating-point numbers with constants and never call a logarithm, so every language
 * finds the same bucket.
 */

/** Buckets for each factor of two at `limits.timingScale`. */
export const bucketsPerDoubling = 2 ** limits.timingScale

/** 2^(k/32) for k from 0 to 32, rounded correctly. `src/embed/client.py` computes the same numbers. */
export const edges: readonly number[] = [
  1,
  1.0218971486541166,
  1.0442737824274138,
  1.0671404006768237,
  1.0905077326652577,
  1.1143867425958924,
  1.1387886347566916,
  1.1637248587775775,
  1.189207115002721,
  1.215247359980469,
  1.241857812073484,
  1.2690509571917332,
  1.2968395546510096,
  1.3252366431597413,
  1.3542555469368927,
  1.383909881963832,
  Math.SQRT2,
  1.4451808069770467,
  1.4768261459394993,
  1.5091644275934228,
  1.5422108254079407,
  1.5759808451078865,
  1.6104903319492543,
  1.645755478153965,
  1.681792830507429,
  1.718619298122478,
  1.7562521603732995,
  1.7947090750031072,
  1.8340080864093424,
  1.8741676341103,
  1.9152065613971474,
  1.9571441241754002,
  2,
]

/** The lower edge of a bucket at `limits.timingScale`, in seconds. It is the upper edge of the bucket before it. */
export function edgeOf(bucket: number): number {
  const within = bucket & (bucketsPerDoubling - 1)
  return edges[within]! * 2 ** ((bucket - within) / bucketsPerDoubling)
}

/** How many buckets at `limits.timingScale` are as wide as one of another scale. Below 1 for a finer scale. */
export const widthOf = (scale: number): number => 2 ** (limits.timingScale - scale)

/** The first and the last bucket at `limits.timingScale` that share durations with a bucket of another width. */
export const firstFine = (bucket: number, width: number): number => Math.floor(bucket * width)
export const lastFine = (bucket: number, width: number): number => Math.ceil((bucket + 1) * width) - 1
