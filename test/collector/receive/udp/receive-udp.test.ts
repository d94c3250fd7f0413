import assert from 'node:assert/strict'
import {it} from 'node:test'
import {setTimeout as wait} from 'node:timers/promises'
import {receiveUdp} from '../../../../src/collector/receive/udp/receive-udp.ts'
import {eventually} from '../../../support/eventually.ts'
import {sendDatagrams} from '../../../support/send-datagrams.ts'
import {batchOf, nowMs, startOf} from '../../samples.ts'

/** Milliseconds that the store takes for a write. */
const slowMs = 200

it('settles when all arrived datagrams are written to a slow store, and writes later ones too', async t => {
  const written: number[] = []
  const receiver = await receiveUdp({
    host: '127.0.0.1',
    port: 0,
    now: () => nowMs,
    store: {addQuality: async () => {}},
    readDatagram: datagram => ({batch: {...batchOf([startOf(datagram[0]!, nowMs)]), datagrams: 1}, bytes: 1}),
    groupCommit: {
      write: async ({datagrams = 0}) => {
        await wait(slowMs)
        written.push(datagrams)
        return []
      },
    },
  })
  t.after(() => receiver.close())
  const sum = () => written.reduce((total, datagrams) => total + datagrams, 0)
  await sendDatagrams(
    receiver.address,
    Array.from({length: 50}, (_, index) => Uint8Array.of(index)),
  )
  await receiver.settle()
  assert.ok(sum() >= 50, `${sum()} written`)
  await sendDatagrams(receiver.address, [Uint8Array.of(99)])
  await eventually(() => assert.equal(sum(), 51))
  assert.equal(receiver.isMoving(), true)
})
