import assert from 'node:assert/strict'
import {test} from 'node:test'
import {percentiles} from '../../../../../src/collector/store/sqlite/facts/percentiles.ts'
import {seededRandom} from '../../../random-use.ts'

function bySorting(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = share * (sorted.length - 1)
  const low = sorted[Math.floor(place)]!
  return low + (sorted[Math.ceil(place)]! - low) * (place - Math.floor(place))
}

test('it finds the same values as sorting, for any number of values, many of them equal', () => {
  const random = seededRandom(3)
  const shares = [0.5, 0.9, 0.99]
  for (let round = 0; round < 400; round++) {
    const values = Array.from({length: 1 + (round % 137)}, () => Math.floor(random() * (round % 3 === 0 ? 4 : 1e6)) / 8)
    if (round % 5 === 0) values.sort((a, b) => (round % 2 === 0 ? a - b : b - a))
    const expected = shares.map(share => bySorting(values, share))
    assert.deepEqual(percentiles(Float64Array.from(values), shares), expected, JSON.stringify(values))
  }
})

test('it returns null for no values, and the value itself for one', () => {
  assert.deepEqual(percentiles(new Float64Array(0), [0.5]), [null])
  assert.deepEqual(percentiles(Float64Array.of(7), [0, 0.5, 1]), [7, 7, 7])
})
