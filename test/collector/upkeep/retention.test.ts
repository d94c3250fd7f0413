import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {test} from 'node:test'
import {openLog} from '../../../src/collector/monitoring/write-log.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {cutOf, isDue, purge, startMaintenance} from '../../../src/collector/upkeep/retention.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {eventually} from '../../support/eventually.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {get, makeFolders, startCollector} from '../running-collector.ts'
import {batchOf, endOf, featureOf, nowMs, pseudonym, sampleHeader, sampleProject, startOf} from '../samples.ts'

test('it finds the instant of a time ago, also if the month lacks the day', () => {
  const at = (time: string, from: string): string => new Date(cutOf(time, Date.parse(from))).toISOString()
  assert.equal(at('30d', '2026-11-22T12:00:00Z'), '2026-10-23T12:00:00.000Z')
  assert.equal(at('2w', '2026-11-22T12:00:00Z'), '2026-11-08T12:00:00.000Z')
  assert.equal(at('1y', '2026-11-22T12:00:00Z'), '2025-11-22T12:00:00.000Z')
  assert.equal(at('12m', '2024-02-29T01:00:00Z'), '2023-02-28T01:00:00.000Z')
  assert.equal(at('1m', '2026-03-31T00:00:00Z'), '2026-02-28T00:00:00.000Z')
  assert.equal(at('14m', '2026-01-15T00:00:00Z'), '2024-11-15T00:00:00.000Z')
})

test('it purges a month that is older than the limit, when neither it nor its year can change', () => {
  const due = (month: string, limit: string, now: string): boolean => isDue(month, limit, Date.parse(now))
  assert.ok(!due('2025-11', '1y', '2026-11-30T23:59:59Z'))
  assert.ok(due('2025-11', '1y', '2026-12-01T00:00:00Z'))
  // The year must be closed for 35 days, so that its different users no longer change.
  assert.ok(!due('2025-01', '1y', '2026-02-04T23:59:59Z'))
  assert.ok(due('2025-01', '1y', '2026-02-05T00:00:00Z'))
  assert.ok(!due('2026-09', '1d', '2026-11-04T23:59:59Z'))
  assert.ok(due('2026-09', '1d', '2026-11-05T00:00:00Z'))
})

test('it leaves no header of the purged months when it is stopped early', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const header = sampleHeader({user: pseudonym('gone')})
  await store.insert([
    batchOf([startOf(1, Date.parse('2019-03-03T00:00:00Z'))], {header}),
    batchOf([startOf(2, Date.parse('2019-04-03T00:00:00Z'))]),
  ])
  for await (const _ of purge(store, [sampleProject()], {nowMs})) break
  const tables = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => tables.close())
  const users = tables.prepare('SELECT user FROM headers').all()
  assert.deepEqual(
    users.map(({user}) => user),
    [sampleHeader().user],
  )
})

test('it sweeps the headers that a killed purge left, once', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  await store.insert([batchOf([startOf(1, Date.parse('2019-03-03T00:00:00Z'))])])
  // The part of a purge that is done when it dies before it sweeps.
  await store.purgeRuns(sampleProject(), '2019-03', false, nowMs)
  for await (const _ of purge(store, [sampleProject()], {nowMs}));
  const tables = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => tables.close())
  assert.deepEqual(tables.prepare('SELECT user FROM headers').all(), [])
  const marks = () => tables.prepare('SELECT month, mark FROM month_marks').all()
  const before = marks()
  for await (const _ of purge(store, [sampleProject()], {nowMs}));
  assert.deepEqual(marks(), before)
})

test('it lets a collector purge by itself, each project by its own limit', async t => {
  const folders = makeFolders(t)
  const store = openSqliteStore(folders.dataDirectory)
  await store.insert([batchOf([featureOf(1, Date.parse('2025-03-03T00:00:00Z'))])])
  await store.close()
  const lines: string[] = []
  const log = openLog('info', 'json', line => lines.push(line))
  const {http, token} = await startCollector(t, folders, {retention: {firstAfterMs: 0, everyMs: 10}, log})
  await eventually(async () => {
    const headers = {Authorization: `Bearer ${token}`}
    const {body} = await get(http, '/v1/projects/parsl/stats?from=2025-01-01', headers)
    const {quality, features} = body as Stats
    assert.equal(quality.featuresSince, '2025-11-01')
    assert.equal(features![0]!.count, 1)
    // Since then it has measured the tables.
    assert.ok(quality.tables!.some(({name}) => name === 'feature_totals' || name === 'projects'))
  })
  const purged = lines.map(line => JSON.parse(line)).filter(({message}) => message === 'purged')
  const [{project, months, seconds}] = purged
  assert.ok(project === 'parsl' && months === 2 && seconds > 0, lines.join(''))
})

test('it walks no empty month, and ends with the last month that is due', async t => {
  const store = openSqliteStore(temporaryDirectory(t))
  t.after(() => store.close())
  const [old, now] = [Date.parse('1970-01-01T00:00:00Z'), nowMs - 86_400_000]
  const loneEnd = endOf(1, old, {run: null})
  await store.insert([
    batchOf([startOf(1, old), loneEnd, featureOf(1, old)]),
    batchOf([startOf(2, now), featureOf(2, now)]),
  ])
  const project = sampleProject({retention: {features: '1y', runs: '2y'}})
  const steps: string[] = []
  for await (const {what, month} of purge(store, [project], {nowMs})) steps.push(`${what} ${month}`)
  assert.deepEqual(steps, ['features 1970-01', 'features 2025-10', 'runs 1970-01', 'runs 2024-10'])
  for await (const {month} of purge(store, [project], {nowMs})) assert.fail(month)
})

test('it purges the last month of a run that began in a purged one', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const march = Date.parse('2019-03-30T00:00:00Z')
  await store.insert([batchOf([startOf(1, march), endOf(1, march + 9 * 86_400_000), startOf(2, nowMs)])])
  const project = sampleProject({retention: {features: '1y', runs: '2y'}})
  const steps: string[] = []
  for await (const {month} of purge(store, [project], {nowMs, only: 'runs'})) steps.push(month)
  assert.deepEqual(steps, ['2019-03', '2019-04', '2024-10'])
  const tables = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => tables.close())
  assert.equal(tables.prepare('SELECT count(*) AS runs FROM runs').get()?.['runs'], 1)
})

test('it only maintains a store that another process purges', async () => {
  const {promise, resolve} = Promise.withResolvers<void>()
  const times: number[] = []
  const maintain = async (atMs: number): Promise<void> => {
    times.push(atMs)
    if (times.length === 2) resolve()
    else throw new Error('no server answers')
  }
  const job = startMaintenance({maintain}, () => nowMs, {firstAfterMs: 1, everyMs: 1})
  const alive = setInterval(() => {}, 1_000)
  await promise
  clearInterval(alive)
  await job.stop()
  assert.deepEqual(times.slice(0, 2), [nowMs, nowMs])
})
