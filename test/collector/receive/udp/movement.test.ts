import assert from 'node:assert/strict'
import {it} from 'node:test'
import {watchMovement} from '../../../../src/collector/receive/udp/movement.ts'

function watched() {
  const state = {received: 0, dropped: 0, kernelDrops: 0, looks: 0, handled: 0, nowMs: 5_000}
  const movement = watchMovement(
    () => state,
    () => state.handled,
    () => state.nowMs,
  )
  const after = (ms: number, changes: Partial<typeof state>) => {
    Object.assign(state, changes, {nowMs: state.nowMs + ms})
    return movement.stillForMs()
  }
  return {after}
}

it('moves while the thread looks around and nothing waits, also when datagrams were dropped', () => {
  const {after} = watched()
  assert.equal(after(60_000, {looks: 1}), 0)
  assert.equal(after(60_000, {looks: 2, received: 10, dropped: 3, handled: 7}), 0)
})

it('stands still from the moment at which datagrams wait and none is handled, until one is', () => {
  const {after} = watched()
  after(500, {looks: 1, received: 5, handled: 3})
  assert.equal(after(1_000, {looks: 2}), 1_000)
  assert.equal(after(1_000, {looks: 3, received: 9}), 2_000)
  assert.equal(after(1_000, {looks: 4, handled: 4}), 0)
})

it('stands still when the thread is silent, also if nothing waits', () => {
  const {after} = watched()
  after(500, {looks: 1})
  assert.equal(after(12_000, {}), 12_000)
})
