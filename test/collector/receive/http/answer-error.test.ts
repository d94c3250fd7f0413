import assert from 'node:assert/strict'
import {type TestContext, test} from 'node:test'
import {createGroupCommit} from '../../../../src/collector/intake/group-commit.ts'
import {boundLog} from '../../../../src/collector/monitoring/bounded-log.ts'
import {createMonitor} from '../../../../src/collector/monitoring/monitor.ts'
import {createReadiness} from '../../../../src/collector/monitoring/readiness.ts'
import {openLog} from '../../../../src/collector/monitoring/write-log.ts'
import {buildHttp, type HttpParts} from '../../../../src/collector/receive/http/server.ts'
import {codeOf, get, post} from '../../running-collector.ts'
import {endOf, featureOf, hourMs, nowMs, reportOf, sampleProject, startOf, uuid} from '../../samples.ts'

const run = [startOf(1, nowMs - hourMs), endOf(1, nowMs), featureOf(1, nowMs, {run: uuid('r', 1)})]

/** The HTTP server alone, with some parts that fail. */
async function listen(t: TestContext, changes: Partial<HttpParts>) {
  const logged: string[] = []
  const insert = async () => [['accepted' as const, 'accepted' as const, 'accepted' as const]]
  const app = buildHttp({
    projects: new Map([['parsl', sampleProject()]]),
    groupCommit: createGroupCommit({insert}),
    erase: () => Promise.reject(new Error('disk I/O error')),
    pages: null,
    source: {
      projects: async () => [],
      facts: () => Promise.reject(new Error('disk I/O error')),
      close: async () => {},
    },
    findReader: authorization => (authorization === 'Bearer token' ? {project: null} : null),
    now: () => nowMs,
    isOpen: () => true,
    readiness: createReadiness([], changes.isOpen ?? (() => true)),
    monitor: createMonitor(boundLog(openLog('debug', 'json', line => logged.push(line)))),
    ...changes,
  })
  t.after(() => app.close())
  return {http: await app.listen({host: '127.0.0.1', port: 0}), logged}
}

test('it answers 503 with Retry-After when too many reports wait to be written', async t => {
  const {http} = await listen(t, {groupCommit: createGroupCommit({insert: async () => []}, {maxBytes: 10})})
  const reply = await post(http, reportOf(run))
  assert.deepEqual([reply.status, codeOf(reply)], [503, 'USAGE_COLLECTOR_BUSY'])
  assert.match(reply.headers.get('retry-after') ?? '', /^\d+$/)
})

test('it accepts no more requests while it closes', async t => {
  const {http} = await listen(t, {isOpen: () => false})
  const reply = await post(http, reportOf(run))
  assert.deepEqual([reply.status, codeOf(reply)], [503, 'USAGE_COLLECTOR_BUSY'])
  assert.equal((await get(http, '/readyz')).status, 503)
  assert.equal((await get(http, '/healthz')).status, 200)
})

const disk = new Error('database or disk is full')

test('it answers 500 without a word of the inside when the store fails, and logs why by the id of the request', async t => {
  const insert = () => Promise.reject(disk)
  const projects = new Map([['parsl', sampleProject({writeKey: 'S3CRET-key'})]])
  const {http, logged} = await listen(t, {projects, groupCommit: createGroupCommit({insert})})
  const secret = {Authorization: 'Bearer S3CRET-key', 'User-Agent': 'S3CRET-agent', 'X-Request-Id': 'S3CRET-id'}
  const written = await post(http, reportOf(run), secret)
  assert.deepEqual([written.status, codeOf(written)], [500, 'USAGE_UNEXPECTED'])
  const {requestId, message} = (written.body as {error: {requestId: string; message: string}}).error
  assert.deepEqual([written.headers.get('x-request-id'), message], [requestId, 'the collector failed'])
  const read = await get(http, '/v1/projects/parsl/stats', {Authorization: 'Bearer token'})
  assert.deepEqual([read.status, codeOf(read)], [500, 'USAGE_UNEXPECTED'])
  const [first, second, ...others] = logged.map(line => JSON.parse(line))
  const {level, route, project, status} = first
  assert.deepEqual([level, route, project, status], ['error', '/v1/reports', 'parsl', 500])
  assert.equal(first.requestId, requestId)
  assert.match(first.error.cause?.stack ?? first.error.stack, /disk is full[\s\S]*answer-error\.test/)
  assert.deepEqual([second.route, second.project, others.length], ['/v1/projects/:id/stats', 'parsl', 0])
  assert.doesNotMatch(JSON.stringify(written.body), /disk/)
  for (const line of logged) assert.doesNotMatch(line, /127\.0\.0\.1|remoteAddress|S3CRET/)
})

test('it logs each reason and project of a refusal once, whatever the number of requests', async t => {
  const {http, logged} = await listen(t, {})
  const unknown = {...reportOf(run), project: 's3cret'}
  for (const path of ['/S3CRET', '/S3CRET?x', '/v1/projects/S3CRET/stats', '/v1/projects/parsl/stats'])
    await get(http, path, {Authorization: 'S3CRET'})
  for (const body of [unknown, unknown, '{"S3CRET', {...reportOf(run), protocol: 'S3CRET'}]) await post(http, body)
  const refused = logged
    .map(line => JSON.parse(line))
    .map(({message, by, code, project}) => [message, by, code, project])
  assert.deepEqual(refused, [
    ['refused', 'http', 'USAGE_NOT_FOUND', undefined],
    ['refused', 'http', 'USAGE_TOKEN_WRONG', undefined],
    ['refused', 'http', 'USAGE_TOKEN_WRONG', 'parsl'],
    ['refused', 'http', 'USAGE_PROJECT_UNKNOWN', undefined],
    ['refused', 'http', 'USAGE_REPORT_UNPARSABLE', undefined],
  ])
  for (const line of logged) assert.doesNotMatch(line, /S3CRET|s3cret|127\.0\.0\.1/)
})
