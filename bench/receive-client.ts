/**
 * The thread of `receive.ts` that posts reports: `connections` sockets, each with one request at a time. It writes bytes
 * that were made before and reads no more of an answer than it must, so that it costs less than the collector.
 */
import {connect} from 'node:net'
import {parentPort, workerData} from 'node:worker_threads'

const {port, connections, bodies} = workerData as {
  readonly port: number
  readonly connections: number
  readonly bodies: readonly string[]
}
const requests = bodies.map(body => {
  const head = `POST /v1/reports HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
})
let next = 0

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay()
    let answer = ''
    const send = (): void => {
      const request = requests[next++]
      if (request === undefined) socket.end(resolve)
      else socket.write(request)
    }
    socket.on('connect', send).on('error', reject)
    socket.on('data', chunk => {
      answer += chunk.toString('latin1')
      const head = answer.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1])
      if (head < 0 || answer.length < head + 4 + length) return
      if (!answer.startsWith('HTTP/1.1 200')) reject(new Error(answer))
      answer = ''
      send()
    })
  })
}

parentPort?.once('message', async () => {
  await Promise.all(Array.from({length: connections}, post))
  parentPort?.postMessage('done')
})
