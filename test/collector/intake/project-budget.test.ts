import assert from 'node:assert/strict'
import {it} from 'node:test'
import {withProjectBudgets} from '../../../src/collector/intake/project-budget.ts'
import type {Batch} from '../../../src/collector/store/store.ts'
import {batchOf, nowMs, startOf} from '../samples.ts'

const tooMany = {code: 'USAGE_TOO_MANY_REQUESTS'}

function budgeted(burst: number) {
  const written: Batch[] = []
  let atMs = nowMs
  const failing = {next: false}
  const commit = {
    write: async (batch: Batch) => {
      if (failing.next) throw new Error('the disk is full')
      written.push(batch)
      return batch.events.map(() => 'accepted' as const)
    },
    settle: async () => {},
    waitingBytes: () => 0,
    drain: async () => {},
  }
  const {write} = withProjectBudgets(commit, () => atMs, {burst, perSecond: 1})
  return {write: (batch: Batch) => write(batch, 1), written, failing, pass: (ms: number) => (atMs += ms)}
}

const events = (count: number) => Array.from({length: count}, (_, run) => startOf(run, nowMs))

it('stores the events of a budget, rejects one more, and counts it with the next batch that is stored', async () => {
  const {write, written, pass} = budgeted(3)
  await write(batchOf(events(3)))
  await assert.rejects(write(batchOf(events(1))), tooMany)
  await assert.rejects(write(batchOf(events(2))), tooMany)
  pass(4_000)
  await write(batchOf(events(1)))
  await write(batchOf(events(1)))
  assert.deepEqual(
    written.map(({beyondBudget = 0}) => beyondBudget),
    [0, 3, 0],
  )
})

it('lets a flood of one project take nothing of others, nor of imports', async () => {
  const {write} = budgeted(2)
  await write(batchOf(events(2)))
  await assert.rejects(write(batchOf(events(1))), tooMany)
  await write(batchOf(events(2), {project: 'mantid'}))
  await write(batchOf(events(9), {isTrusted: true}))
})

it('leaves half of the rate to others when one sender floods', async () => {
  const {write, pass} = budgeted(4)
  const flood = () => write(batchOf(events(1), {source: 'stranger'}))
  for (let sent = 0; sent < 4; sent++) await flood()
  for (let seconds = 0; seconds < 8; seconds += 2) {
    pass(2_000)
    await flood()
    await assert.rejects(flood(), tooMany)
  }
  await write(batchOf(events(3), {source: 'ann'}))
})

it('gives back what a batch took that could not be stored', async () => {
  const {write, written, failing} = budgeted(2)
  await assert.rejects(write(batchOf(events(3))), tooMany)
  failing.next = true
  for (let tries = 0; tries < 3; tries++) await assert.rejects(write(batchOf(events(2))), /the disk is full/)
  failing.next = false
  await write(batchOf(events(2)))
  assert.equal(written[0]?.beyondBudget, 3)
})
