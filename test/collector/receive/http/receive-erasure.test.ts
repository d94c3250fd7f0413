import assert from 'node:assert/strict'
import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {gzipSync} from 'node:zlib'
import {limits} from '../../../../src/protocol/values/limits.ts'
import {pseudonymOf} from '../../../../src/protocol/values/pseudonym.ts'
import {itLong, itOnce} from '../../../support/share.ts'
import {codeOf, get, makeFolders, postReport, postTo, spawnCollector, startCollector} from '../../running-collector.ts'
import {
  featureOf,
  hourMs,
  nowMs,
  pseudonym,
  reportOf,
  sampleHeader,
  startOf,
  uuid,
  writtenProject,
} from '../../samples.ts'

const key = '5e'.repeat(32)
const user = pseudonymOf(Buffer.from(key, 'hex'))
const script = pseudonym('a script of hers')
const erasures = '/v1/projects/parsl/erasures'
const request = {protocol: 1, id: uuid('q', 1), keys: [key]}
const receipt = {receipt: request.id, erasedAt: new Date(nowMs).toISOString(), runs: 1, features: 2}

/** A run with a feature, and a feature without a run. */
const use = (run: number) => [
  startOf(run, nowMs - hourMs, {script}),
  featureOf(run, nowMs, {run: uuid('r', run)}),
  featureOf(run + 100_000, nowMs),
]
const hers = (run = 1) => reportOf(use(run), {header: sampleHeader({user})})
const theirs = (run: number) =>
  reportOf([startOf(run, nowMs)], {header: sampleHeader({user: pseudonym(`person ${run}`)})})

/** The files of a folder that contain one of the texts, as text or as bytes. */
function filesWith(directory: string, texts: readonly string[]): string[] {
  const needles = texts.flatMap(text => [Buffer.from(text), Buffer.from(text.replaceAll('-', ''), 'hex')])
  const files = readdirSync(directory, {recursive: true}).map(String)
  return files.filter(name => {
    const path = join(directory, name)
    return statSync(path).isFile() && needles.some(needle => readFileSync(path).includes(needle))
  })
}
const traces = [user, script, key, uuid('r', 1), uuid('s', 1)]

itOnce('it erases the reports of a pseudonym, and answers when no file contains a trace of them', async t => {
  const folders = makeFolders(t)
  const {http, token} = await startCollector(t, folders)
  for (let run = 2; run < 60; run++) await postReport(http, theirs(run))
  await postReport(http, hers())
  for (const trace of [user, script, uuid('r', 1)])
    assert.notDeepEqual(filesWith(folders.dataDirectory, [trace]), [], trace)
  const reply = await postTo(http, erasures, request)
  assert.deepEqual([reply.status, reply.body], [200, receipt])
  assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
  const stats = await get(http, '/v1/projects/parsl/stats', {Authorization: `Bearer ${token}`})
  const {runs, users, quality} = stats.body as {
    runs: {total: number}
    users: {total: number}
    quality: {erased: unknown}
  }
  assert.deepEqual([runs.total, users.total, quality.erased], [58, 58, {runs: 1, features: 2}])
})

itOnce('it erases while others send and the stats are read, and loses none of their reports', async t => {
  const folders = makeFolders(t)
  const {http, token} = await startCollector(t, folders)
  const stats = () => get(http, '/v1/projects/parsl/stats?by=day', {Authorization: `Bearer ${token}`})
  await postReport(http, hers())
  let isDone = false
  const reading = async () => {
    while (!isDone) assert.equal((await stats()).status, 200)
  }
  let sent = 1
  const sending = async () => {
    while (!isDone) await postReport(http, theirs(++sent))
  }
  const busy = [reading(), reading(), sending()]
  for (let round = 0; round < 5; round++) {
    const reply = await postTo(http, erasures, request)
    const [runs, features] = [round + 1, 2 * (round + 1)]
    assert.deepEqual([reply.status, reply.body], [200, {...receipt, runs, features}])
    assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
    await postReport(http, hers())
  }
  isDone = true
  await Promise.all(busy)
  assert.equal(((await stats()).body as {runs: {total: number}}).runs.total, sent)
})

itOnce('it waits for another program that reads the old state, and accepts reports meanwhile', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, folders)
  await postReport(http, hers())
  const reader = new DatabaseSync(join(folders.dataDirectory, 'usage.sqlite'), {readOnly: true})
  t.after(() => reader.isOpen && reader.close())
  reader.exec('BEGIN; SELECT count(*) FROM runs')
  reader.prepare('SELECT count(*) FROM runs').get()
  let isAnswered = false
  const answer = postTo(http, erasures, request).finally(() => {
    isAnswered = true
  })
  for (let run = 2; run < 20; run++) await postReport(http, theirs(run))
  assert.equal(isAnswered, false)
  reader.close()
  assert.deepEqual((await answer).body, receipt)
  assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
})

itOnce('it stores later reports of the person under a new header, and erases them with the same request', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, folders)
  await postReport(http, hers())
  await postTo(http, erasures, request)
  assert.deepEqual(await postReport(http, hers()), {accepted: 3, duplicates: 0, rejected: []})
  assert.notDeepEqual(filesWith(folders.dataDirectory, [user]), [])
  assert.deepEqual((await postTo(http, erasures, request)).body, {...receipt, runs: 2, features: 4})
  assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
})

itOnce('it stores no key and no pseudonym of an unknown person', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, folders)
  const reply = await postTo(http, erasures, request)
  assert.deepEqual(reply.body, {...receipt, runs: 0, features: 0})
  assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
})

itOnce('it requires a known project, its write key, and a request within the limits', async t => {
  const keyed = writtenProject({project: 'keyed', writeKey: 'key-1'})
  const {http} = await startCollector(t, makeFolders(t, [writtenProject(), keyed]))
  const refused = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const reply = await postTo(http, path, body, headers)
    return [reply.status, codeOf(reply)]
  }
  assert.deepEqual(await refused('/v1/projects/nobody/erasures', request), [404, 'USAGE_PROJECT_UNKNOWN'])
  const ofKeyed = '/v1/projects/keyed/erasures'
  assert.deepEqual(await refused(ofKeyed, request), [401, 'USAGE_KEY_WRONG'])
  assert.deepEqual(await refused(ofKeyed, request, {Authorization: 'Bearer key-2'}), [401, 'USAGE_KEY_WRONG'])
  assert.equal((await postTo(http, ofKeyed, request, {Authorization: 'Bearer key-1'})).status, 200)
  const keys = Array.from({length: limits.maxErasureKeys}, () => key)
  assert.equal((await postTo(http, erasures, {...request, keys})).status, 200)
  for (const body of [{...request, keys: [...keys, key]}, {}, [], null])
    assert.deepEqual(await refused(erasures, body), [400, 'USAGE_ERASURE_UNPARSABLE'])
  assert.equal((await refused(erasures, '{'))[0], 400)
  const large = JSON.stringify(request).padEnd(limits.maxBodyBytes + 1)
  assert.deepEqual(await refused(erasures, large), [413, 'USAGE_BODY_TOO_LARGE'])
  assert.equal((await postTo(http, erasures, large.slice(0, -1))).status, 200)
  const bomb = gzipSync(large)
  assert.deepEqual(await refused(erasures, bomb, {'Content-Encoding': 'gzip'}), [413, 'USAGE_BODY_TOO_LARGE'])
})

itLong(
  'it erases all or nothing when it is killed in the middle, and leaves no trace after the next receipt',
  async t => {
    const folders = makeFolders(t)
    for (let round = 0; round < 4; round++) {
      const killed = await spawnCollector(t, folders)
      await postReport(killed.http, hers())
      const answer = postTo(killed.http, erasures, request).catch(() => null)
      if (round > 0) await Promise.race([answer, new Promise(resolve => setImmediate(resolve))])
      await killed.kill()
      await answer
      const {http, kill} = await spawnCollector(t, folders)
      const reply = await postTo(http, erasures, request)
      assert.deepEqual(reply.body, {...receipt, runs: round + 1, features: 2 * (round + 1)})
      assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
      await kill()
      assert.deepEqual(filesWith(folders.dataDirectory, traces), [])
    }
  },
)
