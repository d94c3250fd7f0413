import assert from 'node:assert/strict'
import {it} from 'node:test'
import {createDatagramIntake} from '../../../../src/collector/receive/udp/datagram-intake.ts'
import {makeRingMemory, ringReader, ringWriter} from '../../../../src/collector/receive/udp/datagram-ring.ts'
import {eventually} from '../../../support/eventually.ts'
import {nowMs} from '../../samples.ts'

type Counts = Readonly<Record<'datagrams-unknown' | 'datagrams-lost', number>>

/** An intake of datagrams that nobody knows. `store` takes the counts. */
function makeIntake(addQuality: (counts: Counts) => Promise<void>) {
  const memory = makeRingMemory(64)
  const writer = ringWriter(memory)
  const intake = createDatagramIntake(
    {
      readDatagram: () => null,
      groupCommit: {write: async () => []},
      store: {addQuality},
      now: () => nowMs,
    },
    ringReader(memory),
  )
  return {intake, push: () => writer.push(Uint8Array.of(1))}
}

it('goes on when a message says that datagrams have arrived which are read already', async () => {
  const {intake, push} = makeIntake(async () => {})
  for (let count = 1; count <= 3; count++) {
    // The message of datagrams that the turn before has read.
    intake.wake()
    push()
    intake.wake()
    await eventually(() => assert.equal(intake.handled(), count))
  }
})

it('counts every datagram once, also if the store is slow or fails', async () => {
  const stored = {unknown: 0, lost: 0}
  let tries = 0
  const {intake, push} = makeIntake(async counts => {
    if (++tries === 1) throw new Error('the disk is full')
    await new Promise(setImmediate)
    stored.unknown += counts['datagrams-unknown']
    stored.lost += counts['datagrams-lost']
  })
  for (let count = 0; count < 20; count++) push()
  intake.wake()
  await eventually(() => assert.equal(intake.handled(), 8))
  intake.storeCounts()
  intake.storeCounts()
  intake.storeCounts()
  push()
  await intake.finish()
  assert.deepEqual(stored, {unknown: 9, lost: 12})
  assert.ok(tries > 1)
})
