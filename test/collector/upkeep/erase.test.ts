import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createGroupCommit} from '../../../src/collector/intake/group-commit.ts'
import {collectorLimits} from '../../../src/collector/limits.ts'
import type {Erasure} from '../../../src/collector/store/store.ts'
import {createErase, type EraseParts} from '../../../src/collector/upkeep/erase.ts'
import {batchOf, nowMs, startOf, uuid} from '../samples.ts'

const erasure = (number: number): Erasure => ({
  project: 'parsl',
  receipt: uuid('q', number),
  users: [],
  receivedAtMs: nowMs,
})

const nobody = {erasedAt: '2026-11-22T12:00:00Z', runs: 0, features: 0}

/** Parts that record the order of their calls. The second erasure fails. */
function recordingParts() {
  const calls: string[] = []
  const record = async (text: string): Promise<void> => {
    await new Promise(setImmediate)
    calls.push(text)
  }
  const groupCommit = createGroupCommit({
    insert: async batches => {
      await record('inserted')
      return batches.map(({events}) => events.map(() => 'accepted'))
    },
  })
  const parts: EraseParts = {
    groupCommit,
    pauseReading: async () => {
      await record('paused')
      return () => void calls.push('resumed')
    },
    store: {
      findErased: async ({receipt}) => (receipt === uuid('q', 4) ? {...nobody, receipt} : null),
      erase: async ({receipt}) => {
        await record(`erased ${Number(receipt.slice(-2))}`)
        if (receipt === uuid('q', 2)) throw new Error('disk I/O error')
        return {receipt, erasedAt: '2026-11-22T12:00:00Z', runs: 0, features: 0}
      },
    },
  }
  return {calls, groupCommit, erase: createErase(parts)}
}

test('it erases one at a time, after arrived reports and with reading paused, and also after a failure', async () => {
  const {calls, groupCommit, erase} = recordingParts()
  const written = groupCommit.write(batchOf([startOf(1, nowMs)]), 1)
  const results = await Promise.allSettled([
    erase(erasure(1), 'ann'),
    erase(erasure(2), 'ann'),
    erase(erasure(3), 'ann'),
    written,
  ])
  assert.deepEqual(
    results.map(({status}) => status),
    ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
  )
  const each = [1, 2, 3].flatMap(number => ['paused', `erased ${number}`, 'resumed'])
  assert.deepEqual(calls, ['inserted', ...each])
})

test('it pauses and erases nothing for keys that nobody has', async () => {
  const {calls, erase} = recordingParts()
  assert.deepEqual(await erase(erasure(4), 'ann'), {...nobody, receipt: uuid('q', 4)})
  assert.deepEqual(calls, [])
})

test('it limits both kinds of requests, and those of nobody take nothing of the others', async () => {
  const {erase} = recordingParts()
  const {erasures, erasuresOfNobody} = collectorLimits
  const tooMany = {code: 'USAGE_TOO_MANY_REQUESTS'}
  for (let count = 0; count < erasuresOfNobody.burst; count++) await erase(erasure(4), 'ann')
  await assert.rejects(erase(erasure(4), 'ann'), tooMany)
  for (let count = 0; count < erasures.burst; count++) await erase(erasure(1), 'ann')
  await assert.rejects(erase(erasure(1), 'ann'), tooMany)
  for (const seconds of [2, 4]) {
    const later = {...erasure(1), receivedAtMs: nowMs + seconds * 1_000}
    await erase(later, 'ann')
    await assert.rejects(erase(later, 'ann'), tooMany)
    await erase(later, 'bob')
  }
})
