import assert from 'node:assert/strict'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {it} from 'node:test'
import {udpTransport} from '../../../src/reporter/transports/udp.ts'

const body = '{"events":[{}]}'
const request = (changes: object = {}) => ({
  ...{endpoint: 'udp://127.0.0.1:9', writeKey: null, body, sentAt: '', signal: AbortSignal.timeout(9_000)},
  ...changes,
})

it('sends byte 2 and the report, with the write key of the project', async t => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  t.after(() => socket.close())
  await once(socket, 'listening')
  const received = once(socket, 'message')
  const endpoint = `udp://127.0.0.1:${socket.address().port}`
  const result = await udpTransport()(request({endpoint, writeKey: 'the-key'}))
  assert.ok(result.kind === 'answered' && result.answer.accepted === 1)
  const [datagram] = (await received) as [Buffer]
  assert.equal(datagram.toString()[0], '2')
  const {writeKey, ...rest} = JSON.parse(datagram.toString().slice(1))
  assert.deepEqual([writeKey, rest], ['the-key', JSON.parse(body)])
})

it('takes the address of IPv4 of a name that has one', async t => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  t.after(() => socket.close())
  await once(socket, 'listening')
  const received = once(socket, 'message')
  await udpTransport()(request({endpoint: `udp://localhost:${socket.address().port}`}))
  assert.equal(String((await received)[0]), `2${body}`)
})

it('keeps the event when the name leads nowhere or there is no time', async () => {
  const nowhere = await udpTransport()(request({endpoint: 'udp://nowhere.invalid:9'}))
  assert.ok(nowhere.kind === 'kept' && nowhere.reason === 'offline')
  const late = await udpTransport()(request({signal: AbortSignal.abort()}))
  assert.ok(late.kind === 'kept' && late.reason === 'timeout')
})
