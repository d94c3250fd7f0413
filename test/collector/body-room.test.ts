import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createBodyRoom} from '../../src/collector/body-room.ts'
import {limits} from '../../src/protocol/limits.ts'

test('it is full at its bound, and has room again when a body is done', () => {
  const room = createBodyRoom(100)
  const free = room.take('100')
  assert.throws(() => room.take('1'), {code: 'USAGE_COLLECTOR_BUSY'})
  free()
  room.take('100')
})

test('it keeps room for the largest body where a request does not say its length', () => {
  const room = createBodyRoom(limits.maxBodyBytes)
  room.take(undefined)
  assert.throws(() => room.take('1'), {code: 'USAGE_COLLECTOR_BUSY'})
})

test('it keeps none for a body that is refused by its length', () => {
  const room = createBodyRoom(10)
  for (const length of [String(limits.maxBodyBytes + 1), '-5', 'NaN']) room.take(length)
  room.take('10')
})
