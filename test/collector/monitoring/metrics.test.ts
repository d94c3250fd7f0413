import assert from 'node:assert/strict'
import {request} from 'node:http'
import {hostname} from 'node:os'
import {describe, it, type TestContext} from 'node:test'
import {createMetrics} from '../../../src/collector/monitoring/metrics.ts'
import {get, makeFolders, post, postReport, startCollector} from '../running-collector.ts'
import {dayMs, endOf, nowMs, pseudonym, reportOf, startOf, writtenProject} from '../samples.ts'
import {readOpenMetrics, type Sample} from './read-open-metrics.ts'

/** The value of a sample, by its name and labels. */
function numberAt(samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number | undefined {
  const found = samples.filter(
    sample => sample.name === name && Object.entries(labels).every(([label, value]) => sample.labels[label] === value),
  )
  assert.ok(found.length <= 1, name)
  return found[0]?.value
}

async function open(t: TestContext) {
  const folders = makeFolders(t, [writtenProject({writeKey: 'S3CRET-key'})])
  const admin = {host: '127.0.0.1', port: 0}
  const udp = {host: '127.0.0.1', port: 0, isOptional: false}
  const collector = await startCollector(t, folders, {admin, udp})
  const scrape = async () => {
    const response = await fetch(`${collector.admin}/metrics`)
    assert.match(response.headers.get('content-type') ?? '', /^application\/openmetrics-text; version=1\.0\.0/)
    const text = await response.text()
    return {text, samples: readOpenMetrics(text)}
  }
  return {...collector, scrape}
}

describe('/metrics', () => {
  it('counts requests, refusals and events in the format of OpenMetrics, and says nothing of senders', async t => {
    const {http, scrape} = await open(t)
    const headers = {Authorization: 'Bearer S3CRET-key', 'User-Agent': 'S3CRET'}
    const events = [startOf(1, nowMs), endOf(1, nowMs), startOf(9, nowMs - 31 * dayMs)]
    const report = reportOf(events, {header: {application: 'S3CRET', user: pseudonym('ann')}})
    await postReport(http, report, headers)
    await postReport(http, report, headers)
    await post(http, report)
    await get(http, '/S3CRET', headers)
    await get(http, '/projects/S3CRET', headers)
    const {text, samples} = await scrape()
    const at = (name: string, labels: Record<string, string> = {}) =>
      numberAt(samples, `usage_collector_${name}`, labels)
    assert.equal(at('requests_total', {route: '/v1/reports', status: '200'}), 2)
    assert.equal(at('requests_total', {route: '/v1/reports', status: '401'}), 1)
    assert.equal(at('requests_total', {route: '(unknown)', status: '404'}), 2)
    assert.equal(at('refusals_total', {by: 'http', code: 'USAGE_KEY_WRONG'}), 1)
    assert.equal(at('refusals_total', {by: 'event', code: 'event-too-old'}), 2)
    assert.deepEqual(
      ['accepted', 'duplicate', 'refused'].map(outcome => at('events_total', {project: 'parsl', outcome})),
      [2, 2, 2],
    )
    assert.equal(at('commit_seconds_count'), 2)
    assert.deepEqual([at('ready', {check: 'disk'}), at('ready', {check: 'store'})], [1, 1])
    assert.ok((at('store_bytes') ?? 0) > 10_000 && (at('free_bytes') ?? 0) > 0)
    assert.deepEqual([at('waiting_bytes'), at('datagrams_received_total')], [0, 0])
    assert.ok((numberAt(samples, 'process_resident_memory_bytes') ?? 0) > 1e7)
    assert.doesNotMatch(text, new RegExp(`S3CRET|${pseudonym('ann')}|127\\.0`))
  })

  it('is served on its own address only, beside the checks', async t => {
    const {http, admin, scrape} = await open(t)
    assert.equal((await get(http, '/metrics')).status, 404)
    await scrape()
    assert.equal((await get(admin ?? '', '/readyz')).status, 200)
    assert.equal((await get(admin ?? '', '/healthz')).status, 200)
    assert.equal((await post(admin ?? '', {})).status, 404)
    const taken = {host: '127.0.0.1', port: Number(new URL(admin ?? '').port)}
    await assert.rejects(startCollector(t, makeFolders(t), {admin: taken}), {
      code: 'USAGE_ADDRESS_UNAVAILABLE',
      next: /--admin/,
    })
  })

  it('is not answered under the name of somebody else', async t => {
    const folders = makeFolders(t)
    const front = {hosts: ['collector']}
    const {admin} = await startCollector(t, folders, {admin: {host: '127.0.0.1', port: 0}, front})
    const statusFor = (host: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const asked = request(`${admin}/metrics`, {headers: {host}}, answer => resolve(answer.resume().statusCode))
        asked.on('error', reject).end()
      })
    for (const host of ['127.0.0.1:9464', '10.1.2.3', '[::1]:9464', 'localhost', 'collector:9464', hostname()])
      assert.equal(await statusFor(host), 200, host)
    for (const host of ['evil.example', 'evil.example:9464', 'usage.example.org', '127.0.0.1.evil.example'])
      assert.equal(await statusFor(host), 403, host)
  })

  it('has a bounded number of series, whatever the number of projects', async () => {
    const metrics = createMetrics('1.0')
    for (let i = 0; i < 1_000; i++) metrics.meter.stored(`project-${i}`, {accepted: 1, duplicates: 0, refused: 0})
    const samples = readOpenMetrics(await metrics.write())
    metrics.close()
    const series = samples.filter(({name}) => name === 'usage_collector_events_total')
    assert.equal(series.length, 201)
    assert.equal(numberAt(samples, 'usage_collector_events_total', {project: '(other)'}), 800)
  })
})

describe('readOpenMetrics', () => {
  it('refuses what a strict reader refuses', () => {
    const fine = '# HELP a b\n# TYPE a counter\na_total{c="d"} 1\n# EOF\n'
    assert.equal(readOpenMetrics(fine).length, 1)
    for (const [from, to] of [
      ['# EOF\n', ''],
      ['a_total', 'a'],
      [' 1', ' -1'],
      [' 1', ' NaN'],
      ['"d"', '"\n"'],
      ['{c="d"} 1', '{c="d"} 1\na_total{c="d"} 2'],
      ['# EOF', '# HELP a b\n# TYPE a counter\n# EOF'],
      ['# HELP a b\n', ''],
    ] as const)
      assert.throws(() => readOpenMetrics(fine.replace(from, to)), to)
  })
})
