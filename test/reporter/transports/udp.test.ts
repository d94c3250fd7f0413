import assert from 'node:assert/strict'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {it} from 'node:test'
import {limits} from '../../../src/protocol/limits.ts'
import {udpTransport} from '../../../src/reporter/transports/udp.ts'

const bodyOf = (bytes: number, events = 1): string => {
  const empty = JSON.stringify({events: Array(events).fill(''), filler: ''})
  return JSON.stringify({events: Array(events).fill(''), filler: 'x'.repeat(bytes - empty.length)})
}
const request = (changes: object = {}) => ({
  ...{endpoint: 'udp://127.0.0.1:9', writeKey: null, body: bodyOf(100), sentAt: '', signal: AbortSignal.timeout(9_000)},
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
  assert.deepEqual([writeKey, rest], ['the-key', JSON.parse(bodyOf(100))])
})

it('takes an event whose datagram has 1,200 bytes, and not one byte more, nor two events', async () => {
  const kindOf = async (body: string) => (await udpTransport()(request({body}))).kind
  assert.equal(await kindOf(bodyOf(limits.maxDatagramBytes - 1)), 'answered')
  assert.equal(await kindOf(bodyOf(limits.maxDatagramBytes)), 'too-large')
  assert.equal(await kindOf(bodyOf(100, 2)), 'too-large')
})

it('keeps the event when the name leads nowhere or there is no time', async () => {
  const nowhere = await udpTransport()(request({endpoint: 'udp://nowhere.invalid:9'}))
  assert.ok(nowhere.kind === 'kept' && nowhere.reason === 'offline')
  const late = await udpTransport()(request({signal: AbortSignal.abort()}))
  assert.ok(late.kind === 'kept' && late.reason === 'timeout')
})
