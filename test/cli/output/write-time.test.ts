import assert from 'node:assert/strict'
import {afterEach, describe, it} from 'node:test'
import {writeMinute, writeTime} from '../../../src/cli/output/write-time.ts'

const zone = process.env['TZ']

describe('a time for people', () => {
  afterEach(() => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
  })

  const cases: readonly (readonly [zone: string, time: string, minute: string])[] = [
    ['UTC', '2026-11-30 23:01:22 UTC', '23:01 UTC'],
    ['Europe/London', '2026-11-30 23:01:22 UTC', '23:01 UTC'],
    ['Europe/Berlin', '2026-12-01 00:01:22 (2026-11-30 23:01:22 UTC)', '00:01 (23:01 UTC)'],
    ['America/New_York', '2026-11-30 18:01:22 (23:01:22 UTC)', '18:01 (23:01 UTC)'],
    ['Asia/Kathmandu', '2026-12-01 04:46:22 (2026-11-30 23:01:22 UTC)', '04:46 (23:01 UTC)'],
  ]
  for (const [name, time, minute] of cases)
    it(`is that of ${name} beside UTC`, () => {
      process.env['TZ'] = name
      assert.equal(writeTime('2026-11-30T23:01:22.123Z'), time)
      assert.equal(writeMinute(Date.parse('2026-11-30T23:01:22.123Z')), minute)
    })

  it('stays as it is where it is none', () => {
    assert.equal(writeTime('yesterday'), 'yesterday')
    assert.equal(writeMinute(Number.NaN), 'unknown')
    process.env['TZ'] = 'Asia/Tokyo'
    assert.equal(writeTime('+275760-09-13T00:00:00.000Z'), '+275760-09-13T00:00:00.000Z')
  })
})
