import assert from 'node:assert/strict'
import {connect} from 'node:net'
import {hostname} from 'node:os'
import {suite, type TestContext, test} from 'node:test'
import {requireKnownHost} from '../../../../../src/collector/receive/http/guard/hosts.ts'
import {makeFolders, startCollector} from '../../../running-collector.ts'
import {sampleProject, writtenProject} from '../../../samples.ts'

/** Sends the head of a request, and none of its body. Resolves to the first line of the answer and its code. */
async function sendHead(t: TestContext, http: string, head: string): Promise<string> {
  const socket = connect(Number(new URL(http).port), '127.0.0.1')
  t.after(() => socket.destroy())
  socket.write(`${head.replaceAll('\n', '\r\n')}\r\n\r\n`)
  let answer = ''
  for await (const chunk of socket) {
    answer += chunk
    if (answer.includes('\r\n\r\n')) break
  }
  return `${answer.slice(9, 12)} ${/USAGE_\w+/.exec(answer)?.[0] ?? ''}`.trim()
}

suite('keys', () => {
  const reportWith = (header: string): string =>
    `POST /v1/reports HTTP/1.1\nhost: 127.0.0.1\ncontent-type: application/json\ncontent-length: 1000000${header}`

  test('it refuses a key that no project has before the body arrives', async t => {
    const {http} = await startCollector(
      t,
      makeFolders(t, [writtenProject({writeKey: 'right'}), writtenProject({project: 'open'})]),
    )
    for (const header of ['Bearer wrong', 'Bearer', 'right', `Basic ${btoa(':wrong')}`])
      assert.equal(await sendHead(t, http, reportWith(`\nauthorization: ${header}`)), '401 USAGE_KEY_WRONG', header)
    const path = (name: string): string => reportWith('\nauthorization: Bearer wrong').replace('/v1/reports', name)
    assert.equal(await sendHead(t, http, path('/v1/projects/parsl/erasures')), '401 USAGE_KEY_WRONG')
  })

  test('it refuses a request without a key before the body arrives if every project has one', async t => {
    const {http} = await startCollector(t, makeFolders(t, [writtenProject({writeKey: 'right'})]))
    assert.equal(await sendHead(t, http, reportWith('')), '401 USAGE_KEY_WRONG')
    const tooLarge = reportWith(`\nauthorization: Basic ${btoa('anybody:right')}`).replace('1000000', '2000000')
    assert.equal(await sendHead(t, http, tooLarge), '413 USAGE_BODY_TOO_LARGE')
  })
})

suite('hosts', () => {
  const projects = new Map([['parsl', sampleProject({endpoint: {http: 'https://Usage.Example.org/usage'}})]])
  const isKnown = (host: string | undefined, names: readonly string[] = []): boolean => {
    try {
      requireKnownHost(host, {names, projects})
      return true
    } catch {
      return false
    }
  }

  test('it knows addresses, this machine and the endpoints of its projects', () => {
    const known = ['127.0.0.1:8080', '[::1]:8080', '192.0.2.1', 'localhost', 'LocalHost:80', hostname()]
    for (const host of [...known, 'usage.example.org', 'USAGE.example.org.:443', undefined, ''])
      assert.ok(isKnown(host), host)
    for (const host of [
      'evil.example',
      'usage.example.org.evil.example',
      '127.0.0.1.evil.example',
      'localhost.evil.example',
    ])
      assert.ok(!isKnown(host), host)
  })

  test('it knows the names of --host alone, besides addresses', () => {
    const names = ['stats.example.org']
    assert.ok(isKnown('stats.example.org:8443', names))
    assert.ok(isKnown('127.0.0.1', names))
    assert.ok(!isKnown('usage.example.org', names))
  })

  const get = (path: string, host: string): string => `GET ${path} HTTP/1.1\nhost: ${host}`
  const posted = 'POST /v1/reports HTTP/1.1\nhost: evil.example\ncontent-type: text/plain\ncontent-length: 1'

  test('it answers no question that is addressed to another host', async t => {
    const {http} = await startCollector(t)
    for (const path of ['/', '/v1/projects/parsl/stats', '/openapi.json', '/healthz', '/nothing'])
      assert.equal(await sendHead(t, http, get(path, 'evil.example')), '403 USAGE_HOST_UNKNOWN', path)
    assert.equal(await sendHead(t, http, get('/healthz', 'usage.example.org')), '200')
  })

  test('it accepts reports under any name, unless its names are listed', async t => {
    const {http} = await startCollector(t)
    assert.equal(await sendHead(t, http, posted), '415 USAGE_BODY_UNSUPPORTED')
    const strict = await startCollector(t, makeFolders(t), {front: {hosts: ['usage.example.org']}})
    assert.equal(await sendHead(t, strict.http, posted), '403 USAGE_HOST_UNKNOWN')
    assert.equal(await sendHead(t, strict.http, posted.replace('evil', 'usage')), '403 USAGE_HOST_UNKNOWN')
    assert.equal(
      await sendHead(t, strict.http, posted.replace('evil.example', 'usage.example.org')),
      '415 USAGE_BODY_UNSUPPORTED',
    )
  })
})
