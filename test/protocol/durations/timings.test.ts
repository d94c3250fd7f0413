import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import * as v from 'valibot'
import {edgeOf} from '../../../src/protocol/durations/duration-buckets.ts'
import {Durations} from '../../../src/protocol/durations/durations.ts'
import {bucketOf} from '../../../src/protocol/durations/find-bucket.ts'
import {type Timings, timings} from '../../../src/protocol/durations/timings.ts'
import {TimingsRecorder} from '../../../src/protocol/durations/timings-recorder.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {readJsonFixture} from '../../support/fixtures.ts'

interface Case {
  readonly title: string
  readonly durations: readonly number[]
  readonly json: string
}

/** Numbers from 0 to 1 that are the same in each run. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Durations of very different kinds: narrow and wide, with and without zeros and equal values. */
function durationsOf(random: () => number): number[] {
  const width = random() * 40
  const middle = 10 ** (random() * 10 - 6)
  const zeros = random() < 0.3 ? 0.2 : 0
  return Array.from({length: 1 + Math.floor(random() ** 2 * 300)}, () =>
    random() < zeros ? 0 : Math.min(limits.maxDurationSeconds, middle * 2 ** ((random() - 0.5) * width)),
  )
}

function recordAll(durations: readonly number[]): Timings {
  const recorder = new TimingsRecorder()
  for (const one of durations) recorder.record(one)
  return recorder.toTimings()!
}

function merge(...all: readonly Timings[]): Timings {
  const recorder = new TimingsRecorder()
  for (const one of all) recorder.add(one)
  return recorder.toTimings()!
}

/** Sums of floating-point numbers depend on their order in the last digits. */
function assertSame(actual: Timings, expected: Timings): void {
  const {sumSeconds, ...rest} = actual
  const {sumSeconds: wanted, ...others} = expected
  assert.deepEqual(rest, others)
  assert.ok(Math.abs(sumSeconds - wanted) <= 1e-12 * wanted, `${sumSeconds} ${wanted}`)
}

function truthAt(sorted: readonly number[], share: number): number {
  const place = share * (sorted.length - 1)
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!]
  return low + (high - low) * (place - Math.floor(place))
}

const shares = [0, 0.01, 0.5, 0.9, 0.99, 1]
/** The middle of a bucket at scale 5, against its edges. */
const finest = (2 ** (1 / 32) - 1) / (2 ** (1 / 32) + 1)

describe('a bucket of durations', () => {
  it('contains its upper edge, but not its lower one', () => {
    for (let bucket = -950; bucket < 900; bucket++) {
      const edge = edgeOf(bucket)
      assert.equal(bucketOf(edge), bucket - 1, `${edge}`)
      assert.equal(bucketOf(edge * (1 + 2 ** -51)), bucket)
    }
  })

  it('is the one that a logarithm finds', () => {
    const random = randomOf(1)
    for (let count = 0; count < 100_000; count++) {
      const seconds = 2 ** (random() * 57 - 29)
      assert.equal(bucketOf(seconds), Math.ceil(Math.log2(seconds) * 32) - 1, `${seconds}`)
    }
  })
})

describe('the recorder of timings', () => {
  for (const {title, durations, json} of readJsonFixture('timings/records.json') as Case[])
    it(`writes ${title}`, () => assert.equal(JSON.stringify(recordAll(durations)), json))

  it('makes what the wire accepts, in every order the same', () => {
    const random = randomOf(2)
    for (let count = 0; count < 500; count++) {
      const durations = durationsOf(random)
      const made = recordAll(durations)
      assert.deepEqual(v.parse(timings, JSON.parse(JSON.stringify(made))), made)
      assertSame(recordAll(durations.toSorted(() => random() - 0.5)), made)
      assert.equal(made.scale === limits.timingScale || made.counts.length > limits.maxTimingBuckets / 2, true)
    }
  })

  it('merges like it records, in every order and grouping', () => {
    const random = randomOf(3)
    for (let count = 0; count < 300; count++) {
      const parts = [durationsOf(random), durationsOf(random), durationsOf(random)]
      const [a, b, c] = parts.map(recordAll) as [Timings, Timings, Timings]
      const all = merge(a, b, c)
      assertSame(merge(c, a, b), all)
      assertSame(merge(merge(a, b), c), all)
      assertSame(merge(a, merge(b, c)), all)
      const whole = recordAll(parts.flat())
      assertSame(merge(all, merge(a)), merge(a, all))
      if (all.scale === whole.scale) assertSame(all, whole)
      else assert.ok(all.scale < whole.scale && Math.min(a.scale, b.scale, c.scale) === all.scale)
    }
  })

  it('needs no scale below 1', () => {
    const {scale, counts} = recordAll([limits.leastTimedSeconds, limits.maxDurationSeconds])
    assert.deepEqual([scale, counts.length], [1, 117])
  })
})

describe('durations', () => {
  it('answer percentiles within the bound that they state, however they came', () => {
    const random = randomOf(4)
    for (let count = 0; count < 400; count++) {
      const parts = [durationsOf(random), durationsOf(random), durationsOf(random)]
      const sum = new Durations()
      for (const one of parts[0]!) sum.record(one)
      sum.addTimings(recordAll(parts[1]!))
      const other = new Durations()
      other.addTimings(recordAll(parts[2]!))
      sum.add(Durations.of(other.toParts()))
      const all = parts.flat().sort((a, b) => a - b)
      assert.deepEqual([sum.n, sum.minSeconds, sum.maxSeconds], [all.length, all[0], all.at(-1)])
      const sorted = all.map(one => (one < limits.leastTimedSeconds ? 0 : one))
      const {seconds, bound} = sum.percentiles(shares)!
      for (const [place, share] of shares.entries()) {
        const truth = truthAt(sorted, share)
        assert.ok(
          Math.abs(seconds[place]! - truth) <= bound * truth * (1 + 1e-9),
          `${share} ${seconds[place]} ${truth}`,
        )
      }
    }
  })

  it('keep the finest bound beside one coarse event', () => {
    const sum = new Durations()
    for (let count = 1; count <= 10_000; count++) sum.record(count / 1000)
    sum.addTimings(recordAll([limits.leastTimedSeconds, limits.maxDurationSeconds]))
    const {bound} = sum.percentiles([0.5, 0.9, 0.99])!
    assert.ok(bound > 0.01 && bound <= finest * (1 + 1e-9), `${bound}`)
  })

  it('are exact where all are equal, and zero for those under a nanosecond', () => {
    const sum = new Durations()
    assert.equal(sum.percentiles([0.5]), null)
    sum.addTimings(recordAll([0.3, 0.3, 0.3]))
    assert.deepEqual(sum.percentiles([0.5, 0.99]), {seconds: [0.3, 0.3], bound: 0})
    for (let count = 0; count < 6; count++) sum.record(1e-10)
    assert.deepEqual(sum.percentiles([0.5]), {seconds: [0], bound: 0})
  })

  it('are the same in every order of adding', () => {
    const random = randomOf(5)
    for (let count = 0; count < 100; count++) {
      const parts = [0, 1, 2].map(() => recordAll(durationsOf(random)))
      const add = (order: readonly number[]) => {
        const sum = new Durations()
        for (const one of order) {
          const part = new Durations()
          part.addTimings(parts[one]!)
          sum.add(part)
        }
        return sum.percentiles(shares)
      }
      assert.deepEqual(add([2, 0, 1]), add([0, 1, 2]))
    }
  })
})

describe('the timings of the wire', () => {
  const good = {n: 43, sumSeconds: 33.5, minSeconds: 0.775, maxSeconds: 0.8, scale: 5, offset: -12, counts: [3, 40]}
  const isGood = (changes: object) => v.is(timings, {...good, ...changes})

  it('are those of the recorder, or of another program', () => {
    assert.ok(isGood({}))
    assert.ok(isGood({scale: 0, offset: -1, counts: [43]}))
    assert.ok(
      isGood({scale: 20, offset: Math.ceil(Math.log2(0.775) * 2 ** 20) - 1, counts: [43], maxSeconds: 0.775}) === false,
    )
    assert.ok(isGood({n: 44, zeroCount: 1, minSeconds: 0, counts: [3, 40]}))
    assert.ok(v.is(timings, {...good, n: 2, sumSeconds: 0, minSeconds: 0, maxSeconds: 0, counts: [], zeroCount: 2}))
  })

  const hostile: Record<string, object> = {
    'another sum of counts': {n: 42},
    'a negative count': {counts: [-3, 46]},
    'a count that is no integer': {counts: [3.5, 39.5]},
    'a count that is no number': {counts: ['43']},
    'an infinite sum': {sumSeconds: Number.POSITIVE_INFINITY},
    'a sum below n times the minimum': {sumSeconds: 33},
    'a sum above n times the maximum': {sumSeconds: 35},
    'a minimum above the maximum': {minSeconds: 0.9},
    'a minimum before its buckets': {minSeconds: 0.5},
    'a maximum after its buckets': {maxSeconds: 0.9},
    'a maximum of a thousand years': {maxSeconds: 4e10},
    'a negative minimum': {minSeconds: -1},
    'an offset far away': {offset: 2 ** 26},
    'an offset beyond all numbers': {offset: 1e300},
    'an offset that is no integer': {offset: -12.5},
    'a scale below 0': {scale: -1},
    'a scale above 20': {scale: 21},
    'a zero count without a zero': {n: 44, zeroCount: 1},
    'a zero without a zero count': {minSeconds: 0},
    'no buckets': {counts: []},
    'no durations': {n: 0, counts: [], sumSeconds: 0, minSeconds: 0, maxSeconds: 0},
    'a length instead of counts': {counts: {length: 43}},
    'counts of null': {counts: null},
  }
  for (const [title, changes] of Object.entries(hostile))
    it(`do not have ${title}`, () => assert.equal(isGood(changes), false))

  it(`have at most ${limits.maxTimingBuckets} buckets`, () => {
    const make = (length: number) => ({...good, counts: [3, 40, ...Array(length - 2).fill(0)]})
    assert.ok(v.is(timings, make(limits.maxTimingBuckets)))
    assert.equal(v.is(timings, make(limits.maxTimingBuckets + 1)), false)
  })
})
