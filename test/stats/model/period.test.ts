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

test('it cuts reporting years and their quarters where the year of the project begins', () => {
  const fiscal = (from: string, to: string, by: PeriodLength, yearBegins: string) =>
    periodsIn({fromMs: at(from), toMs: at(to)}, by, at('2030-01-01'), yearBegins).map(
      ({label, span, complete}) =>
        `${label} ${new Date(span.fromMs).toISOString().slice(5, 10)}${complete ? '' : ' …'}`,
    )
  assert.deepEqual(periods('2026-01-01', '2026-10-02', 'quarter', '2026-07-01'), [
    '2026-Q1',
    '2026-Q2',
    '2026-Q3 …',
    '2026-Q4 …',
  ])
  assert.deepEqual(fiscal('2025-10-01', '2026-11-01', 'quarter', '10-01'), [
    'FY2025/26-Q1 10-01',
    'FY2025/26-Q2 01-01',
    'FY2025/26-Q3 04-01',
    'FY2025/26-Q4 07-01',
    'FY2026/27-Q1 10-01 …',
  ])
  assert.deepEqual(fiscal('2026-04-06', '2027-04-06', 'year', '04-06'), ['FY2026/27 04-06'])
  assert.deepEqual(fiscal('2025-09-30', '2025-10-02', 'year', '10-01'), ['FY2024/25 09-30 …', 'FY2025/26 10-01 …'])
  // A quarter begins on the last day of a shorter month.
  assert.deepEqual(fiscal('2026-08-31', '2027-08-31', 'quarter', '08-31'), [
    'FY2026/27-Q1 08-31',
    'FY2026/27-Q2 11-30',
    'FY2026/27-Q3 02-28',
    'FY2026/27-Q4 05-31',
  ])
  assert.deepEqual(fiscal('1999-07-01', '2000-07-01', 'year', '07-01'), ['FY1999/00 07-01'])
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
