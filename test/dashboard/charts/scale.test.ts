import assert from 'node:assert/strict'
import {test} from 'node:test'
import {durationTicks, linearPlace, linearTicks, logPlace} from '../../../src/dashboard/charts/scale.ts'

test('it has round ticks from 0 to at least the highest value', () => {
  assert.deepEqual(linearTicks(118, 4, true), [0, 50, 100, 150])
  assert.deepEqual(linearTicks(868, 4, true), [0, 250, 500, 750, 1000])
  assert.deepEqual(linearTicks(2, 4, true), [0, 1, 2])
  assert.deepEqual(linearTicks(0, 4, true), [0, 1])
  for (let top = 1; top < 3000; top += 7) {
    const ticks = linearTicks(top, 4, true)
    assert.ok(ticks.at(-1)! >= top && ticks.length <= 7, `${top}: ${ticks}`)
    assert.ok(ticks.every(Number.isInteger), `${top}: ${ticks}`)
  }
})

test('it has round ticks for durations, also if all are equal or none is above 0', () => {
  assert.deepEqual(durationTicks([61, 4_000]), [60, 600, 3_600, 36_000])
  assert.deepEqual(durationTicks([1]), [0.1, 1])
  assert.deepEqual(durationTicks([0]), [1, 10])
  assert.equal(durationTicks([1e12]).length, 2)
})

test('it places values between the first and the last tick', () => {
  assert.equal(linearPlace([0, 50, 100])(25), 0.25)
  assert.equal(logPlace([1, 10, 100])(10), 0.5)
  assert.equal(logPlace([1, 10, 100])(0), 0)
})
