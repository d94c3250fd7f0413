import assert from 'node:assert/strict'
import {once} from 'node:events'
import {connect, type Socket} from 'node:net'
import {type TestContext, test} from 'node:test'
import {collectorLimits} from '../../../../../src/collector/limits.ts'
import {limits} from '../../../../../src/protocol/values/limits.ts'
import {eventually} from '../../../../support/eventually.ts'
import {codeOf, post, postReport, startCollector} from '../../../running-collector.ts'
import {nowMs, reportOf, startOf} from '../../../samples.ts'

const report = reportOf([startOf(1, nowMs)])
const chunked = 'transfer-encoding: chunked'

/** A connection with an incomplete request, and the answer so far. */
async function begin(t: TestContext, http: string, header: string, bytes: number) {
  const socket: Socket = connect(Number(new URL(http).port), '127.0.0.1')
  t.after(() => socket.destroy())
  let answer = ''
  socket.on('error', () => {}).on('data', chunk => (answer += chunk))
  await once(socket, 'connect')
  const head = `POST /v1/reports HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n${header}\r\n\r\n`
  const size = header.startsWith(chunked) && bytes > 0 ? `${limits.maxBodyBytes.toString(16)}\r\n` : ''
  socket.write(`${head}${size}${' '.repeat(bytes)}`)
  return {socket, answer: () => answer}
}

test('it accepts reports while many connections announce a body and send none of it', async t => {
  const {http} = await startCollector(t)
  for (const header of [chunked, `content-length: ${limits.maxBodyBytes}`])
    for (let connection = 0; connection < 130; connection++) await begin(t, http, header, 10)
  assert.equal((await postReport(http, report)).accepted, 1)
})

test('it is busy while incomplete bodies fill the budget, and accepts reports when the senders are gone', async t => {
  const {http} = await startCollector(t)
  const half = limits.maxBodyBytes / 2
  const count = collectorLimits.maxArrivingBytes / half
  const senders = []
  for (let sender = 0; sender < count; sender++) senders.push(await begin(t, http, chunked, half))
  await eventually(async () => {
    const reply = await post(http, report)
    assert.deepEqual([reply.status, codeOf(reply)], [503, 'USAGE_COLLECTOR_BUSY'])
    assert.ok(Number(reply.headers.get('retry-after')) > 0)
  })
  const late = await begin(t, http, chunked, half)
  await eventually(async () => assert.match(late.answer(), /^HTTP\/1\.1 503 /))
  for (const {socket} of senders) socket.destroy()
  await eventually(async () => assert.equal((await post(http, report)).status, 200))
})

test('it accepts reports of others while incomplete bodies of one address use up its share', async t => {
  const {http} = await startCollector(t, undefined, {front: {isProxy: () => true}})
  const half = limits.maxBodyBytes / 2
  const from = (address: string) => ({'x-forwarded-for': address})
  for (let sender = 0; sender < collectorLimits.maxArrivingBytes / half; sender++)
    await begin(t, http, `${chunked}\r\nx-forwarded-for: 192.0.2.1`, half)
  await eventually(async () => assert.equal((await post(http, report, from('192.0.2.1'))).status, 503))
  assert.equal((await post(http, report, from('192.0.2.2'))).status, 200)
})

test('it refuses a body that grows beyond the limit', async t => {
  const {http} = await startCollector(t)
  const {socket, answer} = await begin(t, http, chunked, limits.maxBodyBytes)
  socket.write('\r\n1\r\n \r\n0\r\n\r\n')
  await eventually(async () => assert.match(answer(), /^HTTP\/1\.1 413 .*USAGE_BODY_TOO_LARGE/s))
})
