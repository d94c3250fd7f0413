import assert from 'node:assert/strict'
import {chownSync, copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {type TestContext, test} from 'node:test'
import {openColumns} from '../../../../../src/collector/store/sqlite/columns/column-cache.ts'
import {createColumnFiles} from '../../../../../src/collector/store/sqlite/columns/column-files.ts'
import {createReadCache} from '../../../../../src/collector/store/sqlite/columns/read-cache.ts'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {openForReading} from '../../../../../src/collector/store/sqlite/tables/database.ts'
import {purge} from '../../../../../src/collector/upkeep/retention.ts'
import {noFilters, type StatsFilters} from '../../../../../src/stats/model/filters.ts'
import type {StatsFacts, StatsQuestion} from '../../../../../src/stats/model/source.ts'
import {cutSpan} from '../../../../../src/stats/model/span.ts'
import {needs} from '../../../../support/needs.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {naiveFacts} from '../../../naive-facts.ts'
import {randomUse, type Sent, seededRandom, shuffle} from '../../../random-use.ts'
import {batchOf, dayMs, endOf, featureOf, hourMs, nowMs, sampleProject, startOf, uuid} from '../../../samples.ts'
import {assertSameFacts, comparable} from '../../comparable-facts.ts'
import {factsOf, question} from '../../contract-parts.ts'

function openBoth(t: TestContext) {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const open = () => {
    const source = openSqliteSource(directory)
    t.after(() => source.close())
    return source
  }
  return {directory, store, open}
}

/** A random question about the random use. */
function randomQuestion(random: () => number): StatsQuestion {
  const range = {fromMs: nowMs - Math.floor(random() * 430) * dayMs, toMs: nowMs - Math.floor(random() * 30) * hourMs}
  const edges = Array.from({length: 4}, () => range.fromMs + Math.floor(random() * (range.toMs - range.fromMs)))
  const periods = cutSpan(range, edges)
  const filters: StatsFilters = {
    ...noFilters,
    appVersion: random() < 0.3 ? '1.1' : null,
    ci: random() < 0.2 ? 'none' : null,
    featureType: random() < 0.2 ? 'Algorithm' : null,
    internal: random() < 0.2 ? random() < 0.5 : null,
  }
  const steps = periods.map((span, index) => ({part: index >> 1, ...span}))
  return {...question, range, spans: [range, ...periods], periods, steps, filters}
}

const byTime = ({event: a}: Sent, {event: b}: Sent): number => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)

const withoutDisk = ({quality: {storeBytes: _bytes, freeBytes: _free, ...quality}, ...facts}: StatsFacts): unknown => ({
  ...(comparable(facts) as object),
  quality,
})

for (const seed of [1, 2])
  test(`it gives the same answers from the cache as from the tables, after any change between questions (seed ${seed})`, async t => {
    const {store, open} = openBoth(t)
    const random = seededRandom(seed)
    const source = open()
    const all = shuffle(randomUse(300, random), random)
    const sent: Sent[] = []
    for (let round = 0; round < 12; round++) {
      const more = all.splice(0, 1 + Math.floor(random() * 200))
      sent.push(...more)
      await store.insert(more.map(({header, event}) => batchOf([event], {header})))
      const asked = randomQuestion(random)
      const {quality: _quality, ...facts} = await source.facts(asked)
      assertSameFacts(facts, naiveFacts(sent.toSorted(byTime), asked), `round ${round}`)
    }
    for (let round = 0; round < 6; round++) {
      const {header} = sent[Math.floor(random() * sent.length)]!
      const users = header.user === null ? [] : [header.user]
      await store.erase({project: 'parsl', receipt: uuid('q', round), users, receivedAtMs: nowMs})
      await store.insert(all.splice(0, 20).map(one => batchOf([one.event], {header: one.header})))
      if (round === 3) for await (const _ of purge(store, [sampleProject({retention: {features: '6m'}})], {nowMs}));
      const asked = randomQuestion(random)
      assert.deepEqual(withoutDisk(await source.facts(asked)), withoutDisk(await open().facts(asked)), `round ${round}`)
    }
  })

const old = nowMs - 70 * dayMs
const asked = {range: {fromMs: old - 60 * dayMs, toMs: nowMs + dayMs}, spans: [{fromMs: 0, toMs: nowMs + dayMs}]}
const counts = ({spans, features}: StatsFacts) => [spans[0]!.runs, spans[0]!.outcomes.ok, features[0]?.runs]

test('it stores months with many rows for the next process, until they change', async t => {
  const {directory, store, open} = openBoth(t)
  const many = Array.from({length: 2_000}, (_, run) => [
    startOf(run, old),
    featureOf(run, old, {run: uuid('r', run)}),
  ]).flat()
  await store.insert([batchOf(many), batchOf([startOf(9_999, nowMs)])])
  assert.deepEqual(counts(await factsOf(open(), asked)), [2_001, 0, 2_000])
  const files = readdirSync(join(directory, 'columns')).sort()
  assert.deepEqual(files, ['1-2026-09-features', '1-2026-09-runs'])
  // Deletes the rows without a mark, so an answer must come from the files.
  const tables = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => tables.close())
  tables
    .prepare('DELETE FROM runs WHERE started_at = ? AND run <> ?')
    .run(old, Buffer.from(uuid('r', 5).replaceAll('-', ''), 'hex'))
  assert.deepEqual(counts(await factsOf(open(), asked)), [2_001, 0, 2_000])
  // A late end changes the month of the start of its run.
  await store.insert([batchOf([endOf(5, nowMs)])])
  assert.deepEqual(counts(await factsOf(open(), asked)), [2, 1, 2_000])
})

test('it reads the tables if a file is damaged, cannot be written, or belongs to another state', async t => {
  const {directory, store, open} = openBoth(t)
  await store.insert([
    batchOf(Array.from({length: 2_000}, (_, run) => startOf(run, old))),
    batchOf([startOf(9_999, nowMs)]),
  ])
  const before = counts(await factsOf(open(), asked))
  const file = join(directory, 'columns', '1-2026-09-runs')
  const whole = readFileSync(file)
  const flipped = Buffer.from(whole)
  // The bytes of outcomes: open runs would get another outcome.
  flipped.fill(1, flipped.indexOf(Buffer.alloc(1_500)), flipped.indexOf(Buffer.alloc(1_500)) + 1_500)
  for (const bytes of [Buffer.alloc(0), whole.subarray(0, whole.length >> 1), Buffer.from('something else'), flipped]) {
    writeFileSync(file, bytes)
    assert.deepEqual(counts(await factsOf(open(), asked)), before)
  }
  await store.insert([batchOf([endOf(1, old + 1)])])
  writeFileSync(file, whole)
  assert.equal(counts(await factsOf(open(), asked))[1], 1)
})

test('it reads the tables if a file belongs to another month of the same state', async t => {
  const {directory, store, open} = openBoth(t)
  const earlier = old - 31 * dayMs
  const many = (from: number, count: number, atMs: number) =>
    batchOf(Array.from({length: count}, (_, run) => startOf(from + run, atMs)))
  await store.insert([many(0, 2_000, old), many(5_000, 2_500, earlier), batchOf([startOf(9_999, nowMs)])])
  // An old store, without marks of months, has one mark for all of them.
  const tables = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => tables.close())
  tables.exec('DELETE FROM month_marks WHERE month >= 0')
  assert.equal(counts(await factsOf(open(), asked))[0], 4_501)
  copyFileSync(join(directory, 'columns', '1-2026-09-runs'), join(directory, 'columns', '1-2026-08-runs'))
  assert.equal(counts(await factsOf(open(), asked))[0], 4_501)
})

test('it answers if the folder for columns cannot be created', async t => {
  const {directory, store, open} = openBoth(t)
  writeFileSync(join(directory, 'columns'), '')
  await store.insert([
    batchOf(Array.from({length: 2_000}, (_, run) => startOf(run, old))),
    batchOf([startOf(9_999, nowMs)]),
  ])
  assert.equal(counts(await factsOf(open(), asked))[0], 2_001)
})

test('it writes no files beside the store of another user, who could not remove them', needs('root'), async t => {
  const {directory, store, open} = openBoth(t)
  await store.insert([
    batchOf(Array.from({length: 2_000}, (_, run) => startOf(run, old))),
    batchOf([startOf(9_999, nowMs)]),
  ])
  chownSync(join(directory, 'usage.sqlite'), 12_345, 12_345)
  assert.equal(counts(await factsOf(open(), asked))[0], 2_001)
  assert.ok(!existsSync(join(directory, 'columns')))
})

test('it keeps no erased data in files, and no pseudonym at all', async t => {
  const {directory, store, open} = openBoth(t)
  await store.insert([
    batchOf(Array.from({length: 2_000}, (_, run) => startOf(run, old))),
    batchOf([startOf(9_999, nowMs)]),
  ])
  await factsOf(open(), asked)
  const {user, host} = batchOf([]).header
  const {script} = startOf(1, old)
  const kept = readFileSync(join(directory, 'columns', '1-2026-09-runs'))
  for (const name of [user!, host!, script!, Buffer.from(script!, 'hex')]) assert.ok(!kept.includes(name))
  await store.erase({project: 'parsl', receipt: uuid('q', 1), users: [user!], receivedAtMs: nowMs})
  assert.ok(!existsSync(join(directory, 'columns')))
  assert.equal(counts(await factsOf(open(), asked))[0], 0)
})

test('it keeps no erased data either if another program read the store before and writes a copy after', async t => {
  const {directory, store} = openBoth(t)
  await store.insert([
    batchOf(Array.from({length: 2_000}, (_, run) => startOf(run, old))),
    batchOf([startOf(9_999, nowMs)]),
  ])
  const reader = openForReading(join(directory, 'usage.sqlite'))
  t.after(() => reader.close())
  reader.exec('BEGIN')
  const columns = openColumns(reader, 1, createReadCache(createColumnFiles(directory)))
  const users = [batchOf([]).header.user!]
  const erased = store.erase({project: 'parsl', receipt: uuid('q', 1), users, receivedAtMs: nowMs})
  assert.equal(columns.runs([asked.range]).map(month => month.columns()).length, 3)
  assert.ok(existsSync(join(directory, 'columns', '1-2026-09-runs')))
  reader.exec('COMMIT')
  await erased
  assert.ok(!existsSync(join(directory, 'columns')))
})
