import assert from 'node:assert/strict'
import {test} from 'node:test'
import {boundsOf, mergeBounds, mergeDayBounds} from '../../../src/stats/model/bounds.ts'
import {rotationPeriods} from '../../../src/stats/model/rotation.ts'

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const days = (from: string, to: string, rotate: 'year' | 'month' | 'never') =>
  rotationPeriods({fromMs: at(from), toMs: at(to)}, {rotate}).map(({fromMs, period}) => [
    new Date(fromMs).toISOString().slice(0, 10),
    period,
  ])

test('it cuts a span at each change of pseudonyms', () => {
  assert.deepEqual(days('2025-11-01', '2026-11-01', 'year'), [
    ['2025-11-01', '2025-01-01'],
    ['2026-01-01', '2026-01-01'],
  ])
  assert.deepEqual(days('2026-01-15', '2026-03-02', 'month'), [
    ['2026-01-15', '2026-01-01'],
    ['2026-02-01', '2026-02-01'],
    ['2026-03-01', '2026-03-01'],
  ])
  assert.deepEqual(days('2020-01-01', '2026-01-01', 'never'), [['2020-01-01', '0001-01-01']])
})

test('it cuts a span where the year of the project begins', () => {
  const span = {fromMs: at('2025-09-30'), toMs: at('2026-10-02')}
  assert.deepEqual(
    rotationPeriods(span, {rotate: 'year', yearBegins: '10-01'}).map(({fromMs, toMs, period}) => [
      (toMs - fromMs) / 86_400_000,
      period,
    ]),
    [
      [1, '2024-10-01'],
      [365, '2025-10-01'],
      [1, '2026-10-01'],
    ],
  )
})

test('it counts exactly where one rotation period has people, and with bounds across several', () => {
  assert.deepEqual(boundsOf([7]), {low: 7, high: 7})
  assert.deepEqual(boundsOf([5, 7]), {low: 7, high: 12})
  assert.deepEqual(boundsOf([0, 7]), {low: 7, high: 7})
  assert.deepEqual(boundsOf([]), {low: 0, high: 0})
  const [few, many] = [
    {low: 2, high: 6},
    {low: 3, high: 3},
  ]
  assert.deepEqual(mergeBounds([few!, many!]), {low: 3, high: 9})
})

test('it assumes as many people as possible who were seen on one day in each of two periods', () => {
  const part = (all: number, several: number) => ({all: boundsOf([all]), several: boundsOf([several])})
  assert.deepEqual(mergeDayBounds([part(5, 2)]), {low: 2, high: 2})
  assert.deepEqual(mergeDayBounds([part(5, 2), part(4, 3)]), {low: 3, high: 6})
  assert.deepEqual(mergeDayBounds([part(1, 0), part(1, 0), part(1, 0)]), {low: 0, high: 1})
})
