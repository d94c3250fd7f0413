import assert from 'node:assert/strict'
import {test} from 'node:test'
import {parseAnswer} from '../../../src/protocol/report/answer.ts'

const rejected = [{index: 1, id: null, code: 'event-invalid', message: 'must be a UUID, got 1'}]

test('reads an answer and ignores keys that a later collector adds', () => {
  const body = JSON.stringify({accepted: 2, duplicates: 1, rejected, later: true})
  assert.deepEqual(parseAnswer(body), {accepted: 2, duplicates: 1, rejected})
})

for (const body of [
  '',
  '<html>captive portal</html>',
  'null',
  '[]',
  '{}',
  '{"accepted":1}',
  '{"accepted":-1,"duplicates":0,"rejected":[]}',
  '{"accepted":1.5,"duplicates":0,"rejected":[]}',
  '{"accepted":"1","duplicates":0,"rejected":[]}',
  '{"accepted":1e999,"duplicates":0,"rejected":[]}',
  '{"accepted":1,"duplicates":0,"rejected":[{}]}',
  '['.repeat(100_000),
])
  test(`does not read an answer from ${body.slice(0, 60) || 'an empty body'}`, () =>
    assert.equal(parseAnswer(body), null))
