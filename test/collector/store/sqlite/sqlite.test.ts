import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {type TestContext, test} from 'node:test'
import {collectorLimits} from '../../../../src/collector/limits.ts'
import {createEraser} from '../../../../src/collector/store/sqlite/purge/erasure.ts'
import {openSqliteSource} from '../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import {inTransaction, openForWriting} from '../../../../src/collector/store/sqlite/tables/database.ts'
import {createDictionary} from '../../../../src/collector/store/sqlite/tables/dictionary.ts'
import {createKnownValues} from '../../../../src/collector/store/sqlite/tables/known-values.ts'
import {createMonthMarks} from '../../../../src/collector/store/sqlite/tables/month-marks.ts'
import type {Store} from '../../../../src/collector/store/store.ts'
import {answerStats} from '../../../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../../../src/stats/model/query.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'
import {batchOf, endOf, featureOf, nowMs, pseudonym, sampleHeader, sampleProject, startOf, uuid} from '../../samples.ts'
import {exactly, factsOf} from '../contract-parts.ts'
import {storeContract} from '../store-contract.ts'

storeContract('a SQLite store', async t => {
  const {store, directory} = openStore(t)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  return {store, source, knows: {duplicates: true}}
})

const ofAnn = {project: 'parsl', users: [pseudonym('ann')], receivedAtMs: nowMs}

function openStore(t: TestContext): {store: Store; directory: string; path: string} {
  const directory = join(temporaryDirectory(t), 'data')
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  return {store, directory, path: join(directory, 'usage.sqlite')}
}

test('it makes the data folder and the database readable only by their owner', t => {
  const {directory, path} = openStore(t)
  assert.equal(statSync(directory).mode & 0o777, 0o700)
  assert.equal(statSync(path).mode & 0o777, 0o600)
})

test('it writes ahead into a log, so that readers and the writer do not wait for each other', async t => {
  const {store, path} = openStore(t)
  await store.insert([batchOf([startOf(1, nowMs)])])
  assert.equal(readFileSync(path).readUInt8(18), 2)
  assert.ok(statSync(`${path}-wal`).size > 0)
})

test('it can be read with other tools while it is written, with ids and times as text in views', async t => {
  const {store, path} = openStore(t)
  await store.insert([batchOf([startOf(1, nowMs), endOf(1, nowMs + 1500, {exitCode: 3}), featureOf(7, nowMs)])])
  const reader = new DatabaseSync(path, {readOnly: true})
  t.after(() => reader.close())
  const run = reader.prepare('SELECT run, started, ended, seconds, result, exit_code FROM readable_runs').get()
  assert.deepEqual(
    {...run},
    {
      run: '0199aaaa720070008000000000000001',
      started: '2026-11-22T12:00:00.000Z',
      ended: '2026-11-22T12:00:01.500Z',
      seconds: 1.5,
      result: 'failed',
      exit_code: 3,
    },
  )
  const feature = reader.prepare('SELECT project, type, name, count FROM readable_features').get()
  assert.deepEqual({...feature}, {project: 'parsl', type: 'Algorithm', name: 'Load.v1', count: 1})
})

test('it writes reports while it counts a month for a purge, and counts what they add to it', async t => {
  const {store, directory} = openStore(t)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const atMs = Date.parse('2026-02-03T00:00:00Z')
  const insert = (...events: ReturnType<typeof featureOf>[]) => store.insert([batchOf(events)])
  await insert(featureOf(1, atMs), featureOf(2, nowMs))
  const purging = store.purgeFeatures(sampleProject(), '2026-02', false)
  assert.deepEqual(await insert(featureOf(3, atMs + 1), featureOf(4, nowMs)), [['accepted', 'accepted']])
  assert.equal(await purging, 2)
  assert.deepEqual(await insert(featureOf(5, atMs + 2)), [['refused']])
  const query = parseStatsQuery({project: 'parsl', from: '2026-02-01', to: '2026-02-28'}, nowMs)
  const [feature] = (await answerStats(source, sampleProject(), query, nowMs)).features!
  assert.deepEqual([feature!.count, feature!.usersHigh], [2, 1])
})

test('it writes nothing of a group in which one batch fails, and writes the next group', async t => {
  const {store, directory} = openStore(t)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const wrong = {...batchOf([startOf(2, nowMs)]), receivedAtMs: Number.NaN}
  const header = {...wrong.header, version: 'only here'}
  await assert.rejects(store.insert([batchOf([startOf(1, nowMs)], {header}), wrong]))
  assert.deepEqual(await store.insert([batchOf([startOf(1, nowMs)], {header})]), [['accepted']])
  assert.deepEqual((await factsOf(source)).named.version, [
    {name: 'only here', runs: 1, users: exactly(1), usesWithoutUser: 0, daysWithoutUser: 0},
  ])
})

test('it can be opened for writing once, and again after it is closed', async t => {
  const directory = temporaryDirectory(t)
  const first = openSqliteStore(directory)
  assert.throws(() => openSqliteStore(directory), {code: 'USAGE_STORE_LOCKED'})
  await first.close()
  await openSqliteStore(directory).close()
})

test('it leaves the thread free while another program holds its lock, then writes', async t => {
  const {store, path} = openStore(t)
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const began = performance.now()
  const written = store.insert([batchOf([startOf(1, nowMs)])])
  const counted = store.addQuality({'datagrams-lost': 1, 'datagrams-unknown': 0}, nowMs)
  await new Promise(setImmediate)
  assert.ok(performance.now() - began < 500)
  other.exec('COMMIT')
  assert.deepEqual(await written, [['accepted']])
  await counted
})

test('it rejects a write after two seconds behind another program, and writes the next one', async t => {
  const {store, path} = openStore(t)
  t.mock.timers.enable({apis: ['setTimeout']})
  const other = new DatabaseSync(path)
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  const real = performance.now.bind(performance)
  let aheadMs = 0
  t.mock.method(performance, 'now', () => real() + aheadMs)
  const written = store.insert([batchOf([startOf(1, nowMs)])])
  const rejected = assert.rejects(written, {code: 'USAGE_COLLECTOR_BUSY', http: 503})
  await new Promise(setImmediate)
  aheadMs = 2_001
  t.mock.timers.tick(20)
  await rejected
  other.exec('ROLLBACK')
  assert.deepEqual(await store.insert([batchOf([startOf(1, nowMs)])]), [['accepted']])
})

test('it names a full, a read-only and a damaged database', t => {
  const path = join(temporaryDirectory(t), 'usage.sqlite')
  const fill = (database: DatabaseSync) =>
    inTransaction(database, () => database.exec('INSERT INTO texts VALUES (zeroblob(100000))'))
  const database = openForWriting(path)
  database.exec('CREATE TABLE texts (text BLOB); PRAGMA max_page_count=2')
  assert.throws(() => fill(database), {code: 'USAGE_STORE_UNWRITABLE', message: /full/, http: 503})
  database.exec('PRAGMA max_page_count=1000000; PRAGMA query_only=ON')
  assert.throws(() => fill(database), {code: 'USAGE_STORE_UNWRITABLE', message: /read-only/})
  database.exec('PRAGMA query_only=OFF; PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  const file = readFileSync(path)
  writeFileSync(path, file.fill(0, 4096))
  const damaged = openForWriting(path)
  t.after(() => damaged.close())
  assert.throws(() => fill(damaged), {code: 'USAGE_STORE_DAMAGED', http: 503})
})

test('it measures its tables with their indexes, the largest first', async t => {
  const {store, directory, path} = openStore(t)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const features = Array.from({length: 2_000}, (_, number) => featureOf(number, nowMs))
  await store.insert([batchOf([...features, startOf(1, nowMs)])])
  const tables = await source.tables()
  assert.deepEqual([tables[0]!.name, tables[0]!.rows], ['features', 2_000])
  assert.equal(tables.find(({name}) => name === 'runs')!.rows, 1)
  const bytes = tables.map(table => table.bytes)
  assert.deepEqual(
    bytes,
    bytes.toSorted((a, b) => b - a),
  )
  const all = bytes.reduce((sum, one) => sum + one, 0)
  assert.ok(all > 100_000 && all <= statSync(path).size + statSync(`${path}-wal`).size, String(all))
})

test('it adds the late uses of an old store to the totals of their month', async t => {
  const {store, directory, path} = openStore(t)
  const atMs = Date.parse('2025-03-03T10:00:00Z')
  await store.insert([batchOf([featureOf(1, atMs, {durationSeconds: 2})])])
  await store.purgeFeatures(sampleProject(), '2025-03', true)
  await store.close()
  const database = new DatabaseSync(path)
  database.exec('UPDATE purges SET features_before = 0; DELETE FROM feature_totals WHERE length(span) = 4')
  database.close()
  const again = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => again.close())
  assert.deepEqual(await again.insert([batchOf([featureOf(2, atMs, {count: 3})])]), [['accepted']])
  await again.purgeFeatures(sampleProject(), '2025-03', false)
  const range = {fromMs: Date.UTC(2025, 2, 1), toMs: Date.UTC(2025, 3, 1)}
  const [feature] = (await factsOf(source, {range})).features
  assert.deepEqual([feature!.count, feature!.users, feature!.meanSeconds], [4, exactly(1), 2])
})

test('it keeps its events when it is opened again', async t => {
  const directory = temporaryDirectory(t)
  const first = openSqliteStore(directory)
  await first.insert([batchOf([startOf(1, nowMs)])])
  await first.close()
  const second = openSqliteStore(directory)
  t.after(() => second.close())
  assert.deepEqual(await second.insert([batchOf([startOf(1, nowMs), startOf(2, nowMs)])]), [['duplicate', 'accepted']])
})

test('it cannot be read if it is missing, is not a database, or is a folder', t => {
  const directory = temporaryDirectory(t)
  assert.throws(() => openSqliteSource(directory), {code: 'USAGE_STORE_UNREADABLE'})
  writeFileSync(join(directory, 'usage.sqlite'), 'no database, but long enough to look like something else'.repeat(99))
  assert.throws(() => openSqliteSource(directory), {code: 'USAGE_STORE_DAMAGED'})
  assert.throws(() => openSqliteStore(directory), {code: 'USAGE_STORE_DAMAGED'})
  mkdirSync(join(directory, 'other', 'usage.sqlite'), {recursive: true})
  assert.throws(() => openSqliteStore(join(directory, 'other')), {code: 'USAGE_STORE_UNREADABLE'})
  writeFileSync(join(directory, 'file'), '')
  assert.throws(() => openSqliteStore(join(directory, 'file')), {code: 'USAGE_STORE_UNREADABLE'})
})

test('it rejects a store of a newer version, and for reading also one of an older version', async t => {
  const directory = temporaryDirectory(t)
  await openSqliteStore(directory).close()
  const setVersion = (version: number): void => {
    const database = new DatabaseSync(join(directory, 'usage.sqlite'))
    database.exec(`PRAGMA user_version = ${version}`)
    database.close()
  }
  setVersion(999)
  assert.throws(() => openSqliteStore(directory), {
    code: 'USAGE_STORE_UNREADABLE',
    message: /at most version \d+.* 999/,
  })
  assert.throws(() => openSqliteSource(directory), {code: 'USAGE_STORE_UNREADABLE', next: /newer version of usage/})
  setVersion(0)
  assert.throws(() => openSqliteSource(directory), {
    code: 'USAGE_STORE_UNREADABLE',
    next: /to update the store/,
  })
})

test('it erases what only the person used: headers, names of features, repeats', async t => {
  const {store, path} = openStore(t)
  const events = [startOf(1, nowMs), startOf(1, nowMs, {id: uuid('t', 1), repeat: 1}), featureOf(1, nowMs)]
  const shared = featureOf(2, nowMs, {name: 'Fit.v1'})
  const header = sampleHeader({user: pseudonym('bob')})
  await store.insert([batchOf([...events, shared]), batchOf([featureOf(3, nowMs, {name: 'Fit.v1'})], {header})])
  await store.erase({...ofAnn, receipt: uuid('q', 1)})
  const reader = new DatabaseSync(path, {readOnly: true})
  t.after(() => reader.close())
  const all = (text: string) =>
    reader
      .prepare(text)
      .all()
      .map(row => Object.values(row)[0])
  assert.deepEqual(all('SELECT user FROM headers'), [header.user])
  assert.deepEqual(all('SELECT name FROM feature_names'), ['Fit.v1'])
  assert.deepEqual(all('SELECT run FROM repeats'), [])
})

test('it leaves no erased row in its log, also if copies of them cannot be removed', async t => {
  const {store, path} = openStore(t)
  await store.insert([batchOf([startOf(1, nowMs)])])
  await store.close()
  const database = openForWriting(path)
  t.after(() => database.close())
  const removeCopies = () => assert.fail('not to be removed')
  const tables = {dictionary: createDictionary(database), knownValues: createKnownValues(database)}
  const {erase} = createEraser({database, ...tables, marks: createMonthMarks(database), removeCopies})
  await assert.rejects(erase({...ofAnn, receipt: uuid('q', 1)}), /not to be removed/)
  assert.equal(statSync(`${path}-wal`).size, 0)
  assert.ok(!readFileSync(path).includes(sampleHeader().user!))
})

test('it remembers over a restart which values are known and how many were new today', async t => {
  const {store, directory} = openStore(t)
  const most = collectorLimits.maxNewValuesADay.scheduler
  const start = (run: number) => batchOf([startOf(run, nowMs)], {header: sampleHeader({scheduler: `s${run}`})})
  for (let run = 1; run < most; run++) await store.insert([start(run)])
  await store.close()
  const again = openSqliteStore(directory)
  t.after(() => again.close())
  await again.insert([start(most), start(most + 1)])
  await again.insert([{...start(1), events: batchOf([startOf(900, nowMs)]).events}])
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const runs = new Map((await factsOf(source)).named.scheduler.map(one => [one.name, one.runs]))
  assert.deepEqual(
    [runs.get(`s${most}`), runs.get(`s${most + 1}`), runs.get('(other)'), runs.get('s1')],
    [1, undefined, 1, 2],
  )
})

test('it leaves no text that only erased rows had, and what others have stays known', async t => {
  const {store, path} = openStore(t)
  const own = {version: 'own-version', os: {name: 'own-system', version: null, arch: null, readable: null}}
  const events = [
    startOf(1, nowMs, {fields: {input: 'own-start'}}),
    endOf(1, nowMs, {fields: {input: 'own-end'}}),
    endOf(2, nowMs, {run: null, fields: {input: 'own-lone'}}),
    featureOf(1, nowMs, {run: null, name: 'own-feature'}),
  ]
  await store.insert([batchOf(events, {header: sampleHeader(own)})])
  await store.insert([batchOf([startOf(3, nowMs)], {header: sampleHeader({user: pseudonym('bob')})})])
  const reader = new DatabaseSync(path, {readOnly: true})
  t.after(() => reader.close())
  const known = () =>
    reader
      .prepare('SELECT value FROM known_values ORDER BY value')
      .all()
      .map(({value}) => value)
  assert.equal(known().filter(value => String(value).includes('own-')).length, 6)
  await store.erase({...ofAnn, receipt: uuid('q', 1)})
  assert.deepEqual(known(), ['1.0', '6.1', 'Linux', 'parsl', 'x64'])
  assert.ok(!readFileSync(path).includes('own-'))
})

test('it changes nothing for keys that nobody has, and finishes what a stopped erasure has left', async t => {
  const {store, path} = openStore(t)
  await store.insert([batchOf([startOf(1, nowMs)])])
  const reader = new DatabaseSync(path, {readOnly: true})
  t.after(() => reader.close())
  const state = () => reader.prepare('SELECT (SELECT count(*) FROM erasures) AS erasures, * FROM month_marks').all()
  const before = state()
  const nobody = {...ofAnn, users: [pseudonym('nobody')], receipt: uuid('q', 2)}
  assert.deepEqual(await store.findErased(nobody), {...receiptOf(nobody), runs: 0, features: 0})
  assert.deepEqual(state(), before)
  const ann = {...ofAnn, receipt: uuid('q', 1)}
  assert.equal(await store.findErased(ann), null)
  await store.erase(ann)
  assert.deepEqual(await store.findErased({...ann, receivedAtMs: nowMs + 1}), {...receiptOf(ann), runs: 1, features: 0})
  await store.close()
  const again = openSqliteStore(path.slice(0, -'/usage.sqlite'.length))
  t.after(() => again.close())
  assert.equal(await again.findErased(ann), null)
})

const receiptOf = ({receipt, receivedAtMs}: {receipt: string; receivedAtMs: number}) => ({
  receipt,
  erasedAt: new Date(receivedAtMs).toISOString(),
})

test('it keeps totals of erased runs by month and outcome, and receipts that name nobody', async t => {
  const {store, path} = openStore(t)
  const endings = [{}, {exitCode: 2}, {exitCode: 143, signal: 'SIGTERM'}, {exitCode: null}]
  const ends = endings.map((ending, run) => endOf(run, nowMs, ending))
  await store.insert([batchOf([...ends, startOf(9, nowMs), endOf(8, nowMs, {run: null}), featureOf(1, nowMs)])])
  await store.erase({...ofAnn, receipt: uuid('q', 1)})
  const reader = new DatabaseSync(path, {readOnly: true})
  t.after(() => reader.close())
  const all = (text: string) =>
    reader
      .prepare(text)
      .all()
      .map(row => ({...row}))
  const kinds = ['failed', 'features', 'ok', 'open', 'signal', 'unknown', 'unpaired-ends']
  const expected = kinds.map(kind => ({month: '2026-11', kind, count: 1}))
  assert.deepEqual(all('SELECT month, kind, count FROM erased ORDER BY kind'), expected)
  const record = {receipt: uuid('q', 1).replaceAll('-', ''), erased_at: nowMs, runs: 5, features: 1}
  assert.deepEqual(all('SELECT lower(hex(receipt)) AS receipt, erased_at, runs, features FROM erasures'), [record])
})

test('it can be read after its collector has closed, without changing the folder', async t => {
  const {store, directory} = openStore(t)
  await store.close()
  chmodSync(join(directory, 'usage.sqlite'), 0o400)
  const source = openSqliteSource(directory)
  assert.deepEqual(await source.projects(), [])
  await source.close()
})

test('it keeps when the last report was received, also if its first transaction failed', async t => {
  const {store, directory} = openStore(t)
  const broken = {...batchOf([startOf(2, nowMs)]), header: null as never}
  await assert.rejects(store.insert([batchOf([startOf(1, nowMs)]), broken]))
  await store.insert([batchOf([startOf(1, nowMs)])])
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  assert.equal((await factsOf(source)).quality.lastReportMs, nowMs - (nowMs % 60_000))
})
