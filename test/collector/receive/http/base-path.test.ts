import assert from 'node:assert/strict'
import {suite, type TestContext, test} from 'node:test'
import {dashboardPages} from '../../../../src/cli/maintain/dashboard-pages.ts'
import {readBasePath, removeBasePath} from '../../../../src/collector/receive/http/base-path.ts'
import {makeFolders, postTo, startCollector} from '../../running-collector.ts'
import {endOf, hourMs, nowMs, reportOf, startOf, writtenProject} from '../../samples.ts'

/** A collector below /usage with two projects. `ask` is a browser behind a proxy that removes the path, or keeps it. */
async function openBelow(t: TestContext, access: 'public' | 'open', removes: boolean) {
  const folders = makeFolders(t, [writtenProject(), writtenProject({project: 'other'})])
  const {http} = await startCollector(t, folders, {pages: dashboardPages(access), front: {basePath: '/usage'}})
  await postTo(http, '/usage/v1/reports', reportOf([startOf(1, nowMs - hourMs), endOf(1, nowMs)]))
  const ask = (path: string): Promise<Response> =>
    fetch(`${http}${removes ? path.replace(/^\/usage(?=\/|$)/, '') : path}`, {redirect: 'manual'})
  return {http, ask}
}

/** Follows all links, once for each path, and returns the paths. */
async function crawl(ask: (path: string) => Promise<Response>): Promise<string[]> {
  const seen = new Set<string>()
  const waiting = ['/usage/']
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const path = next.split('?')[0]!
    if (seen.has(path)) continue
    seen.add(path)
    const response = await ask(next)
    assert.equal(response.status, path.endsWith('/sign-in') ? 401 : 200, next)
    const body = await response.text()
    if (!response.headers.get('content-type')?.startsWith('text/html')) continue
    for (const [, link = ''] of body.matchAll(/(?:href|action|src)="([^"#][^"]*)"/g)) {
      if (/^(?:https?|mailto):/.test(link)) continue
      assert.match(link, /^\/usage\//, `${link} on ${next}`)
      waiting.push(link.replaceAll('&amp;', '&'))
    }
  }
  return [...seen]
}

suite('a collector below a path', () => {
  for (const removes of [true, false])
    test(`it has all its links below the path, behind a proxy that ${removes ? 'removes' : 'keeps'} it`, async t => {
      const {ask} = await openBelow(t, 'open', removes)
      const paths = await crawl(ask)
      for (const path of ['', '/quality', '/collected', '/answers/users.csv', '/answers/users.json'])
        assert.ok(paths.includes(`/usage/projects/parsl${path}`), `${path} of ${paths.join(' ')}`)
    })

  test('it has the links of its public pages, its badges, its answers and its description below the path', async t => {
    const {ask, http} = await openBelow(t, 'public', false)
    assert.ok((await crawl(ask)).includes('/usage/projects/other/answers/public.json'))
    assert.equal((await ask('/usage/badge/parsl/users.svg')).status, 200)
    assert.equal((await ask('/usage')).status, 200)
    assert.equal((await ask('/usage/v1/projects/parsl/stats')).status, 401)
    assert.equal((await ask('/usagev1/projects/parsl/stats')).status, 404)
    const {servers} = (await (await fetch(`${http}/openapi.json`)).json()) as {servers: unknown}
    assert.deepEqual(servers, [{url: '/usage'}])
  })

  test('it redirects below the path to its only project', async t => {
    const front = {basePath: '/usage'}
    const {http} = await startCollector(t, makeFolders(t), {pages: dashboardPages('open'), front})
    const {status, headers} = await fetch(`${http}/usage`, {redirect: 'manual'})
    assert.deepEqual([status, headers.get('location')], [302, '/usage/projects/parsl'])
  })
})

test('it reads a base path, and refuses one that is no path or an address of its own', () => {
  for (const [written, path] of [
    ['/usage', '/usage'],
    ['usage/', '/usage'],
    ['/a/b.c/', '/a/b.c'],
    ['/', ''],
    ['', ''],
  ])
    assert.equal(readBasePath(written!), path)
  for (const wrong of ['/us age', '/a//b', '/a/../b', '/%2f', '/v1', '/projects/x', 'https://x', '/a?b', '/"'])
    assert.throws(() => readBasePath(wrong), {code: 'USAGE_WRONG_USE'}, wrong)
})

test('it removes the base path from an address that has it', () => {
  for (const [address, rest] of [
    ['/usage', '/'],
    ['/usage?a=1', '/?a=1'],
    ['/usage/', '/'],
    ['/usage/v1/reports?a', '/v1/reports?a'],
    ['/usages/v1', '/usages/v1'],
    ['/v1/reports', '/v1/reports'],
  ])
    assert.equal(removeBasePath(address!, '/usage'), rest)
  assert.equal(removeBasePath('/v1', ''), '/v1')
})
