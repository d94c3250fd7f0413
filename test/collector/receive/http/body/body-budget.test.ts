import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createBodyBudget} from '../../../../../src/collector/receive/http/body/body-budget.ts'

test('it is full at its limit, and has space again when a body is freed', () => {
  const room = createBodyBudget(100)
  const [first, second] = [room.enter(), room.enter()]
  first.add(60)
  first.add(40)
  assert.throws(() => second.add(1), {code: 'USAGE_COLLECTOR_BUSY'})
  first.free()
  first.free()
  second.add(100)
})

test('it reserves nothing for bodies before their bytes arrive', () => {
  const room = createBodyBudget(100)
  for (let body = 0; body < 1_000; body++) room.enter()
  room.enter().add(100)
})
