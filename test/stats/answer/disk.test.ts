import assert from 'node:assert/strict'
import {test} from 'node:test'
import {forecastDisk, sizesOf} from '../../../src/stats/answer/disk.ts'

const growth = {fromDay: '2026-09-01', fromBytes: 1_000, toDay: '2026-10-01', toBytes: 4_000}

test('it says how much a store grows in thirty days and when its disk is full', () => {
  assert.deepEqual(forecastDisk({freeBytes: 10_000, growth}), {
    freeBytes: 10_000,
    growthBytes: 3_000,
    diskFullOn: '2027-01-09',
  })
  assert.equal(forecastDisk({freeBytes: 0, growth}).diskFullOn, '2026-10-01')
})

test('it says nothing of what is not known: no size, sizes of one week, no growth, a disk that lasts', () => {
  const unknown = {freeBytes: 10_000, growthBytes: null, diskFullOn: null}
  assert.deepEqual(forecastDisk({freeBytes: 10_000, growth: null}), unknown)
  assert.deepEqual(forecastDisk({freeBytes: 10_000, growth: {...growth, toDay: '2026-09-07'}}), unknown)
  const shrinks = forecastDisk({freeBytes: 10_000, growth: {...growth, toBytes: 1_000}})
  assert.deepEqual([shrinks.growthBytes, shrinks.diskFullOn], [0, null])
  assert.equal(forecastDisk({freeBytes: 1e12, growth}).diskFullOn, null)
  assert.deepEqual(forecastDisk({freeBytes: null, growth}), {freeBytes: null, growthBytes: 3_000, diskFullOn: null})
})

test('it says what a run and a feature event take, by the tables', () => {
  const tables = [
    {name: 'features', bytes: 1_000, rows: 9},
    {name: 'runs', bytes: 400, rows: 0},
  ]
  assert.deepEqual(sizesOf({tables}), {tables, bytesPerRun: null, bytesPerFeature: 111})
  assert.deepEqual(sizesOf({tables: null}), {tables: null, bytesPerRun: null, bytesPerFeature: null})
})
