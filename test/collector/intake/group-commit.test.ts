import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createGroupCommit} from '../../../src/collector/intake/group-commit.ts'
import type {Batch, InsertOutcome} from '../../../src/collector/store/store.ts'
import {UsageError} from '../../../src/errors.ts'
import {batchOf, nowMs, startOf} from '../samples.ts'

/** A store that records the sizes of its transactions and rejects batches without events. */
function countingStore() {
  const groups: number[] = []
  const insert = async (batches: readonly Batch[]): Promise<InsertOutcome[][]> => {
    groups.push(batches.length)
    if (batches.some(batch => batch.events.length === 0)) throw new Error('no events')
    return batches.map(batch => batch.events.map(() => 'accepted'))
  }
  return {groups, insert}
}

const sample = (run = 1): Batch => batchOf([startOf(run, nowMs)])

test('it writes batches that arrive together in one transaction, and resolves each with its own outcome', async () => {
  const store = countingStore()
  const groupCommit = createGroupCommit(store)
  const outcomes = await Promise.all([
    groupCommit.write(sample(), 10),
    groupCommit.write(batchOf([startOf(1, nowMs), startOf(2, nowMs)]), 10),
    groupCommit.write(sample(), 10),
  ])
  assert.deepEqual(
    outcomes.map(({length}) => length),
    [1, 2, 1],
  )
  assert.deepEqual(store.groups, [3])
})

test('it waits for batches that arrive turn by turn, and not for a silent turn', async () => {
  const store = countingStore()
  const groupCommit = createGroupCommit(store, {maxGatheringMs: 60_000})
  const written: Promise<unknown>[] = []
  for (let turn = 1; turn <= 5; turn++) {
    const nextTurn = new Promise(setImmediate)
    written.push(groupCommit.write(sample(turn), 10))
    await nextTurn
  }
  await Promise.all(written)
  written.push(groupCommit.write(sample(6), 10))
  await Promise.all(written)
  assert.deepEqual(store.groups, [5, 1])
})

test('it writes what it has while batches arrive without end', async () => {
  const groupCommit = createGroupCommit(countingStore())
  let isAnswered = false
  const first = groupCommit.write(sample(), 10).then(() => {
    isAnswered = true
  })
  for (let run = 2; !isAnswered; run++) {
    const nextTurn = new Promise(setImmediate)
    void groupCommit.write(sample(run), 0)
    await nextTurn
  }
  await first
})

test('it rejects a batch beyond its limit, keeps the waiting ones, and accepts more when they are written', async () => {
  const store = countingStore()
  const groupCommit = createGroupCommit(store, {maxBytes: 100})
  const first = groupCommit.write(sample(), 100)
  await assert.rejects(groupCommit.write(sample(), 1), {code: 'USAGE_COLLECTOR_BUSY', http: 503})
  assert.deepEqual(await first, ['accepted'])
  await groupCommit.drain()
  assert.deepEqual(await groupCommit.write(sample(), 100), ['accepted'])
})

test('it rejects a batch that cannot be written, and none of the others', async () => {
  const store = countingStore()
  const groupCommit = createGroupCommit(store)
  const good = [groupCommit.write(sample(1), 1), groupCommit.write(sample(2), 1)]
  const bad = groupCommit.write(batchOf([]), 1)
  await assert.rejects(bad, /no events/)
  assert.deepEqual(await Promise.all(good), [['accepted'], ['accepted']])
  assert.deepEqual(store.groups, [3, 1, 1, 1])
})

test('it has no waiting batch after a drain', async () => {
  const store = countingStore()
  const groupCommit = createGroupCommit(store)
  let answered = 0
  for (let index = 0; index < 5; index++) void groupCommit.write(sample(index), 1).then(() => answered++)
  await groupCommit.drain()
  assert.equal(answered, 5)
})

test('it rejects a whole group at once when the store is the reason, and reports it to the gate', async () => {
  const full = new UsageError('USAGE_STORE_UNWRITABLE', 'the disk is full')
  let tries = 0
  const noted: unknown[] = []
  const insert = async (): Promise<never> => {
    tries++
    throw full
  }
  const gate = {require: () => {}, noteWrite: (error: unknown) => void noted.push(error)}
  const groupCommit = createGroupCommit({insert}, {gate})
  const written = await Promise.allSettled([groupCommit.write(sample(1), 1), groupCommit.write(sample(2), 1)])
  assert.deepEqual(
    written.map(({status}) => status),
    ['rejected', 'rejected'],
  )
  assert.deepEqual([tries, noted], [1, [full]])
})

test('it writes nothing while its gate is shut', async () => {
  const store = countingStore()
  const shut = new UsageError('USAGE_CLOCK_DOUBTED', 'the clock says 1970')
  const gate = {
    require: () => {
      throw shut
    },
    noteWrite: () => {},
  }
  await assert.rejects(createGroupCommit(store, {gate}).write(sample(), 1), shut)
  assert.deepEqual(store.groups, [])
})
