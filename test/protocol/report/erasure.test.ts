import assert from 'node:assert/strict'
import {it} from 'node:test'
import {type ErasureRequest, parseErasureReceipt, parseErasureRequest} from '../../../src/protocol/report/erasure.ts'
import {limits} from '../../../src/protocol/values/limits.ts'

const id = '0199aaaa-7200-7000-8000-000000000001'
const key = 'a1'.repeat(32)
const request: ErasureRequest = {protocol: 1, id, keys: [key]}
const isRight = (changes: Record<string, unknown>): boolean => parseErasureRequest({...request, ...changes}).ok

it('accepts as many keys as the limit allows and rejects one more', () => {
  const keys = Array.from({length: limits.maxErasureKeys}, () => key)
  assert.deepEqual([isRight({keys}), isRight({keys: [...keys, key]})], [true, false])
  assert.deepEqual([isRight({keys: [key]}), isRight({keys: []})], [true, false])
})

it('accepts only keys of 64 hex digits in lower case', () => {
  const wrong = [key.slice(1), `${key}a`, key.toUpperCase(), `${key.slice(1)}g`, `${key}\n`, 7, null]
  for (const one of wrong) assert.equal(isRight({keys: [one]}), false, JSON.stringify(one))
})

it('rejects another protocol, an invalid id and an unknown key', () => {
  for (const changes of [{protocol: 2}, {id: 'x'}, {id: null}, {user: key}]) assert.equal(isRight(changes), false)
  for (const document of [null, [], 'x', {}]) assert.equal(parseErasureRequest(document).ok, false)
})

it('converts ids to lower case, so that equal ids are equal strings', () => {
  const parsed = parseErasureRequest({...request, id: id.toUpperCase()})
  assert.deepEqual(parsed, {ok: true, value: request})
})

it('reads a receipt and rejects every other document', () => {
  const receipt = {receipt: id, erasedAt: '2026-11-22T12:00:00.000Z', runs: 2, features: 0}
  assert.deepEqual(parseErasureReceipt(JSON.stringify({...receipt, later: 1})), receipt)
  for (const changes of [{runs: -1}, {features: 0.5}, {erasedAt: 'now'}, {receipt: ''}])
    assert.equal(parseErasureReceipt(JSON.stringify({...receipt, ...changes})), null)
  assert.equal(parseErasureReceipt('<html>'), null)
})
