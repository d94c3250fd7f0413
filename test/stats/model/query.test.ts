import assert from 'node:assert/strict'
import {test} from 'node:test'
import {noFilters} from '../../../src/stats/model/filters.ts'
import {maxPeriods, parseStatsQuery, rangeOf, type WrittenStatsQuery} from '../../../src/stats/model/query.ts'

const nowMs = Date.parse('2026-11-22T12:00:00Z')
const parse = (written: Omit<WrittenStatsQuery, 'project'>) => parseStatsQuery({project: 'parsl', ...written}, nowMs)

test('it asks for twelve calendar months up to the current one by default', () => {
  const expected = {project: 'parsl', from: '2025-12-01', to: '2026-11-22', by: 'month', filters: noFilters}
  assert.deepEqual(parse({}), expected)
  assert.deepEqual(parse({from: null, to: undefined, by: null}), expected)
})

test('it reads the range and the length of a period', () => {
  assert.deepEqual(parse({from: '2026-11-22', to: '2026-11-22', by: 'day'}).from, '2026-11-22')
  assert.equal(parse({to: '2024-02-29'}).from, '2023-03-01')
})

test('it reads a reporting year by the year in which it begins, and the last full one', () => {
  const daysOf = (year: string, yearBegins?: string) => {
    const {from, to} = parseStatsQuery({project: 'parsl', year}, nowMs, yearBegins)
    return [from, to]
  }
  assert.deepEqual(daysOf('2026'), ['2026-01-01', '2026-12-31'])
  assert.deepEqual(daysOf('2025', '10-01'), ['2025-10-01', '2026-09-30'])
  assert.deepEqual(daysOf('last', '10-01'), ['2025-10-01', '2026-09-30'])
  assert.deepEqual(daysOf('last', '12-01'), ['2024-12-01', '2025-11-30'])
  assert.deepEqual(daysOf('last'), ['2025-01-01', '2025-12-31'])
})

test('it includes the whole first and the whole last day', () => {
  const {fromMs, toMs} = rangeOf(parse({from: '2026-11-01', to: '2026-11-02', by: 'day'}))
  assert.deepEqual([fromMs, toMs], [Date.parse('2026-11-01T00:00:00Z'), Date.parse('2026-11-03T00:00:00Z')])
})

test('it rejects an invalid day, period or range', () => {
  const wrong = [
    {from: '2026-02-30'},
    {from: '2026-2-3'},
    {to: '0001-01-01'},
    {to: ''},
    {to: '2026-11-22T00:00:00Z'},
    {by: 'hour'},
    {by: 'Month'},
    {from: '2026-11-02', to: '2026-11-01'},
    {from: '2026-11-23'},
    {year: '26'},
    {year: '2026', to: '2026-11-22'},
  ]
  for (const written of wrong) assert.throws(() => parse(written), {code: 'USAGE_QUERY_INVALID', message: /must /})
})

test('it accepts as many periods as its limit and rejects one more', () => {
  const to = '2026-11-22'
  const daysBefore = (days: number) => new Date(Date.parse(to) - days * 86_400_000).toISOString().slice(0, 10)
  parse({from: daysBefore(maxPeriods - 1), to, by: 'day'})
  assert.throws(() => parse({from: daysBefore(maxPeriods), to, by: 'day'}), {code: 'USAGE_QUERY_INVALID'})
})
