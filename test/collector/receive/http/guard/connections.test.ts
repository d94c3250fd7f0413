import assert from 'node:assert/strict'
import {once} from 'node:events'
import {IncomingMessage, type RequestListener, ServerResponse} from 'node:http'
import {type AddressInfo, connect, Socket} from 'node:net'
import {type TestContext, test} from 'node:test'
import {collectorLimits} from '../../../../../src/collector/limits.ts'
import {type ConnectionRules, createConnections} from '../../../../../src/collector/receive/http/guard/connections.ts'
import {createUnread} from '../../../../../src/collector/receive/http/guard/unread.ts'

const request = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n'
const answer: RequestListener = (_request, response) => void response.end('answer')

/** A server with some limits, and connections to it. */
async function open(t: TestContext, rules: ConnectionRules, listener = answer) {
  const connections = createConnections(rules)
  const server = connections.serve(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => server.close().closeAllConnections())
  const dial = () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
    t.after(() => socket.destroy())
    let received = ''
    socket.on('data', chunk => (received += chunk)).on('error', () => {})
    return {socket, answers: () => received.match(/HTTP\/1\.1/g)?.length ?? 0, received: () => received}
  }
  return {connections, dial}
}

const isClosed = async (socket: Socket): Promise<void> => void (socket.closed || (await once(socket, 'close')))
const nextData = (socket: Socket): Promise<unknown> => once(socket, 'data')

test('it closes a connection with one unanswered request too many, and no other', async t => {
  const most = collectorLimits.maxUnansweredOfConnection
  const waiting: (() => void)[] = []
  const {dial, connections} = await open(t, {}, (_request, response) => waiting.push(() => response.end()))
  const [patient, hasty] = [dial(), dial()]
  patient.socket.write(request.repeat(most))
  hasty.socket.write(request.repeat(most + 1))
  await isClosed(hasty.socket)
  for (const let1 of waiting) let1()
  await nextData(patient.socket)
  await connections.whenAnswered()
  assert.equal(patient.socket.destroyed, false)
  assert.equal(hasty.answers(), 0)
})

test('it hands no request of a closed connection to the listener', async t => {
  let count = 0
  const {dial} = await open(t, {limits: {maxUnansweredOfConnection: 2}}, () => count++)
  const {socket} = dial()
  socket.write(request.repeat(1000))
  await isClosed(socket)
  assert.equal(count, 2)
})

test('it has as many connections as its limit, and closes one more', async t => {
  for (const limits of [{maxConnections: 2}, {maxConnectionsOfAddress: 2}]) {
    const {dial} = await open(t, {limits})
    const kept = [dial(), dial()]
    for (const {socket} of kept) socket.write(request)
    await Promise.all(kept.map(({socket}) => nextData(socket)))
    const extra = dial()
    await isClosed(extra.socket)
    assert.equal(extra.answers(), 0)
    kept[0]!.socket.destroy()
    await isClosed(kept[0]!.socket)
    const next = dial()
    next.socket.write(request)
    await Promise.race([nextData(next.socket), isClosed(next.socket)])
  }
})

test('it closes the oldest connection of the address with the most for one of others when all are in use', async t => {
  let isOther = false
  let arrived = (): void => {}
  const rules = {limits: {maxConnections: 2}, isProxy: () => isOther}
  const {dial} = await open(t, rules, () => arrived())
  const kept = [dial(), dial()]
  const [first, second] = kept as [(typeof kept)[number], (typeof kept)[number]]
  for (const {socket} of kept) {
    const arrival = new Promise<void>(resolve => {
      arrived = resolve
    })
    socket.write(request)
    await arrival
  }
  isOther = true
  const other = dial()
  await isClosed(first.socket)
  assert.deepEqual([second.socket.closed, other.socket.closed], [false, false])
})

test('it does not count the connections of a proxy by address', async t => {
  const {dial} = await open(t, {limits: {maxConnectionsOfAddress: 1}, isProxy: address => address === '127.0.0.1'})
  const both = [dial(), dial()]
  for (const {socket} of both) socket.write(request)
  await Promise.all(both.map(({socket}) => nextData(socket)))
})

test('it announces the end of a connection with its last request', async t => {
  // Node.js leaves it to the client to close, until the connection has been idle for too long.
  const {dial} = await open(t, {limits: {maxRequestsOfConnection: 2, idleSeconds: 0.1}})
  const {socket, received} = dial()
  socket.write(request)
  await nextData(socket)
  assert.match(received(), /Connection: keep-alive/)
  socket.write(request)
  await isClosed(socket)
  assert.match(received(), /Connection: close/)
})

test('it closes a connection whose headers or body do not arrive, and one that is idle', async t => {
  const quick = {lookSeconds: 0.02}
  const slow = await open(t, {limits: {...quick, headerSeconds: 0.05, requestTimeoutSeconds: 60}})
  const headers = slow.dial()
  headers.socket.write('GET / HTTP/1.1\r\nhost:')
  const late = await open(t, {limits: {...quick, headerSeconds: 0.05, requestTimeoutSeconds: 0.1}}, () => {})
  const body = late.dial()
  body.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n{')
  const quiet = await open(t, {limits: {idleSeconds: 0.05}})
  const idle = quiet.dial()
  idle.socket.write(request)
  await Promise.all([headers, body, idle].map(({socket}) => isClosed(socket)))
  assert.match(headers.received(), /^HTTP\/1\.1 408/)
})

/** Answers that nobody reads, and a clock. */
function unread(maxUnreadBytes: number, unreadSeconds = 60) {
  let nowMs = 0
  const answers = createUnread({maxUnreadBytes, unreadSeconds}, () => nowMs)
  const closed: string[] = []
  const add = (name: string, payload: unknown): object => {
    const response = {}
    answers.add(response as never, {destroy: () => closed.push(name)} as never, payload)
    return response
  }
  const wait = (seconds: number): void => {
    nowMs += seconds * 1000
  }
  return {...answers, add, closed, wait}
}

test('it does not wait for the reader of a request that came without a connection', () => {
  const connections = createConnections({limits: {maxUnreadBytes: 10}})
  connections.serve(answer)
  connections.countAnswer(new ServerResponse(new IncomingMessage(new Socket())), {} as Socket, 'more than ten bytes')
})

test('it keeps answers up to its bytes, and closes the oldest for one byte more', () => {
  const {add, forget, closed} = unread(10)
  const first = add('a', 'ä123')
  add('b', Buffer.alloc(5))
  assert.deepEqual(closed, [])
  add('c', '1')
  assert.deepEqual(closed, ['a'])
  forget(first as never)
  add('d', '12345')
  assert.deepEqual(closed, ['a', 'b'])
})

test('it closes a connection that has not read an answer in time, also an empty one', () => {
  const {add, closeOld, closed, wait} = unread(10, 60)
  add('a', null)
  wait(30)
  add('b', 'x')
  wait(30)
  closeOld()
  assert.deepEqual(closed, [])
  wait(0.001)
  closeOld()
  assert.deepEqual(closed, ['a'])
})
