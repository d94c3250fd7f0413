import assert from 'node:assert/strict'
import {test} from 'node:test'
import {makeUuidV7} from '../../../src/protocol/values/uuid.ts'

const zeros = new Uint8Array(10)
const ones = new Uint8Array(10).fill(0xff)

test('writes time, version and variant as RFC 9562 defines them', () => {
  assert.equal(makeUuidV7(0x017f22e279b0, zeros), '017f22e2-79b0-7000-8000-000000000000')
  assert.equal(makeUuidV7(0x017f22e279b0, ones), '017f22e2-79b0-7fff-bfff-ffffffffffff')
})

test('makes ids that sort by time, whatever the random bytes are', () => {
  const times = [0, 1, 255, 256, 65_535, 1_700_000_000_000, 1_700_000_000_001, 2 ** 47]
  const ids = times.flatMap(time => [makeUuidV7(time, ones), makeUuidV7(time + 1, zeros)])
  for (const [index, id] of ids.entries()) if (index % 2 === 1) assert.ok(ids[index - 1]! < id, id)
  const byTime = times.map(time => makeUuidV7(time, ones))
  assert.deepEqual(byTime.toSorted(), byTime)
})

test('accepts fractions of a millisecond and more random bytes than it needs', () => {
  assert.equal(makeUuidV7(1.9, new Uint8Array(16)), '00000000-0001-7000-8000-000000000000')
})
