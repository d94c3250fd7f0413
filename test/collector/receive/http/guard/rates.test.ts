import assert from 'node:assert/strict'
import {suite, type TestContext, test} from 'node:test'
import {readProxies} from '../../../../../src/collector/receive/http/guard/sources.ts'
import {codeOf, get, makeFolders, post, type Reply, startCollector} from '../../../running-collector.ts'
import {reportOf} from '../../../samples.ts'

const from = (address: string): Record<string, string> => ({'X-Forwarded-For': address})

/** A collector that accepts so many requests of an address. */
async function openWith(t: TestContext, requests: number, proxies: readonly string[] = []) {
  const rate = {requests, seconds: 60}
  const {http} = await startCollector(t, makeFolders(t), {front: {rate, isProxy: readProxies(proxies)}})
  return (address: string): Promise<Reply> => get(http, '/openapi.json', from(address))
}

function assertTooMany(reply: Reply, title: string): void {
  assert.deepEqual([reply.status, codeOf(reply)], [429, 'USAGE_TOO_MANY_REQUESTS'], title)
  assert.match(reply.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
}

suite('the rate of an address', () => {
  test('it answers as many requests as the limit allows and refuses one more, but never a health check', async t => {
    const {http} = await startCollector(t, makeFolders(t), {
      front: {rate: {requests: 3, seconds: 60}},
    })
    for (const path of ['/openapi.json', '/nothing', '/v1/reports']) await get(http, path)
    for (const path of ['/openapi.json', '/nothing', '/v1/reports']) assertTooMany(await get(http, path), path)
    assertTooMany(await post(http, reportOf([])), 'a report')
    assert.equal((await get(http, '/healthz')).status, 200)
  })

  test('it believes X-Forwarded-For of a trusted proxy alone, and of it the last address before the proxies', async t => {
    const untrusted = await openWith(t, 1, ['10.0.0.0/8'])
    assert.equal((await untrusted('192.0.2.1')).status, 200)
    assertTooMany(await untrusted('192.0.2.2'), 'from somebody')
    const trusted = await openWith(t, 1, ['127.0.0.0/8', '10.0.0.1'])
    assert.equal((await trusted('192.0.2.1')).status, 200)
    assertTooMany(await trusted('192.0.2.1'), 'again')
    assertTooMany(await trusted('198.51.100.7, 192.0.2.1, 10.0.0.1'), 'forged')
    assert.equal((await trusted('192.0.2.2, 10.0.0.1')).status, 200)
  })

  test('it counts an address as one, also if a proxy forwards it with a port', async t => {
    for (const [first, second] of [
      ['192.0.2.1:4000', '192.0.2.1'],
      ['192.0.2.1:4000', '192.0.2.1:4001, 127.0.0.1:5000'],
      ['[2001:db8::1]:4000', '2001:db8::2'],
    ] as const) {
      const trusted = await openWith(t, 1, ['127.0.0.0/8'])
      assert.equal((await trusted(first)).status, 200)
      assertTooMany(await trusted(second), second)
    }
  })

  test('it counts the addresses of an IPv6 /64 as one, and what is no address as one', async t => {
    const ask = await openWith(t, 1, ['127.0.0.1'])
    assert.equal((await ask('2001:db8:0:1::1')).status, 200)
    assertTooMany(await ask('2001:db8:0:1:ffff::2'), 'the same /64')
    assert.equal((await ask('2001:db8:0:2::1')).status, 200)
    assert.equal((await ask('::ffff:192.0.2.1')).status, 200)
    assertTooMany(await ask('192.0.2.1'), 'the same address')
    assert.equal((await ask('nobody')).status, 200)
    assertTooMany(await ask('nobody'), 'no address')
  })
})

test('it reads the addresses and subnets of proxies', () => {
  const isProxy = readProxies(['10.0.0.0/8', '192.0.2.1', '2001:db8::/32'])
  for (const address of ['10.1.2.3', '192.0.2.1', '2001:db8:1::1', '::ffff:10.0.0.1'])
    assert.ok(isProxy(address), address)
  for (const address of ['11.0.0.1', '192.0.2.2', '2001:db9::1', '', undefined]) assert.ok(!isProxy(address), address)
  for (const wrong of ['proxy', '10.0.0.0/33', '10.0.0.0/8/8', '10.0.0.0/', '10.0.0.0/x', '', '2001:db8::/129'])
    assert.throws(() => readProxies([wrong]), {code: 'USAGE_WRONG_USE'}, wrong)
})
