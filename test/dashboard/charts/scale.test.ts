import assert from 'node:assert/strict'
import {test} from 'node:test'
import {
  durationScale,
  durationTicks,
  linearPlace,
  linearTicks,
  logPlace,
  shareTicks,
} from '../../../src/dashboard/charts/scale.ts'

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

test('it has ticks close around high shares, and from 0 to 1 around others', () => {
  assert.deepEqual(shareTicks([0.93, 0.95, 0.99]), [0.92, 0.94, 0.96, 0.98, 1])
  assert.deepEqual(shareTicks([0.8, 0.95]), [0.8, 0.85, 0.9, 0.95])
  assert.deepEqual(shareTicks([0.1, 0.95]), [0, 0.25, 0.5, 0.75, 1])
  assert.deepEqual(shareTicks([]), [0, 0.25, 0.5, 0.75, 1])
  assert.deepEqual(shareTicks([1]), [0.99, 0.995, 1])
  assert.deepEqual(shareTicks([0.5]), [0.49, 0.495, 0.5, 0.505, 0.51])
  assert.deepEqual(shareTicks([0]), [0, 0.25, 0.5, 0.75, 1])
})

test('it shows a change of two points of a high share on at least a tenth of the axis', () => {
  for (let least = 0.8; least <= 0.98; least += 0.01)
    for (let most = least + 0.02; most <= 1; most += 0.01) {
      const place = linearPlace(shareTicks([least, most]))
      assert.ok(place(least + 0.02) - place(least) >= 0.079, `${least} to ${most}`)
    }
})

test('it has even round ticks close around durations, also if all are equal or none is above 0', () => {
  assert.deepEqual(durationTicks([61, 4_000]), [60, 300, 1_200, 3_600, 18_000])
  assert.deepEqual(durationTicks([300, 1_100]), [300, 600, 1_200])
  assert.equal(durationTicks([1]).length, 2)
  assert.deepEqual(durationTicks([0]), [1, 10])
  assert.equal(durationTicks([1e12]).length, 2)
  for (let least = 0.001; least < 1e6; least *= 1.7)
    for (let most = least; most < 8_000_000; most *= 2.3) {
      const ticks = durationTicks([least, most])
      assert.ok(ticks.length >= 2 && ticks.length <= 8, `${least} to ${most}: ${ticks}`)
      assert.ok(ticks[0]! <= least && ticks.at(-1)! >= most, `${least} to ${most}: ${ticks}`)
    }
})

test('it draws similar durations from 0, so that 30 % faster is visible, and others on a logarithmic scale', () => {
  const {isLinear, ticks} = durationScale([100, 70])
  assert.deepEqual([isLinear, ticks], [true, [0, 30, 60, 90, 120]])
  assert.ok(linearPlace(ticks)(100) - linearPlace(ticks)(70) >= 0.2)
  assert.equal(durationScale([10, 1_000]).isLinear, false)
  assert.deepEqual(durationScale([]), {isLinear: true, ticks: [0, 1]})
})

test('it places values between the first and the last tick', () => {
  assert.equal(linearPlace([0, 50, 100])(25), 0.25)
  assert.equal(logPlace([1, 10, 100])(10), 0.5)
  assert.equal(logPlace([1, 10, 100])(0), 0)
})
