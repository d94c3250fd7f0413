import assert from 'node:assert/strict'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {gzipSync} from 'node:zlib'
import * as v from 'valibot'
import {collectorLimits} from '../../../../src/collector/limits.ts'
import {openLog} from '../../../../src/collector/monitoring/write-log.ts'
import {isEncrypted} from '../../../../src/collector/receive/http/receive-access.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import {type AccessPage, accessPage, parseAccessPage} from '../../../../src/protocol/report/access.ts'
import {limits} from '../../../../src/protocol/values/limits.ts'
import {pseudonymOf} from '../../../../src/protocol/values/pseudonym.ts'
import {codeOf, makeFolders, postReport, postTo, type Reply, startCollector} from '../../running-collector.ts'
import {
  batchOf,
  dayMs,
  endOf,
  featureOf,
  hourMs,
  nowMs,
  reportOf,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
  writtenProject,
} from '../../samples.ts'

const {accessPerUser, accessOfAll} = collectorLimits
const keyOf = (number: number): string => number.toString(16).padStart(64, '5e')
const key = keyOf(1)
const user = pseudonymOf(Buffer.from(key, 'hex'))
const hers = sampleHeader({user})
const path = '/v1/projects/parsl/access'
const request = {protocol: 1, key}
const ask = (http: string, body: unknown = request, headers: Record<string, string> = {}): Promise<Reply> =>
  postTo(http, path, body, headers)

/** All pages of an answer. Each must be as the published definition says. */
async function askAll(http: string, ofKey = key): Promise<AccessPage[]> {
  const pages: AccessPage[] = []
  for (let cursor: string | null = null; pages.length === 0 || cursor !== null; cursor = pages.at(-1)!.next) {
    const {status, body} = await ask(http, {protocol: 1, key: ofKey, cursor})
    assert.equal(status, 200, JSON.stringify(body))
    pages.push(v.parse(accessPage, body))
    assert.deepEqual(v.parse(accessPage, body), body)
    assert.notEqual(parseAccessPage(JSON.stringify(body)), null)
  }
  return pages
}

/** Posts an endless body without a length, until the answer comes. */
async function postInPieces(url: string): Promise<[status: number, code: string]> {
  const body = new ReadableStream({
    async pull(stream) {
      stream.enqueue(Buffer.from('{'))
      await new Promise(setImmediate)
    },
  })
  const headers = {'Content-Type': 'application/json'}
  const response = await fetch(url, {method: 'POST', headers, body, duplex: 'half'} as RequestInit)
  const {error} = (await response.json()) as {error: {code: string}}
  return [response.status, error.code]
}

const recordsOf = (pages: readonly AccessPage[]) => pages.flatMap(({groups}) => groups.flatMap(({records}) => records))

/** The files of a data folder as text. The shared memory of SQLite changes with every reader. */
const contentOf = (directory: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(directory, {recursive: true})
      .map(String)
      .filter(name => !name.endsWith('-shm') && statSync(join(directory, name)).isFile())
      .map(name => [name, readFileSync(join(directory, name), 'latin1')]),
  )

const empty = {protocol: 1, user, groups: [], totals: {runsBefore: null, featuresBefore: null}, next: null}

describe('POST /v1/projects/ID/access', () => {
  it('shows every row under the pseudonym, with its header, and no row of others', async t => {
    const {http} = await startCollector(t)
    const run = [startOf(1, nowMs - hourMs, {fields: {executors: 2}}), endOf(1, nowMs, {fields: {mode: 'local'}})]
    const repeat = startOf(1, nowMs - hourMs / 2, {id: uuid('t', 1), repeat: 1})
    const [inRun, alone] = [featureOf(1, nowMs, {run: uuid('r', 1)}), featureOf(2, nowMs, {details: {depth: 3}})]
    const lone = endOf(7, nowMs, {run: null})
    await postReport(http, reportOf([...run, repeat, inRun, alone, lone], {header: hers}))
    const newer = sampleHeader({user, version: '2.0'})
    await postReport(http, reportOf([startOf(2, nowMs)], {header: newer}))
    await postReport(http, reportOf([startOf(3, nowMs), featureOf(3, nowMs, {run: uuid('r', 1)})]))
    const [{groups}] = (await askAll(http)) as [AccessPage]
    const flags = {isClamped: false, isOutcomeUntold: false, isTest: false}
    const at = (ms: number) => new Date(ms).toISOString()
    assert.deepEqual(groups, [
      {
        header: hers,
        records: [
          {
            kind: 'run',
            run: uuid('r', 1),
            start: run[0],
            end: run[1],
            firstSignAt: at(nowMs - hourMs),
            lastSignAt: at(nowMs),
            ...flags,
          },
          {kind: 'repeat', event: {...repeat, fields: run[0]!.fields}},
          {kind: 'feature', event: inRun, isClamped: false},
          {kind: 'feature', event: alone, isClamped: false},
          {kind: 'end', event: lone},
        ],
      },
      {
        header: newer,
        records: [
          {
            kind: 'run',
            run: uuid('r', 2),
            start: startOf(2, nowMs),
            end: null,
            firstSignAt: at(nowMs),
            lastSignAt: at(nowMs),
            ...flags,
          },
        ],
      },
    ])
  })

  it('shows no times and no events of a run of another person of which only a feature of hers arrived', async t => {
    const {http} = await startCollector(t)
    const feature = featureOf(1, nowMs - hourMs, {run: uuid('r', 1)})
    await postReport(http, reportOf([feature], {header: hers}))
    await postReport(http, reportOf([featureOf(2, nowMs, {run: uuid('r', 1)})]))
    const [run, use, ...others] = recordsOf(await askAll(http))
    assert.deepEqual(
      [run?.kind, run?.kind === 'run' && [run.start, run.end, run.firstSignAt, run.lastSignAt]],
      ['run', [null, null, null, null]],
    )
    assert.deepEqual([use, others], [{kind: 'feature', event: feature, isClamped: false}, []])
    await postReport(http, reportOf([startOf(1, nowMs - hourMs)]))
    assert.deepEqual(recordsOf(await askAll(http)), [use])
  })

  it('answers an unknown key and an erased one with an empty page, and forbids caches to keep any answer', async t => {
    const {http} = await startCollector(t)
    assert.deepEqual((await ask(http)).body, empty)
    await postReport(http, reportOf([startOf(1, nowMs)], {header: hers}))
    const full = await ask(http)
    assert.notDeepEqual(full.body, empty)
    await postTo(http, '/v1/projects/parsl/erasures', {protocol: 1, id: uuid('q', 1), keys: [key]})
    const erased = await ask(http)
    assert.deepEqual(erased.body, empty)
    for (const {headers} of [full, erased, await ask(http, {})]) assert.equal(headers.get('cache-control'), 'no-store')
  })

  for (const more of [0, 1])
    it(`answers ${limits.maxAccessRecords}${more ? ' + 1' : ''} records on ${more + 1} page${more ? 's' : ''}`, async t => {
      const {http} = await startCollector(t)
      const count = limits.maxAccessRecords + more
      const runs = Array.from({length: count}, (_, run) => startOf(run, nowMs - dayMs + run))
      for (const part of [runs.slice(0, 250), runs.slice(250, 500), runs.slice(500)])
        if (part.length > 0) await postReport(http, reportOf(part, {header: hers}))
      await postReport(http, reportOf(runs.slice(0, 1).map(run => ({...run, run: uuid('x', 1), id: uuid('y', 1)}))))
      const pages = await askAll(http)
      assert.deepEqual(
        pages.map(page => recordsOf([page]).length),
        more ? [limits.maxAccessRecords, 1] : [limits.maxAccessRecords],
      )
      assert.deepEqual(
        recordsOf(pages).map(record => record.kind === 'run' && record.start),
        runs,
      )
    })

  it('goes on in the next table where a page ends', async t => {
    const {http} = await startCollector(t)
    for (let part = 0; part < 3; part++)
      await postReport(
        http,
        reportOf(
          Array.from({length: 300}, (_, index) =>
            part === 0
              ? startOf(index, nowMs)
              : part === 1
                ? featureOf(index, nowMs)
                : endOf(index + 1000, nowMs, {run: null}),
          ),
          {header: hers},
        ),
      )
    const pages = await askAll(http)
    assert.deepEqual(
      pages.map(page => recordsOf([page]).length),
      [500, 400],
    )
    assert.match(pages[0]!.next ?? '', /^2\.[0-9a-f]{32}$/)
    const ids = recordsOf(pages).map(record =>
      record.kind === 'run' ? record.run : record.kind === 'day' ? '' : record.event.id,
    )
    assert.equal(new Set(ids).size, 900)
  })

  it('shows the days that retention kept, and since when only totals are kept', async t => {
    const folders = makeFolders(t)
    const store = openSqliteStore(folders.dataDirectory)
    const at = Date.parse('2026-03-10T10:00:00Z')
    await store.saveProjects([sampleProject()])
    await store.insert([
      batchOf([startOf(1, at), endOf(1, at + hourMs), featureOf(1, at, {run: uuid('r', 1)}), featureOf(2, at)], {
        header: hers,
      }),
      batchOf([featureOf(3, at)]),
    ])
    await store.purgeFeatures(sampleProject(), '2026-03', false)
    const next = '2026-04-01T00:00:00.000Z'
    await store.close()
    const {http} = await startCollector(t, folders)
    const [{totals}] = (await askAll(http)) as [AccessPage]
    assert.deepEqual(totals, {runsBefore: null, featuresBefore: next})
    assert.deepEqual(
      recordsOf(await askAll(http)).map(({kind}) => kind),
      ['run', 'day'],
    )
    assert.deepEqual(recordsOf(await askAll(http)).at(-1), {kind: 'day', usedAt: new Date(at).toISOString()})
  })

  it('shows nothing but the totals after the runs are purged too', async t => {
    const folders = makeFolders(t)
    const store = openSqliteStore(folders.dataDirectory)
    const at = Date.parse('2026-03-10T10:00:00Z')
    await store.saveProjects([sampleProject()])
    await store.insert([batchOf([startOf(1, at), endOf(1, at + hourMs), featureOf(2, at)], {header: hers})])
    await store.purgeFeatures(sampleProject(), '2026-03', false)
    await store.purgeRuns(sampleProject(), '2026-03', false, nowMs)
    const next = '2026-04-01T00:00:00.000Z'
    await store.close()
    const {http} = await startCollector(t, folders)
    assert.deepEqual(await askAll(http), [{...empty, totals: {runsBefore: next, featuresBefore: next}}])
  })

  it('requires a known project, its write key and a request within the limits, and quotes no value', async t => {
    const keyed = writtenProject({project: 'keyed', writeKey: 'key-1'})
    const {http} = await startCollector(t, makeFolders(t, [writtenProject(), keyed]))
    const refused = async (to: string, body: unknown, headers: Record<string, string> = {}) => {
      const reply = await postTo(http, to, body, headers)
      assert.ok(!JSON.stringify(reply.body).includes('5e5e'))
      return [reply.status, codeOf(reply)]
    }
    assert.deepEqual(await refused('/v1/projects/nobody/access', request), [404, 'USAGE_PROJECT_UNKNOWN'])
    assert.deepEqual(await refused('/v1/projects/keyed/access', request), [401, 'USAGE_KEY_WRONG'])
    const unparsable = [
      {...request, key: key.slice(1)},
      {...request, key: `${key}5e`},
      {...request, key: key.toUpperCase()},
      {...request, key: [key]},
      {...request, key: null},
      {...request, keys: [key]},
      {...request, protocol: 2},
      {...request, cursor: ''},
      {...request, cursor: '9.5e'},
      {...request, cursor: `5.${key.slice(0, 32)}`},
      {...request, cursor: '4.1'},
      {...request, cursor: `0.${'5e'.repeat(15)}`},
      {protocol: 1},
      [],
      null,
    ]
    for (const body of unparsable)
      assert.deepEqual(await refused(path, body), [400, 'USAGE_ACCESS_UNPARSABLE'], JSON.stringify(body))
    assert.equal((await refused(path, '{'))[0], 400)
    const padded = JSON.stringify(request).padEnd(limits.maxAccessRequestBytes)
    assert.equal((await ask(http, padded)).status, 200)
    assert.deepEqual(await refused(path, `${padded} `), [413, 'USAGE_BODY_TOO_LARGE'])
    const bomb = gzipSync('x'.repeat(1_000_000))
    assert.deepEqual(await refused(path, bomb, {'Content-Encoding': 'gzip'}), [415, 'USAGE_BODY_UNSUPPORTED'])
    assert.deepEqual(await postInPieces(`${http}${path}`), [413, 'USAGE_BODY_TOO_LARGE'])
    assert.deepEqual((await ask(http, {...request, cursor: `0.${'f'.repeat(32)}`})).body, empty)
  })

  it(`allows ${accessPerUser.burst} requests for one pseudonym and refuses one more, until time has passed`, async t => {
    let now = nowMs
    const {http} = await startCollector(t, makeFolders(t), {now: () => now})
    for (let count = 0; count < accessPerUser.burst; count++) assert.equal((await ask(http)).status, 200)
    const refused = await ask(http)
    assert.deepEqual([refused.status, codeOf(refused)], [429, 'USAGE_TOO_MANY_REQUESTS'])
    assert.equal(refused.headers.get('retry-after'), '5')
    assert.equal((await ask(http, {...request, key: keyOf(2)})).status, 200)
    now += 1000
    assert.deepEqual([(await ask(http)).status, (await ask(http)).status], [200, 429])
  })

  it(`allows ${accessOfAll.burst} requests in total and refuses one more, while reports are accepted`, async t => {
    const {http} = await startCollector(t)
    for (let count = 0; count < accessOfAll.burst; count++)
      assert.equal((await ask(http, {...request, key: keyOf(count)})).status, 200)
    assert.equal((await ask(http, {...request, key: keyOf(accessOfAll.burst)})).status, 429)
    assert.equal((await postReport(http, reportOf([startOf(1, nowMs)]))).accepted, 1)
  })

  it('shows nothing by http to another machine, unless a proxy says that it ended https (USAGE_NOT_ENCRYPTED)', async t => {
    const {http} = await startCollector(t)
    const refused = await ask(http, request, {'X-Forwarded-Proto': 'http'})
    assert.deepEqual([refused.status, codeOf(refused)], [403, 'USAGE_NOT_ENCRYPTED'])
    assert.equal((await ask(http, request, {'X-Forwarded-Proto': 'https'})).status, 200)
    for (const [isAllowed, address, forwarded] of [
      [true, '127.0.0.1', undefined],
      [true, '127.8.0.1', undefined],
      [true, '::1', undefined],
      [true, '::ffff:127.0.0.1', undefined],
      [true, '192.0.2.1', 'https'],
      [true, '192.0.2.1', 'HTTPS, http'],
      [false, '192.0.2.1', undefined],
      [false, '::ffff:192.0.2.1', undefined],
      [false, '2001:db8::1', undefined],
      [false, '192.0.2.1', 'http, https'],
      [false, undefined, undefined],
    ] as const)
      assert.equal(isEncrypted(address, forwarded), isAllowed, `${address} ${forwarded}`)
  })

  it('writes neither the key nor anything else to the data folder or the log', async t => {
    const folders = makeFolders(t)
    const lines: string[] = []
    const {http} = await startCollector(t, folders, {log: openLog('debug', 'json', line => lines.push(line))})
    await postReport(http, reportOf([startOf(1, nowMs)], {header: hers}))
    const before = contentOf(folders.dataDirectory)
    await askAll(http)
    await ask(http, {...request, key: `${key}0`})
    await ask(http, {...request, key: keyOf(3)})
    assert.deepEqual(contentOf(folders.dataDirectory), before)
    assert.ok(![...Object.values(before), ...lines].some(text => text.includes(key)))
  })
})
