import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {namesOfPeriod, rotationPeriod} from '../../../src/protocol/project/rotation.ts'

describe('the period of a pseudonym', () => {
  for (const [rotate, yearBegins, time, name, firstDay] of [
    ['year', undefined, '2025-12-31T23:59:59.999Z', '2025', '2025-01-01'],
    ['year', undefined, '2026-01-01T00:00:00.000Z', '2026', '2026-01-01'],
    ['year', '01-01', '2026-01-01T00:00:00.000Z', '2026', '2026-01-01'],
    ['year', '07-01', '2026-06-30T23:59:59.999Z', '2025-07-01', '2025-07-01'],
    ['year', '07-01', '2026-07-01T00:00:00.000Z', '2026-07-01', '2026-07-01'],
    ['year', '02-28', '2028-02-29T12:00:00.000Z', '2028-02-28', '2028-02-28'],
    ['year', '12-31', '0000-01-01T00:00:00.000Z', '0000-12-31', '0000-12-31'],
    ['month', undefined, '2026-02-28T23:59:59.999Z', '2026-02', '2026-02-01'],
    ['month', '07-15', '2026-07-01T00:00:00.000Z', '2026-07', '2026-07-01'],
    ['never', '07-01', '2026-03-01T00:00:00.000Z', 'always', '0001-01-01'],
  ] as const)
    it(`is ${name} for ${time} by ${rotate} from ${yearBegins ?? 'January'}`, () => {
      assert.deepEqual(rotationPeriod({rotate, yearBegins}, time), {name, firstDay})
      assert.ok(namesOfPeriod(firstDay).includes(name))
    })

  it('has different names for periods of different length that begin on the same day', () => {
    const time = '2026-11-20T00:00:00.000Z'
    const year = rotationPeriod({rotate: 'year', yearBegins: '11-01'}, time)
    const month = rotationPeriod({rotate: 'month'}, time)
    assert.equal(year.firstDay, month.firstDay)
    assert.notEqual(year.name, month.name)
    assert.deepEqual(namesOfPeriod('2026-11-01'), ['2026-11-01', '2026-11'])
    assert.deepEqual(namesOfPeriod('2026-01-01'), ['2026-01-01', '2026-01', '2026'])
  })
})
