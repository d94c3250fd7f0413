import assert from 'node:assert/strict'
import {test} from 'node:test'
import {countAcrossRotations, rotationParts} from '../../../src/stats/answer/rotation.ts'

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const days = (from: string, to: string, rotate: 'year' | 'month' | 'never') =>
  rotationParts({fromMs: at(from), toMs: at(to)}, rotate).map(({fromMs}) => new Date(fromMs).toISOString().slice(0, 10))

test('it cuts a span at each change of pseudonyms', () => {
  assert.deepEqual(days('2025-11-01', '2026-11-01', 'year'), ['2025-11-01', '2026-01-01'])
  assert.deepEqual(days('2026-01-01', '2027-01-01', 'year'), ['2026-01-01'])
  assert.deepEqual(days('2026-01-15', '2026-03-02', 'month'), ['2026-01-15', '2026-02-01', '2026-03-01'])
  assert.deepEqual(days('2020-01-01', '2026-01-01', 'never'), ['2020-01-01'])
})

test('it counts exactly within one rotation, and with bounds across several', () => {
  assert.deepEqual(countAcrossRotations(7, [7]), {total: 7, exact: true, low: 7, high: 7})
  assert.deepEqual(countAcrossRotations(12, [5, 7]), {total: 12, exact: false, low: 7, high: 12})
})

test('it counts exactly if only one of several rotations has people', () => {
  assert.deepEqual(countAcrossRotations(7, [0, 7]), {total: 7, exact: true, low: 7, high: 7})
  assert.deepEqual(countAcrossRotations(0, [0, 0]), {total: 0, exact: true, low: 0, high: 0})
})
