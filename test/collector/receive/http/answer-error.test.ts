import assert from 'node:assert/strict'
import {type TestContext, test} from 'node:test'
import type {FastifyBaseLogger} from 'fastify'
import {createGroupCommit} from '../../../../src/collector/intake/group-commit.ts'
import {createReadiness} from '../../../../src/collector/monitoring/readiness.ts'
import {buildHttp, type HttpParts} from '../../../../src/collector/receive/http/server.ts'
import {codeOf, get, post} from '../../running-collector.ts'
import {endOf, featureOf, hourMs, nowMs, reportOf, sampleProject, startOf, uuid} from '../../samples.ts'

const run = [startOf(1, nowMs - hourMs), endOf(1, nowMs), featureOf(1, nowMs, {run: uuid('r', 1)})]

/** The HTTP server alone, with some parts that fail. */
async function listen(t: TestContext, changes: Partial<HttpParts>) {
  const logged: unknown[][] = []
  const log = (...line: unknown[]): void => void logged.push(line)
  const logger = {fatal: log, error: log, warn: log, info: log, debug: log, trace: log, silent: log, level: 'trace'}
  const withChildren = {...logger, child: () => withChildren} as unknown as FastifyBaseLogger
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
    logger: withChildren,
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

test('it answers 500 when the store fails, and logs why without an address', async t => {
  const insert = () => Promise.reject(new Error('database or disk is full'))
  const {http, logged} = await listen(t, {groupCommit: createGroupCommit({insert})})
  const written = await post(http, reportOf(run))
  assert.deepEqual([written.status, codeOf(written)], [500, 'USAGE_UNEXPECTED'])
  const read = await get(http, '/v1/projects/parsl/stats', {Authorization: 'Bearer token'})
  assert.deepEqual([read.status, codeOf(read)], [500, 'USAGE_UNEXPECTED'])
  const lines = logged.map(line =>
    JSON.stringify(line, (_key, value) => (value instanceof Error ? value.message : value)),
  )
  assert.ok(lines.some(line => line.includes('disk is full')))
  const requests = lines.filter(line => !line.includes('listening'))
  for (const line of requests) assert.doesNotMatch(line, /127\.0\.0\.1|remoteAddress/)
})
