import assert from 'node:assert/strict'
import {test} from 'node:test'
import {forecastDisk, sizesOf} from '../../../src/stats/answer/disk.ts'

const growth = {fromDay: '2026-09-01', fromBytes: 1_000, toDay: '2026-10-01', toBytes: 4_000}

test('it forecasts the growth of a store in 30 days and the day on which its disk is full', () => {
  assert.deepEqual(forecastDisk({freeBytes: 10_000, growth}), {
    freeBytes: 10_000,
    growthBytes: 3_000,
    diskFullOn: '2027-01-09',
  })
  assert.equal(forecastDisk({freeBytes: 0, growth}).diskFullOn, '2026-10-01')
})

test('it returns null without sizes, for less than a week, without growth and for a far day', () => {
  const unknown = {freeBytes: 10_000, growthBytes: null, diskFullOn: null}
  assert.deepEqual(forecastDisk({freeBytes: 10_000, growth: null}), unknown)
  assert.deepEqual(forecastDisk({freeBytes: 10_000, growth: {...growth, toDay: '2026-09-07'}}), unknown)
  const shrinks = forecastDisk({freeBytes: 10_000, growth: {...growth, toBytes: 1_000}})
  assert.deepEqual([shrinks.growthBytes, shrinks.diskFullOn], [0, null])
  assert.equal(forecastDisk({freeBytes: 1e12, growth}).diskFullOn, null)
  assert.deepEqual(forecastDisk({freeBytes: null, growth}), {freeBytes: null, growthBytes: 3_000, diskFullOn: null})
})

test('it returns the bytes of a run and of a feature event from tables that have a thousand', () => {
  const tables = [
    {name: 'features', bytes: 111_000, rows: 1_000},
    {name: 'runs', bytes: 8_192, rows: 999},
  ]
  assert.deepEqual(sizesOf({tables}), {tables, bytesPerRun: null, bytesPerFeature: 111})
  assert.deepEqual(sizesOf({tables: null}), {tables: null, bytesPerRun: null, bytesPerFeature: null})
})
