import assert from 'node:assert/strict'
import {it} from 'node:test'
import {tokenBucket} from '../../../src/collector/intake/token-bucket.ts'

it('allows a burst and not one more, then as many as pass with time, and never more than the burst', () => {
  const bucket = tokenBucket({burst: 10, perSecond: 2})
  assert.deepEqual([bucket.take(10, 5_000), bucket.take(1, 5_000)], [true, false])
  assert.deepEqual([bucket.has(2, 6_000), bucket.take(2, 6_000), bucket.take(1, 6_000)], [true, true, false])
  assert.deepEqual([bucket.take(11, 900_000), bucket.take(10, 900_000)], [false, true])
})

it('adds nothing when the clock moves back, and goes on from there', () => {
  const bucket = tokenBucket({burst: 1, perSecond: 1})
  bucket.take(1, 50_000)
  assert.equal(bucket.take(1, 10_000), false)
  assert.equal(bucket.take(1, 11_000), true)
})
