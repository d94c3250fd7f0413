import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {suite, type TestContext, test} from 'node:test'
import {gzipSync} from 'node:zlib'
import {limits} from '../../../../src/protocol/values/limits.ts'
import type {Stats} from '../../../../src/stats/model/model.ts'
import {repositoryPath} from '../../../support/repository.ts'
import {codeOf, get, makeFolders, post, postReport, startCollector} from '../../running-collector.ts'
import {dayMs, endOf, featureOf, hourMs, nowMs, reportOf, startOf, uuid, writtenProject} from '../../samples.ts'

const run = [startOf(1, nowMs - hourMs), endOf(1, nowMs), featureOf(1, nowMs, {run: uuid('r', 1)})]

/** A collector and a function that reads its stats over HTTP. */
async function openWithStats(t: TestContext, projects?: readonly object[]) {
  const {http, token} = await startCollector(t, makeFolders(t, projects))
  const stats = async (query = ''): Promise<Stats> =>
    (await get(http, `/v1/projects/parsl/stats${query}`, {Authorization: `Bearer ${token}`})).body as Stats
  return {http, token, stats}
}

suite('reports', () => {
  test('it accepts a report, and counts the same report as a duplicate', async t => {
    const {http, stats} = await openWithStats(t)
    assert.deepEqual(await postReport(http, reportOf(run)), {accepted: 3, duplicates: 0, rejected: []})
    assert.deepEqual(await postReport(http, reportOf(run)), {accepted: 0, duplicates: 3, rejected: []})
    const {runs, features, quality} = await stats()
    assert.deepEqual([runs!.total, features![0]!.count, quality.duplicates], [1, 1, 3])
  })

  test('it accepts the valid events of a report, and says why it rejects the others', async t => {
    const {http, stats} = await openWithStats(t)
    const answer = await postReport(
      http,
      reportOf([
        {...run[0], id: 'no id'},
        run[1],
        featureOf(2, nowMs, {name: 'Unknown.v1'}),
        startOf(3, nowMs - 31 * dayMs),
        {...run[2], details: {deep: {deeper: 1}}},
        {...run[2], details: {note: 'x'.repeat(limits.maxEventBytes)}},
      ]),
    )
    assert.deepEqual([answer.accepted, answer.duplicates, answer.pending], [2, 0, 1])
    assert.deepEqual(
      answer.rejected.map(({index, code}) => [index, code]),
      [
        [0, 'event-invalid'],
        [3, 'event-too-old'],
        [4, 'event-too-deep'],
        [5, 'event-too-large'],
      ],
    )
    const {refused, pending} = (await stats()).quality
    assert.deepEqual([refused, pending], [4, 1])
  })

  test('it accepts a gzip body', async t => {
    const {http} = await openWithStats(t)
    const body = gzipSync(JSON.stringify(reportOf(run)))
    const reply = await post(http, body, {'Content-Encoding': 'gzip'})
    assert.deepEqual(reply.body, {accepted: 3, duplicates: 0, rejected: []})
  })

  test('it answers a dry run like a report, and stores nothing', async t => {
    const {http, stats} = await openWithStats(t)
    const response = await fetch(`${http}/v1/reports?dryRun=1`, {
      method: 'POST',
      headers: {'Content-Type': 'application/json; charset=utf-8'},
      body: JSON.stringify(reportOf([...run, {}])),
    })
    const answer = (await response.json()) as {accepted: number; rejected: unknown[]}
    assert.deepEqual([answer.accepted, answer.rejected.length], [3, 1])
    const {runs, quality} = await stats()
    assert.deepEqual([runs!.total, quality.refused], [0, 0])
  })

  test('it corrects the clock of a sender by Usage-Sent-At', async t => {
    const {http, stats} = await openWithStats(t)
    const sentAtMs = nowMs - 40 * dayMs
    const report = reportOf([startOf(1, sentAtMs - hourMs), endOf(1, sentAtMs, {})])
    const late = await postReport(http, report)
    assert.deepEqual(
      late.rejected.map(({code}) => code),
      ['event-too-old', 'event-too-old'],
    )
    const {accepted} = await postReport(http, report, {'Usage-Sent-At': new Date(sentAtMs).toISOString()})
    assert.equal(accepted, 2)
    assert.equal((await stats(`?from=2026-11-22&to=2026-11-22`)).duration!.meanSeconds, 3600)
  })

  test('it requires the write key of a project that has one', async t => {
    const {http} = await openWithStats(t, [writtenProject({writeKey: 'key-1'})])
    for (const headers of [{}, {Authorization: 'Bearer key-2'}, {Authorization: 'key-1'}] as Record<string, string>[]) {
      const reply = await post(http, reportOf(run), headers)
      assert.deepEqual([reply.status, codeOf(reply)], [401, 'USAGE_KEY_WRONG'])
    }
    assert.equal((await postReport(http, reportOf(run), {Authorization: 'Bearer key-1'})).accepted, 3)
  })

  test('it refuses an unknown project', async t => {
    const {http} = await openWithStats(t)
    for (const project of ['mantid', 'constructor']) {
      const reply = await post(http, reportOf(run, {project}))
      assert.deepEqual([reply.status, codeOf(reply)], [404, 'USAGE_PROJECT_UNKNOWN'])
    }
  })
})

suite('reading', () => {
  test('it returns the stats for the read token', async t => {
    const {http, stats} = await openWithStats(t)
    await postReport(http, reportOf(run))
    const answer = await stats('?from=2026-11-01&to=2026-11-22&by=day')
    assert.deepEqual([answer.project, answer.by, answer.runs!.total], ['parsl', 'day', 1])
    assert.equal(answer.runs!.periods.length, 22)
  })

  test('it returns no stats without the read token, whether the project exists or not', async t => {
    const {http} = await openWithStats(t)
    for (const project of ['parsl', 'nobody'])
      for (const headers of [{}, {Authorization: 'Bearer wrong'}] as Record<string, string>[]) {
        const reply = await get(http, `/v1/projects/${project}/stats`, headers)
        assert.deepEqual([reply.status, codeOf(reply)], [401, 'USAGE_TOKEN_WRONG'])
        assert.equal(reply.headers.get('www-authenticate'), 'Bearer')
      }
  })

  test('it refuses an unknown project and an invalid period', async t => {
    const {http, token} = await openWithStats(t)
    const headers = {Authorization: `Bearer ${token}`}
    const unknown = await get(http, '/v1/projects/nobody/stats', headers)
    assert.deepEqual([unknown.status, codeOf(unknown)], [404, 'USAGE_PROJECT_UNKNOWN'])
    for (const query of [
      'from=yesterday',
      'by=hour',
      'from=2026-02-30',
      'from=2026-11-02&to=2026-11-01',
      'to=a&to=b',
    ]) {
      const reply = await get(http, `/v1/projects/parsl/stats?${query}`, headers)
      assert.deepEqual([reply.status, codeOf(reply)], [400, 'USAGE_QUERY_INVALID'], query)
    }
  })

  test('it answers health checks, and 404 for unknown addresses', async t => {
    const {http} = await startCollector(t)
    assert.deepEqual((await get(http, '/healthz')).body, {status: 'ok'})
    const {status, headers, body} = await get(http, '/readyz')
    assert.deepEqual([status, headers.get('cache-control')], [200, 'no-store'])
    assert.equal((body as {status: string}).status, 'ready')
    const {version} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'))
    assert.deepEqual((await get(http, '/version')).body, {name: 'usage', version, protocol: 1})
    for (const path of ['/', '/v1/reports', '/v1/projects/parsl', '/%ff', '/v1/projects/%00/stats%zz']) {
      const reply = await get(http, path)
      assert.ok([400, 404].includes(reply.status), path)
      assert.match(codeOf(reply), /^USAGE_/)
    }
    assert.equal(codeOf(await get(http, '/nothing')), 'USAGE_NOT_FOUND')
  })
})
