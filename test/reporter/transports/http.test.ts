import assert from 'node:assert/strict'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'
import {createServer} from 'node:net'
import {describe, it} from 'node:test'
import {getJson, httpEraser, httpTransport} from '../../../src/reporter/transports/http.ts'
import type {EraseRequest, SendRequest, SendResult} from '../../../src/reporter/transports/transport.ts'
import {answer, answerAlways, answeringServer} from '../../support/answering-server.ts'

const confirmed = {accepted: 1, duplicates: 0, rejected: []}
const body = '{"protocol": 1}'

const request = (endpoint: string, changes: Partial<SendRequest> = {}): SendRequest => ({
  endpoint,
  writeKey: null,
  body,
  sentAt: '2026-03-01T10:00:00.000Z',
  signal: AbortSignal.timeout(10_000),
  ...changes,
})

const keptAs = (result: SendResult) =>
  result.kind === 'kept' ? [result.reason, result.retryAfterSeconds] : result.kind

describe('posting a report', () => {
  it('sends the body as it is to /v1/reports, with the time and without a key', async t => {
    const server = await answeringServer(t, answerAlways(200, confirmed))
    const result = await httpTransport({})(request(server.url))
    assert.deepEqual(result, {kind: 'answered', status: 200, body: JSON.stringify(confirmed), answer: confirmed})
    const [received] = server.requests
    assert.equal(received?.path, '/v1/reports')
    assert.equal(received?.body, body)
    assert.equal(received?.headers['content-type'], 'application/json')
    assert.equal(received?.headers['usage-sent-at'], '2026-03-01T10:00:00.000Z')
    for (const name of ['authorization', 'content-encoding', 'cookie']) assert.equal(received?.headers[name], undefined)
  })

  it('sends the write key as a bearer token', async t => {
    const server = await answeringServer(t, answerAlways(200, confirmed))
    await httpTransport({})(request(server.url, {writeKey: 'key'}))
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer key')
  })

  it('keeps the path of a collector behind a proxy', async t => {
    const server = await answeringServer(t, answerAlways(200, confirmed))
    for (const path of ['', '/', '//', '/usage', '/usage/']) await httpTransport({})(request(`${server.url}${path}`))
    const paths = server.requests.map(one => one.path)
    assert.deepEqual(paths, [...Array(3).fill('/v1/reports'), '/usage/v1/reports', '/usage/v1/reports'])
  })

  it('compresses bodies above 1 KiB, in bytes', async t => {
    const server = await answeringServer(t, answerAlways(200, confirmed))
    for (const text of ['x'.repeat(1024), 'x'.repeat(1025), 'ü'.repeat(513)]) {
      await httpTransport({})(request(server.url, {body: text}))
      assert.equal(server.requests.at(-1)?.body, text)
    }
    assert.deepEqual(
      server.requests.map(one => one.headers['content-encoding']),
      [undefined, 'gzip', 'gzip'],
    )
  })

  for (const [status, kept] of [
    [401, 'key-refused'],
    [403, 'key-refused'],
    [404, 'project-unknown'],
    [408, 'timeout'],
    [425, 'busy'],
    [429, 'busy'],
    [500, 'server-error'],
    [503, 'busy'],
    [599, 'server-error'],
    [302, 'server-error'],
    [304, 'server-error'],
  ] as const)
    it(`keeps the report on a ${status}, asked once`, async t => {
      const server = await answeringServer(t, answerAlways(status))
      assert.deepEqual(keptAs(await httpTransport({})(request(server.url))), [kept, null])
      assert.equal(server.requests.length, 1)
    })

  const document = JSON.stringify({error: {code: 'USAGE_REPORT_UNPARSABLE', message: 'why', next: 'what'}})
  for (const status of [400, 402, 405, 407, 409, 410, 415, 422, 451])
    it(`takes a ${status} for the last word where the collector itself says it, and for nobody's else`, async t => {
      const server = await answeringServer(t, answerAlways(status, document))
      assert.deepEqual(await httpTransport({})(request(server.url)), {kind: 'refused', status, body: document})
      for (const body of [
        '<html>Sign in</html>',
        '',
        '{}',
        '{"error": "no"}',
        '{"error": {"code": 407, "message": ""}}',
      ]) {
        server.respond = answerAlways(status, body)
        assert.deepEqual(keptAs(await httpTransport({})(request(server.url))), ['server-error', null], body)
      }
      assert.equal(server.requests.length, 6)
    })

  it('says that a report is too large on a 413, and whether the collector said so', async t => {
    const server = await answeringServer(t, answerAlways(413))
    assert.deepEqual(await httpTransport({})(request(server.url)), {kind: 'too-large', status: 413, isFinal: false})
    server.respond = answerAlways(413, document)
    assert.deepEqual(await httpTransport({})(request(server.url)), {kind: 'too-large', status: 413, isFinal: true})
  })

  it('takes nothing for a confirmation but the answer of a collector', async t => {
    const server = await answeringServer(t)
    for (const text of [
      '<html></html>',
      '',
      '{}',
      '{"accepted": "1", "duplicates": 0, "rejected": []}',
      '{"accepted": -1, "duplicates": 0, "rejected": []}',
    ]) {
      server.respond = answerAlways(200, text)
      assert.deepEqual(keptAs(await httpTransport({})(request(server.url))), ['server-error', null], text)
    }
    server.respond = answerAlways(204)
    assert.deepEqual(keptAs(await httpTransport({})(request(server.url))), ['server-error', null])
  })

  it('reads Retry-After as seconds and as a date', async t => {
    const server = await answeringServer(t)
    const secondsAfter = async (value: string) => {
      server.respond = answerAlways(429, '', {'retry-after': value})
      const result = await httpTransport({})(request(server.url))
      return result.kind === 'kept' ? result.retryAfterSeconds : assert.fail(result.kind)
    }
    assert.equal(await secondsAfter('120'), 120)
    const date = await secondsAfter(new Date(Date.now() + 100_000).toUTCString())
    assert.ok(date !== null && date > 90 && date <= 101)
    for (const nothing of ['0', '-5', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT'])
      assert.equal(await secondsAfter(nothing), null)
  })

  it('follows no redirect', async t => {
    const other = await answeringServer(t, answerAlways(200, confirmed))
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await answeringServer(t, answerAlways(status, '', {location: `${other.url}/v1/reports`}))
      assert.deepEqual(keptAs(await httpTransport({})(request(server.url, {writeKey: 'key'}))), ['server-error', null])
    }
    assert.equal(other.requests.length, 0)
  })

  it('is offline where nobody listens, where no name is found and where no address is meant', async () => {
    for (const endpoint of ['http://127.0.0.1:9', 'http://usage.invalid', ''])
      assert.deepEqual(keptAs(await httpTransport({})(request(endpoint))), ['offline', null], endpoint)
  })

  it('is offline when the server speaks something else, or closes at any point', async t => {
    const words = [
      '',
      'hello\r\n',
      'HTTP/1.1 200 OK\r\n',
      'HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"accepted": 1',
    ]
    for (const word of words) {
      const server = createServer(socket => {
        socket.on('error', () => {})
        socket.once('data', () => socket.end(word))
      }).listen(0, '127.0.0.1')
      t.after(() => server.close())
      await once(server, 'listening')
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      assert.deepEqual(keptAs(await httpTransport({})(request(url))), ['offline', null], JSON.stringify(word))
    }
  })

  it('ends when its time is up, before the answer or in the middle of it', async t => {
    const server = await answeringServer(t, () => {})
    const late = () => httpTransport({})(request(server.url, {signal: AbortSignal.timeout(200)}))
    assert.deepEqual(keptAs(await late()), ['timeout', null])
    server.respond = (_request, response) => {
      response.writeHead(200)
      response.write('{')
    }
    assert.deepEqual(keptAs(await late()), ['timeout', null])
    const aborted = request(server.url, {signal: AbortSignal.abort()})
    assert.deepEqual(keptAs(await httpTransport({})(aborted)), ['timeout', null])
  })
})

describe('asking for a document', () => {
  it('gives what came, with the token that was sent', async t => {
    const server = await answeringServer(t, answerAlways(200, {a: 1}))
    const signal = AbortSignal.timeout(10_000)
    assert.deepEqual(await getJson(`${server.url}/x`, {token: 'token', environment: {}, signal: signal}), {
      status: 200,
      body: '{"a":1}',
    })
    assert.equal(server.requests[0]?.headers.authorization, 'Bearer token')
    await getJson(server.url, {token: null, environment: {}, signal: signal})
    assert.equal(server.requests[1]?.headers.authorization, undefined)
  })

  it('gives any status, follows no redirect and asks once', async t => {
    const server = await answeringServer(t)
    for (const status of [302, 401, 404, 500]) {
      server.respond = (_request, response) => answer(response, status, 'no', {location: '/elsewhere'})
      assert.deepEqual(await getJson(server.url, {token: null, environment: {}, signal: AbortSignal.timeout(10_000)}), {
        status,
        body: 'no',
      })
    }
    assert.equal(server.requests.length, 4)
  })

  it('fails where nobody listens', async () => {
    await assert.rejects(
      getJson('http://127.0.0.1:9', {token: null, environment: {}, signal: AbortSignal.timeout(10_000)}),
    )
  })
})

describe('presenting a request to erase', () => {
  const id = '01a21087-6d04-7402-baa2-1c29f0d5c6dc'
  const erasure = (endpoint: string, signal = AbortSignal.timeout(10_000)): EraseRequest => ({
    ...{endpoint, project: 'demo', writeKey: 'key', signal},
    request: {protocol: 1, id, keys: ['ab'.repeat(32)]},
  })
  const receipt = {receipt: id, erasedAt: '2026-03-01T10:00:00.000Z', runs: 3, features: 2}

  it('posts the keys to the project, with the write key, and gives the receipt', async t => {
    const server = await answeringServer(t, answerAlways(200, receipt))
    assert.deepEqual(await httpEraser({})(erasure(`${server.url}/below/`)), {kind: 'erased', receipt})
    const [received] = server.requests
    assert.deepEqual(
      [received?.path, received?.headers.authorization],
      ['/below/v1/projects/demo/erasures', 'Bearer key'],
    )
    assert.deepEqual(JSON.parse(received?.body ?? ''), {protocol: 1, id, keys: ['ab'.repeat(32)]})
  })

  for (const [status, reason] of [
    [400, 'cannot-erase'],
    [401, 'key-refused'],
    [403, 'key-refused'],
    [404, 'cannot-erase'],
    [408, 'timeout'],
    [413, 'cannot-erase'],
    [429, 'busy'],
    [500, 'server-error'],
    [503, 'busy'],
  ] as const)
    it(`is kept as ${reason} on a ${status}`, async t => {
      const server = await answeringServer(t, answerAlways(status, receipt))
      const result = await httpEraser({})(erasure(server.url))
      assert.equal(result.kind === 'kept' && result.reason, reason)
    })

  it('sends no key by http to another machine, nor through a proxy', async t => {
    const server = await answeringServer(t, answerAlways(200, receipt))
    const proxy = await answeringServer(t, answerAlways(200, receipt))
    const environment = {http_proxy: proxy.url, HTTP_PROXY: proxy.url, all_proxy: proxy.url}
    assert.equal((await httpEraser(environment)(erasure(server.url))).kind, 'erased')
    for (const endpoint of ['http://192.0.2.1:9', 'http://usage.example.org', 'http://127.example.org']) {
      const result = await httpEraser(environment)(erasure(endpoint))
      assert.deepEqual([result.kind === 'kept' && result.reason, endpoint], ['not-encrypted', endpoint])
    }
    assert.deepEqual([server.requests.length, proxy.requests.length], [1, 0])
  })

  it('never throws: nobody listens, or the time is up', async t => {
    const hanging = await answeringServer(t, () => {})
    const offline = await httpEraser({})(erasure('http://127.0.0.1:9'))
    assert.equal(offline.kind === 'kept' && offline.reason, 'offline')
    const late = await httpEraser({})(erasure(hanging.url, AbortSignal.timeout(50)))
    assert.equal(late.kind === 'kept' && late.reason, 'timeout')
  })
})
