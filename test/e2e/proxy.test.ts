import assert from 'node:assert/strict'
import {request as httpRequest} from 'node:http'
import {createServer as createTlsServer} from 'node:https'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {makeAuthority} from '../support/authority.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {listen, openProxy} from '../support/open-proxy.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {type RunningCollector, runningCollector} from '../support/running-collector.ts'

/** HTTPS in front of a collector, as operators have it. */
async function openTlsFront(t: TestContext, collector: RunningCollector, authority: {key: Buffer; cert: Buffer}) {
  const {hostname, port} = new URL(collector.http)
  const front = createTlsServer(authority, (request, response) => {
    const {method, headers, url} = request
    const onward = httpRequest({hostname, port, path: url ?? '/', method: method ?? 'GET', headers}, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    request.pipe(onward)
  })
  return `https://127.0.0.1:${await listen(t, front)}`
}

async function sendOne(home: IsolatedHome, http: string, environment: Record<string, string>) {
  const {path, project} = projectOnDisk(home.home, http)
  const yes = {USAGE_CONSENT: `demo@${collectionVersion(project)}`, USAGE_PROJECT_FILE: path}
  // The start itself sends nothing: it is a sender of its own, which the recursion guard stops.
  await runUsage(home, ['start'], {environment: {...yes, USAGE_SENDER: '1'}})
  const outcome = await runUsage(home, ['flush', '--json'], {environment: {...yes, ...environment}})
  return JSON.parse(outcome.stdout)
}

describe('a proxy', {concurrency: 2}, () => {
  it('is used for a plain collector when HTTP_PROXY names it, unless NO_PROXY excludes the collector', async t => {
    const home = isolatedHome(t)
    const collector = await runningCollector(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const proxy = await openProxy(t)
    assert.equal((await sendOne(home, collector.http, {HTTP_PROXY: proxy.url})).sent, 1)
    assert.deepEqual(proxy.asked, [`POST ${collector.http}/v1/reports`])
    assert.equal((await sendOne(home, collector.http, {http_proxy: proxy.url, NO_PROXY: '127.0.0.1'})).sent, 1)
    assert.equal(proxy.asked.length, 1)
    assert.equal((await collector.stats('demo')).runs!.total, 2)
  })

  it(
    'tunnels to a collector behind TLS of a private authority, and nothing leaves without that authority',
    needs('openssl'),
    async t => {
      const home = isolatedHome(t)
      const collector = await runningCollector(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
      const authority = makeAuthority(t)
      const front = await openTlsFront(t, collector, authority)
      const proxy = await openProxy(t)
      const distrusted = await sendOne(home, front, {HTTPS_PROXY: proxy.url})
      assert.deepEqual([distrusted.sent, distrusted.kept, distrusted.projects[0].reason], [0, 1, 'offline'])
      const trusted = await sendOne(home, front, {HTTPS_PROXY: proxy.url, NODE_EXTRA_CA_CERTS: authority.ca})
      assert.deepEqual([trusted.sent, trusted.kept], [2, 0])
      assert.deepEqual(new Set(proxy.asked), new Set([`CONNECT ${new URL(front).host}`]))
      assert.equal((await collector.stats('demo')).runs!.total, 2)
    },
  )

  it('that is away keeps the events, and is not gone around', async t => {
    const home = isolatedHome(t)
    const collector = await runningCollector(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    const outcome = await sendOne(home, collector.http, {HTTP_PROXY: 'http://127.0.0.1:9'})
    assert.deepEqual([outcome.sent, outcome.kept, outcome.projects[0].reason], [0, 1, 'offline'])
    assert.equal((await collector.stats('demo')).runs!.total, 0)
  })
})
