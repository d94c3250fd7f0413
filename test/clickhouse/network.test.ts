import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {seededRandom} from '../collector/random-use.ts'
import {get, postReport} from '../collector/running-collector.ts'
import {reportOf, sampleProject, startOf} from '../collector/samples.ts'
import {answerAlways, answeringServer} from '../support/answering-server.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {runningCollector} from '../support/running-collector.ts'
import {lossyProxy} from './network/lossy-proxy.ts'
import {startBalancer} from './network/start-balancer.ts'

const project = sampleProject()

describe('the balancer', needs('haproxy', 'setpriv'), () => {
  it('gives each collector its share, and none to one that was killed', async t => {
    const collectors = await Promise.all([1, 2, 3].map(() => runningCollector(t, isolatedHome(t), [project])))
    const {url, states} = await startBalancer(
      t,
      collectors.map(({http}) => http),
    )
    const areUp = async (expected: readonly boolean[]) =>
      eventually(async () => assert.deepEqual(await states(), expected))
    const starts = async () => {
      const stats = await Promise.all(collectors.map(collector => collector.stats(project.project)))
      return stats.map(({runs}) => runs.total)
    }
    await areUp([true, true, true])
    for (let run = 0; run < 6; run++) await postReport(url, reportOf([startOf(run, Date.now())]))
    assert.deepEqual(await starts(), [2, 2, 2])

    await collectors[1]!.kill()
    await areUp([true, false, true])
    for (let run = 6; run < 10; run++) await postReport(url, reportOf([startOf(run, Date.now())]))
    assert.deepEqual(await starts(), [4, 2, 4])
  })

  it('takes a collector out that is not ready, and back when it is', async t => {
    const server = await answeringServer(t, answerAlways(503))
    const {url, states} = await startBalancer(t, [server.url])
    await eventually(async () => assert.deepEqual(await states(), [false]))
    assert.equal((await fetch(url)).status, 503)
    server.respond = answerAlways(200, {status: 'ready'})
    await eventually(async () => assert.deepEqual(await states(), [true]))
    assert.deepEqual((await get(url, '/anything')).body, {status: 'ready'})
  })
})

describe('the lossy proxy', () => {
  it('loses the answer and not the request, as often as it is told', async t => {
    const server = await answeringServer(t)
    const proxy = await lossyProxy(t, server.url, 0.25, seededRandom(7))
    let failures = 0
    for (let run = 0; run < 200; run++)
      await postReport(proxy.url, reportOf([startOf(run, Date.now())])).catch(() => failures++)
    assert.equal(server.requests.length, 200)
    assert.equal(proxy.lost, failures)
    assert.equal(proxy.answered, 200 - failures)
    assert.ok(failures > 30 && failures < 70, String(failures))
  })

  it('passes path, headers, status and body on as they are', async t => {
    const server = await answeringServer(t, answerAlways(429, 'later', {'retry-after': '7'}))
    const proxy = await lossyProxy(t, server.url, 0, () => 0)
    const reply = await fetch(`${proxy.url}/a?b=c%20d`, {method: 'PUT', body: 'text', headers: {'x-key': 'k'}})
    assert.deepEqual([reply.status, reply.headers.get('retry-after'), await reply.text()], [429, '7', 'later'])
    const [{path, headers, body}] = server.requests as [(typeof server.requests)[number]]
    assert.deepEqual([path, headers['x-key'], body], ['/a?b=c%20d', 'k', 'text'])
    proxy.lossProbability = 1
    await assert.rejects(fetch(proxy.url))
  })

  it('closes the connection where the server is down', async t => {
    const proxy = await lossyProxy(t, 'http://127.0.0.1:9', 0, () => 0)
    await assert.rejects(fetch(proxy.url))
    assert.deepEqual([proxy.lost, proxy.answered], [0, 0])
  })
})
