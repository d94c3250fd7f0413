import assert from 'node:assert/strict'
import {it} from 'node:test'
import {oneAtATime} from '../../../src/collector/intake/one-at-a-time.ts'

it('runs again after work that ended before it waited for anything, and after work that failed', async () => {
  let turns = 0
  const work = oneAtATime(async () => {
    turns++
    if (turns === 2) throw new Error('failed')
  })
  for (let wakes = 1; wakes <= 3; wakes++) {
    work.wake()
    await work.settled()
    assert.equal(turns, wakes)
  }
})

it('runs once more when it is woken during its work, and never twice at the same time', async () => {
  let turns = 0
  let release = () => {}
  const work = oneAtATime(() => {
    turns++
    return new Promise(resolve => {
      release = resolve
    })
  })
  work.wake()
  work.wake()
  work.wake()
  assert.equal(turns, 1)
  release()
  await new Promise(setImmediate)
  assert.equal(turns, 2)
  release()
  await work.settled()
  assert.equal(turns, 2)
})
