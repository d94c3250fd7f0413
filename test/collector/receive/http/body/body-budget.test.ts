import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createBodyBudget} from '../../../../../src/collector/receive/http/body/body-budget.ts'

test('it is full at its limit, and has space again when a body is freed', () => {
  const room = createBodyBudget(100)
  const [first, second, third] = ['a', 'b', 'c'].map(source => room.enter(source))
  first!.add(30)
  first!.add(20)
  second!.add(50)
  assert.throws(() => third!.add(1), {code: 'USAGE_COLLECTOR_BUSY'})
  first!.free()
  first!.free()
  third!.add(50)
})

test('one address leaves half of it to others, whatever the number of its bodies', () => {
  const room = createBodyBudget(100)
  const bodies = Array.from({length: 5}, () => room.enter('one'))
  for (const body of bodies) body.add(10)
  assert.throws(() => bodies[0]!.add(1), {code: 'USAGE_COLLECTOR_BUSY'})
  room.enter('other').add(25)
  for (const body of bodies) body.free()
  room.enter('one').add(37)
})

test('it reserves nothing for bodies before their bytes arrive', () => {
  const room = createBodyBudget(100)
  for (let body = 0; body < 1_000; body++) room.enter('one')
  room.enter('one').add(100)
})
