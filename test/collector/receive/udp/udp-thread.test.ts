import assert from 'node:assert/strict'
import {it} from 'node:test'
import {makeRingMemory} from '../../../../src/collector/receive/udp/datagram-ring.ts'
import {startUdpThread} from '../../../../src/collector/receive/udp/udp-thread.ts'
import {eventually} from '../../../support/eventually.ts'

/** A thread that says that it receives on the port it was given, or on 7, and fails at the first wish. */
const source = `
  import {parentPort, workerData} from 'node:worker_threads'
  parentPort.on('message', wish => {
    if (wish === 'settle') throw new Error('broken')
    parentPort.postMessage({kind: 'closed'})
    parentPort.close()
  })
  const address = {address: '127.0.0.1', family: 'IPv4', port: workerData.port || 7}
  if (workerData.port !== 0) parentPort.postMessage({kind: 'arrived'})
  parentPort.postMessage({kind: 'listening', address, receiveBufferBytes: 1})
`

it('starts a thread again that has ended by itself, on the same port, and says so', async () => {
  const deaths: string[] = []
  let arrivals = 0
  const thread = await startUdpThread({
    file: new URL(`data:text/javascript,${encodeURIComponent(source)}`),
    data: {host: '127.0.0.1', port: 0, ring: makeRingMemory(64)},
    onArrived: () => arrivals++,
    onDeath: ({message}) => deaths.push(message),
    restartAfterMs: 1,
  })
  assert.deepEqual([thread.address.port, arrivals], [7, 0])
  await thread.settle()
  await eventually(() => assert.equal(arrivals, 1))
  assert.deepEqual(deaths, ['broken'])
  await thread.close()
})
