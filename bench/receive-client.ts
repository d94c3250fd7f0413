/**
 * The thread of `receive.ts` that posts reports: `connections` sockets, each with one request at a time. It writes bytes
 * that were made before and reads no more of an answer than it must, so that it costs less than the collector.
 *
 * Its last message has, for each report, when it was sent and for how long its answer was awaited, in milliseconds.
 */

import {connect} from 'node:net'
import {setTimeout as wait} from 'node:timers/promises'
import {parentPort, workerData} from 'node:worker_threads'

const {
  port,
  connections,
  bodies,
  pauseMs = 0,
  warmReports = 0,
} = workerData as {
  readonly port: number
  readonly connections: number
  readonly bodies: readonly string[]
  /** Milliseconds between an answer and the next report of a connection. Default: 0. */
  readonly pauseMs?: number
  /** After so many answers it posts the message `warm`. Default: 0, and no message. */
  readonly warmReports?: number
}
const requests = bodies.map(body => {
  const head = `POST /v1/reports HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n`
  return Buffer.from(head + body)
})
let next = 0
const waits: {sentMs: number; waitedMs: number}[] = []

function post(): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1').setNoDelay()
    let answer = ''
    let [sentMs, since] = [0, 0]
    const send = (): void => {
      const request = requests[next++]
      if (request === undefined) socket.end(resolve)
      else {
        sentMs = Date.now()
        since = performance.now()
        socket.write(request)
      }
    }
    socket.on('connect', send).on('error', reject)
    socket.on('data', chunk => {
      answer += chunk.toString('latin1')
      const head = answer.indexOf('\r\n\r\n')
      const length = Number(/content-length: (\d+)/i.exec(answer)?.[1])
      if (head < 0 || answer.length < head + 4 + length) return
      if (!answer.startsWith('HTTP/1.1 200')) reject(new Error(answer))
      answer = ''
      waits.push({sentMs, waitedMs: performance.now() - since})
      if (waits.length === warmReports) parentPort?.postMessage('warm')
      if (pauseMs === 0) send()
      else void wait(pauseMs).then(send)
    })
  })
}

parentPort?.on('message', async (message: 'go' | 'stop') => {
  if (message === 'stop') next = requests.length
  if (message !== 'go') return
  await Promise.all(Array.from({length: connections}, post))
  parentPort?.postMessage(waits)
})
