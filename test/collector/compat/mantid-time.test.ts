import assert from 'node:assert/strict'
import {it} from 'node:test'
import {readMantidTime} from '../../../src/collector/compat/mantid-time.ts'

const read = (written: string): string | null => {
  const milliseconds = readMantidTime(written)
  return milliseconds === null ? null : new Date(milliseconds).toISOString()
}

it('reads a time without a zone as UTC, in any local time zone', () => {
  assert.equal(read('2026-11-22T13:35:06'), '2026-11-22T13:35:06.000Z')
})

it('reads seconds with 0 to 9 decimals, and not with 10', () => {
  for (let digits = 1; digits <= 9; digits++) {
    const fraction = '742521901'.slice(0, digits)
    assert.equal(read(`2026-11-22T13:35:06.${fraction}`), `2026-11-22T13:35:06.${fraction.slice(0, 3).padEnd(3, '0')}Z`)
  }
  assert.equal(read('2026-11-22T13:35:06.'), '2026-11-22T13:35:06.000Z')
  assert.equal(read('2026-11-22T13:35:06.0123456789'), null)
})

it('reads zones', () => {
  assert.equal(read('2026-11-22T13:35:06.5Z'), '2026-11-22T13:35:06.500Z')
  assert.equal(read('2026-11-22T13:35:06+01:00'), '2026-11-22T12:35:06.000Z')
  assert.equal(read('2026-12-31T23:35:06-0130'), '2027-01-01T01:05:06.000Z')
})

it('rejects a time that does not exist', () => {
  const wrong = ['2026-02-29T00:00:00', '2026-13-01T00:00:00', '2026-01-01T24:00:00', '2026-01-01T00:60:00']
  for (const written of [...wrong, '2026-01-01', '', 'now', '2026-01-01T00:00:00+24:00', '1969-01-01T00:00:00'])
    assert.equal(read(written), null, written)
})
