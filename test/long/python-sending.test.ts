import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {readEntries} from '../../src/reporter/destination/compaction.ts'
import {countDrops} from '../../src/reporter/destination/drops.ts'
import {countRefused} from '../../src/reporter/destination/refused.ts'
import {acceptAll, answer, answerAlways, answeringServer, refusal, reportOf} from '../support/answering-server.ts'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'

const uuid = (number: number) => `01a21087-6d03-761c-8578-${String(number).padStart(12, '0')}`

/** Lines of features as the client writes them. */
function linesOf(count: number, by = 'usage-python') {
  const header = {application: null, version: null, commit: null, component: null, os: null, ci: null, scheduler: null}
  const local = {host: 'h', machineId: null, bootId: null, script: null}
  return Array.from({length: count}, (_, index) =>
    JSON.stringify({
      by,
      format: 1,
      id: uuid(index),
      type: 'feature',
      run: uuid(999_999),
      time: new Date().toISOString(),
      header,
      local,
      featureType: 'Algorithm',
      name: 'Load.v1',
      durationSeconds: null,
      count: 1,
      internal: false,
      details: null,
    }),
  )
}

/** Has the client look at its bounds after each event, not after one of 256. */
const oftenTidy = 'import os; os.urandom = lambda size, chance=os.urandom: chance(size) if size > 1 else b"\\0"'

async function sceneWithServer(t: TestContext, respond = acceptAll) {
  const server = await answeringServer(t, respond)
  const scene = pythonScene(t, server.url)
  mkdirSync(scene.destination.paths.waiting, {recursive: true, mode: 0o700})
  const write = (name: string, lines: readonly string[], end = '\n') =>
    writeFileSync(join(scene.destination.paths.waiting, name), lines.join('\n') + end)
  const sent = () => server.requests.flatMap(request => reportOf(request).events.map(({id}) => id)).sort()
  return {...scene, server, write, sent}
}

describe('the sender of Python', {concurrency: 2}, () => {
  const damages: readonly (readonly [string, (lines: string[]) => string, string])[] = [
    ['the first line is cut', lines => (lines[0] = (lines[0] ?? '').slice(0, 90)), '\n'],
    ['a line in the middle is cut', lines => (lines[200] = (lines[200] ?? '').slice(0, -1)), '\n'],
    ['the last line is cut and has no end', lines => (lines[399] = (lines[399] ?? '').slice(0, 200)), ''],
    ['a line is nothing but zeros', lines => (lines[7] = '\0'.repeat(500)), '\n'],
    ['a line is JSON of another kind', lines => (lines[7] = '[1, {"by": 2}]'), '\n'],
    ['a line is empty', lines => (lines[7] = ''), '\n'],
    ['a line is a number', lines => (lines[7] = '0'), '\n'],
    ['an event has no header', lines => (lines[7] = (lines[7] ?? '').replace('"header"', '"haeder"')), '\n'],
    ['an id is a path', lines => (lines[7] = (lines[7] ?? '').replace(uuid(7), '../../../../x')), '\n'],
    ['a time is none', lines => (lines[7] = (lines[7] ?? '').replace(/"time":"[^"]*"/, '"time":"yesterday"')), '\n'],
    ['brackets without end', lines => (lines[7] = '['.repeat(100_000)), '\n'],
  ]
  for (const [what, damage, end] of damages)
    it(`loses one line of 400 where ${what}, counts it and sets it aside`, needs('python3'), async t => {
      const {write, send, sent, dropped, events, destination} = await sceneWithServer(t)
      const lines = linesOf(400)
      const wrong = damage(lines)
      write(`${uuid(0)}.json`, lines, end)
      assert.equal((await send()).stderr, '')
      assert.equal(sent().length, 399)
      assert.deepEqual([events(), await dropped()], [[], {damaged: 1}])
      const [name] = readdirSync(destination.paths.refused)
      assert.equal(name, `${uuid(0)}.damaged`)
      assert.equal(readFileSync(join(destination.paths.refused, name ?? ''), 'utf8'), `${wrong}\n`)
    })

  it('leaves the files of other writers, damaged or not, and sends beside them', needs('python3'), async t => {
    const {write, send, sent, destination} = await sceneWithServer(t)
    write(`${uuid(1)}.json`, [...linesOf(3, 'usage-sh'), '{"cut'])
    write(`${uuid(2)}.json`, ['{"format":1'], '')
    write(`${uuid(3)}.json`, linesOf(2))
    await send()
    assert.deepEqual(sent(), [uuid(0), uuid(1)])
    assert.deepEqual(readdirSync(destination.paths.waiting), [`${uuid(1)}.json`, `${uuid(2)}.json`])
  })

  it('goes on after a damaged time of the next try', needs('python3'), async t => {
    const {run, send, sent, destination} = await sceneWithServer(t)
    await run('usage.start()', waits)
    writeFileSync(destination.paths.nextTry, '{"failures":')
    await send()
    assert.equal(sent().length, 1)
  })

  it('takes a refusal for final only from a collector', needs('python3'), async t => {
    const ways = ['', '{"error": {"code": "ERR_PROXY", "message": "no"}}', '{"error": "no"}', '[', 'null']
    const portals = [400, 402, 407, 410, 413, 451].map(status => [status, '<html>Sign in</html>', false] as const)
    const answers = [
      ...portals,
      ...ways.map(body => [400, body, false] as const),
      ...[400, 413, 422].map(status => [status, JSON.stringify(refusal('no')), true] as const),
    ]
    for (const [status, body, isFinal] of answers) {
      const {run, send, events, destination} = await sceneWithServer(t, answerAlways(status, body))
      await run('usage.start()', waits)
      await send()
      const refused = countRefused(destination.paths.refused)
      assert.deepEqual([events().length, refused], isFinal ? [0, 1] : [1, 0], `${status} ${body}`)
      if (!isFinal) assert.equal(JSON.parse(readFileSync(destination.paths.nextTry, 'utf8')).failures, 1)
    }
  })

  it('keeps what it does not send within the bounds of usage, and the sums as they are', needs('python3'), async t => {
    const {send, run, destination, dropped, usage} = await sceneWithServer(t, (request, response) =>
      answer(response, 200, {
        accepted: 0,
        duplicates: 0,
        rejected: reportOf(request).events.map(({id}, index) => ({index, id, code: 'USAGE_X', message: 'no'})),
      }),
    )
    const {drops, sent, refused} = destination.paths
    await run(
      `${oftenTidy}\nfor _ in range(600): usage.feature("Nothing.v1")\nfor _ in range(300): usage.feature("Load.v1", "Algorithm", count=2, seconds=1)`,
      waits,
    )
    assert.ok(readdirSync(drops).length <= 400)
    mkdirSync(sent, {recursive: true})
    for (let index = 0; index < 1100; index++)
      writeFileSync(join(sent, `00000000-0000-7000-8000-${String(index).padStart(12, '0')}.json`), '{}')
    await send()
    await run('usage.feature("Load.v1", "Algorithm")', waits)
    await send()
    assert.ok(readdirSync(drops).length <= 400)
    assert.ok(readdirSync(refused).length <= 200 + 1)
    assert.ok(readdirSync(sent).length <= 1000 + 7)
    const [status] = (await usage('status')).projects
    assert.deepEqual([await dropped(), status.refused.events], [{'undeclared-feature': 600}, 301])
    assert.deepEqual([countDrops(drops)['undeclared-feature'], countRefused(refused)], [600, 301])
    // What a summary has replaced is passed over by both, if the one that wrote it was killed.
    const summary = readEntries(drops).find(({name}) => name.endsWith('-sum.json'))
    assert.ok(Array.isArray(summary?.content['replaces']))
    const [replaced] = summary.content['replaces']
    writeFileSync(join(drops, String(replaced)), '{"reason":"undeclared-feature","count":1,"time":null}')
    assert.equal(countDrops(drops)['undeclared-feature'], 600)
  })

  it('loses no count of what is dropped while many processes sum it up', needs('python3'), async t => {
    const {run, dropped} = pythonScene(t)
    const script = `${oftenTidy}
for _ in range(4):
    if os.fork() == 0:
        for _ in range(80): usage.feature("Nothing.v1")
        os._exit(0)
for _ in range(4): os.wait()`
    await run(script, waits)
    assert.deepEqual(await dropped(), {'undeclared-feature': 320})
  })
})

describe('a proxy of the sender of Python', {concurrency: 2}, () => {
  it('is used as curl reads the variables, and never gone around', needs('python3'), async t => {
    const {server, run, send, destination} = await sceneWithServer(t)
    const proxy = await answeringServer(t)
    const {host, hostname} = new URL(proxy.url)
    await run('usage.start()', waits)
    const cases: readonly (readonly [Record<string, string>, 'proxy' | 'direct' | RegExp])[] = [
      [{http_proxy: host}, 'proxy'],
      [{HTTP_PROXY: `http://${host}/`}, 'proxy'],
      [{all_proxy: `HTTP://u:p%40@${host}`}, 'proxy'],
      [{https_proxy: 'http://127.0.0.1:9'}, 'direct'],
      [{http_proxy: host, HTTP_PROXY: 'http://127.0.0.1:9'}, 'proxy'],
      [{http_proxy: host, NO_PROXY: 'example.org, 127.0.0.0/8'}, 'direct'],
      [{http_proxy: host, NO_PROXY: 'example.org 127.0.0.1'}, 'direct'],
      [{http_proxy: host, NO_PROXY: '*'}, 'direct'],
      [{http_proxy: host, NO_PROXY: `127.0.0.1:${new URL(server.url).port}`}, 'direct'],
      [{http_proxy: host, NO_PROXY: '127.0.0.1:1,127.0.0,10.0.0.0/8,::1/64,127.0.0.1/33,.0.0.1,,'}, 'proxy'],
      [{http_proxy: host, no_proxy: 'x', NO_PROXY: '*'}, 'proxy'],
      [{http_proxy: `socks5://${host}`}, /http_proxy must name an HTTP proxy: socks5:/],
      [{ALL_PROXY: `https://${host}`}, /ALL_PROXY must name an HTTP proxy: https:/],
      [{http_proxy: 'http://'}, /http_proxy is no address of a proxy/],
      [{http_proxy: `${hostname}:99999999`}, /http_proxy is no address of a proxy/],
      [{http_proxy: 'http://[::1'}, /http_proxy is no address of a proxy/],
      [{http_proxy: '127.0.0.1:9'}, /refused/],
    ]
    for (const [environment, wanted] of cases) {
      const before = [proxy.requests.length, server.requests.length]
      await run('usage.feature("Load.v1", "Algorithm")', waits)
      writeFileSync(destination.paths.nextTry, '{}')
      await send({environment})
      const [byProxy, direct] = [proxy.requests.length - (before[0] ?? 0), server.requests.length - (before[1] ?? 0)]
      const counts = [Math.min(byProxy, 1), Math.min(direct, 1)]
      const what = JSON.stringify(environment)
      if (wanted instanceof RegExp) {
        assert.deepEqual(counts, [0, 0], what)
        assert.match(JSON.parse(readFileSync(destination.paths.nextTry, 'utf8')).lastError.message, wanted, what)
      } else assert.deepEqual(counts, wanted === 'proxy' ? [1, 0] : [0, 1], what)
      if (environment['all_proxy'] !== undefined)
        assert.equal(proxy.requests.at(-1)?.headers['proxy-authorization'], `Basic ${btoa('u:p@')}`)
    }
    assert.ok(proxy.requests.every(({path}) => path === `${server.url}/v1/reports`))
  })
})
