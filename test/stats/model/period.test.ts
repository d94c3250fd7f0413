import assert from 'node:assert/strict'
import {test} from 'node:test'
import {type PeriodLength, periodsIn} from '../../../src/stats/model/period.ts'

const at = (day: string): number => Date.parse(`${day}T00:00:00Z`)
const periods = (from: string, to: string, by: PeriodLength, now: string) =>
  periodsIn({fromMs: at(from), toMs: at(to)}, by, at(now)).map(({label, complete}) => `${label}${complete ? '' : ' …'}`)

test('it cuts a range into days, weeks, months and years, and marks the complete ones', () => {
  assert.deepEqual(periods('2026-02-27', '2026-03-02', 'day', '2026-03-01'), [
    '2026-02-27',
    '2026-02-28',
    '2026-03-01 …',
  ])
  assert.deepEqual(periods('2026-11-16', '2026-12-01', 'week', '2026-11-25'), ['2026-W47', '2026-W48 …', '2026-W49 …'])
  assert.deepEqual(periods('2025-12-15', '2026-03-01', 'month', '2026-06-01'), ['2025-12 …', '2026-01', '2026-02'])
  assert.deepEqual(periods('2024-01-01', '2026-06-01', 'year', '2026-06-01'), ['2024', '2025', '2026 …'])
})

test('it assigns a week to the year of its Thursday', () => {
  assert.deepEqual(periods('2026-12-28', '2027-01-11', 'week', '2028-01-01'), ['2026-W53', '2027-W01'])
  assert.deepEqual(periods('2024-12-30', '2025-01-06', 'week', '2028-01-01'), ['2025-W01'])
})

test('it limits each period to the range, without gap or overlap', () => {
  const range = {fromMs: at('2026-01-10'), toMs: at('2026-03-05')}
  const spans = periodsIn(range, 'month', range.toMs).map(({span}) => span)
  assert.equal(spans[0]!.fromMs, range.fromMs)
  assert.equal(spans.at(-1)!.toMs, range.toMs)
  for (const [index, span] of spans.slice(1).entries()) assert.equal(span.fromMs, spans[index]!.toMs)
})
