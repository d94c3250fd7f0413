import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {clearFailure, mustWait, readNextTry, writeFailure} from '../../../src/reporter/destination/next-try.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'

const failure = {reason: 'busy', message: 'the collector answered 503', retryAfterSeconds: null} as const
const pathOf = (world: TestWorld) => join(world.stateDirectory, 'next-try')

/** Seconds until the next try after so many failures, with this random number. */
function delays(world: TestWorld, failures: number, fraction: Uint8Array): number[] {
  const chosen = {...world, random: () => fraction}
  return Array.from({length: failures}, () => {
    const {nextTryAt} = writeFailure(chosen, pathOf(world), failure)
    return (Date.parse(nextTryAt) - world.now()) / 1000
  })
}

const largest = new Uint8Array([255, 255, 255, 255])
const middle = new Uint8Array([128, 0, 0, 0])
const smallest = new Uint8Array(4)
const doubling = [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600, 3600]

describe('the next try', () => {
  it('waits 5 seconds, doubling to an hour, at most', t => {
    const waited = delays(makeWorld(t), doubling.length, largest)
    for (const [index, seconds] of waited.entries())
      assert.ok(seconds <= doubling[index]! && seconds > doubling[index]! * 0.999, `${index + 1}: ${seconds}`)
  })

  it('waits a random part of that, so that not all come back at once', t => {
    assert.deepEqual(
      delays(makeWorld(t), doubling.length, middle),
      doubling.map(seconds => seconds / 2),
    )
    assert.deepEqual(
      delays(makeWorld(t), doubling.length, smallest),
      doubling.map(() => 0),
    )
  })

  it('stays at an hour after thousands of failures', t => {
    const world = makeWorld(t)
    const lastError = {at: '2026-01-01T00:00:00.000Z', reason: 'busy', message: ''}
    mkdirSync(world.stateDirectory)
    writeFileSync(pathOf(world), JSON.stringify({failures: 5000, nextTryAt: lastError.at, lastError}))
    assert.deepEqual(delays(world, 1, middle), [1800])
  })

  it('obeys Retry-After up to a day', t => {
    for (const [asked, waited] of [
      [1, 2.5],
      [600, 600],
      [86_400, 86_400],
      [1e9, 86_400],
    ] as const) {
      const world = makeWorld(t, {random: () => middle})
      const state = writeFailure(world, pathOf(world), {...failure, retryAfterSeconds: asked})
      assert.equal((Date.parse(state.nextTryAt) - world.now()) / 1000, waited, `${asked}`)
      assert.equal(mustWait(world, state), true)
    }
  })

  it('begins again with 5 seconds after a success', t => {
    const world = makeWorld(t)
    delays(world, 6, middle)
    clearFailure(pathOf(world))
    assert.equal(readNextTry(pathOf(world)), null)
    assert.deepEqual(delays(world, 1, middle), [2.5])
    clearFailure(pathOf(world))
    clearFailure(pathOf(world))
  })

  it('remembers why the last one failed', t => {
    const world = makeWorld(t)
    const state = writeFailure(world, pathOf(world), failure)
    assert.deepEqual(readNextTry(pathOf(world)), state)
    const {reason, message} = failure
    assert.deepEqual(state.lastError, {at: new Date(world.now()).toISOString(), reason, message})
    assert.equal(state.failures, 1)
  })

  it('is waited for until its time, and not when a wrong clock put it far ahead', t => {
    const world = makeWorld(t, {random: () => middle})
    const state = writeFailure(world, pathOf(world), failure)
    assert.equal(mustWait(world, state), true)
    world.pass(2.5)
    assert.equal(mustWait(world, state), false)
    world.pass(-2 * 86_400)
    assert.equal(mustWait(world, state), false)
    assert.equal(mustWait(world, null), false)
  })

  it('is now when what was kept is damaged', t => {
    const world = makeWorld(t)
    mkdirSync(world.stateDirectory)
    for (const content of [
      '',
      '{',
      'null',
      '[]',
      '{"failures": 1}',
      '{"nextTryAt": 7}',
      '{"nextTryAt": "x", "failures": "1"}',
    ]) {
      writeFileSync(pathOf(world), content)
      assert.equal(mustWait(world, readNextTry(pathOf(world))), false, content)
    }
  })
})
