import assert from 'node:assert/strict'
import {once} from 'node:events'
import {connect} from 'node:net'
import {test} from 'node:test'
import {gzipSync} from 'node:zlib'
import {errorRegistry} from '../../../../../src/errors.ts'
import {limits} from '../../../../../src/protocol/values/limits.ts'
import {codeOf, get, post, postReport, startCollector} from '../../../running-collector.ts'
import {endOf, featureOf, hourMs, nowMs, reportOf, startOf, uuid} from '../../../samples.ts'

const run = [startOf(1, nowMs - hourMs), endOf(1, nowMs), featureOf(1, nowMs, {run: uuid('r', 1)})]

const refusals: [string, string | Uint8Array, Record<string, string>, number, string][] = [
  ['no JSON', '{"protocol":', {}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), {}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['an empty body', '', {}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['JSON that is no report', '[1, null, "x"]', {}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['JSON of 10^5 levels', '['.repeat(100_000) + ']'.repeat(100_000), {}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['a report of another protocol', JSON.stringify(reportOf(run, {protocol: 2})), {}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['no gzip', 'plain', {'Content-Encoding': 'gzip'}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['gzip cut short', gzipSync('{}').subarray(0, 15), {'Content-Encoding': 'gzip'}, 400, 'USAGE_REPORT_UNPARSABLE'],
  ['another encoding', 'x', {'Content-Encoding': 'br'}, 415, 'USAGE_BODY_UNSUPPORTED'],
  ['encodings on each other', 'x', {'Content-Encoding': 'gzip, gzip'}, 415, 'USAGE_BODY_UNSUPPORTED'],
  ['another type', 'x', {'Content-Type': 'text/plain'}, 415, 'USAGE_BODY_UNSUPPORTED'],
]
for (const [what, body, headers, status, code] of refusals)
  test(`it refuses ${what} with ${status}`, async t => {
    const {http} = await startCollector(t)
    const reply = await post(http, body, headers)
    assert.deepEqual([reply.status, codeOf(reply)], [status, code])
    const {error} = reply.body as {error: {next: string; message: string}}
    assert.equal(error.next, errorRegistry[code as keyof typeof errorRegistry].next)
    assert.match(error.message, /^(?:not a valid report|no such address|the body)|must /)
    assert.equal((await get(http, '/healthz')).status, 200)
  })

test('it refuses a request without a body', async t => {
  const {http} = await startCollector(t)
  const response = await fetch(`${http}/v1/reports`, {method: 'POST'})
  assert.equal(response.status, 415)
})

test('it reads a body of 1 MiB and refuses one byte more, plain and after decompression', async t => {
  const {http} = await startCollector(t)
  const json = JSON.stringify(reportOf(run))
  const whole = json.padEnd(limits.maxBodyBytes)
  for (const [body, headers] of [
    [(text: string) => text, {}],
    [gzipSync, {'Content-Encoding': 'gzip'}],
  ] as [(text: string) => string | Uint8Array, Record<string, string>][]) {
    assert.equal((await post(http, body(whole), headers)).status, 200)
    const reply = await post(http, body(`${whole} `), headers)
    assert.deepEqual([reply.status, codeOf(reply)], [413, 'USAGE_BODY_TOO_LARGE'])
  }
})

test('it refuses a large body in chunks without Content-Length', async t => {
  const {http} = await startCollector(t)
  const chunk = new Uint8Array(64 * 1024).fill(32)
  const chunks = ReadableStream.from(Array.from({length: 64}, () => chunk))
  const response = await fetch(`${http}/v1/reports`, {
    method: 'POST',
    headers: {'Content-Type': 'application/json'},
    body: chunks,
    duplex: 'half',
  })
  assert.equal(response.status, 413)
})

test('it stops the decompression of a gzip bomb at the limit of a body', async t => {
  const {http} = await startCollector(t)
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024, 32), {level: 5})
  assert.ok(bomb.byteLength < limits.maxBodyBytes)
  const before = process.memoryUsage().rss
  const replies = await Promise.all(Array.from({length: 4}, () => post(http, bomb, {'Content-Encoding': 'gzip'})))
  assert.deepEqual(
    replies.map(({status}) => status),
    [413, 413, 413, 413],
  )
  assert.ok(process.memoryUsage().rss - before < 100 * 1024 * 1024)
})

test('it accepts 500 events in a report and refuses 501', async t => {
  const {http} = await startCollector(t)
  const features = Array.from({length: 501}, (_, index) => featureOf(index, nowMs))
  assert.equal((await postReport(http, reportOf(features.slice(1)))).accepted, 500)
  assert.equal((await post(http, reportOf(features))).status, 400)
})

test('it is not changed by keys that name the prototype', async t => {
  const {http} = await startCollector(t)
  const json = JSON.stringify(reportOf(run)).replace('"fields":{}', '"fields":{"__proto__":{"polluted":1}}')
  const hostile = json.replace(
    '{"protocol"',
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"protocol"',
  )
  const reply = await post(http, hostile)
  assert.equal(reply.status, 200)
  assert.equal('polluted' in {}, false)
})

test('it keeps running when a sender disconnects in the middle of a body', async t => {
  const {http} = await startCollector(t)
  const socket = connect(Number(new URL(http).port), '127.0.0.1')
  await once(socket, 'connect')
  socket.write('POST /v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{')
  socket.destroy()
  assert.equal((await postReport(http, reportOf(run))).accepted, 3)
})
