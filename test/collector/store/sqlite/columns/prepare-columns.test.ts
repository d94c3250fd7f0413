import assert from 'node:assert/strict'
import {existsSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {type TestContext, test} from 'node:test'
import {prepareStore} from '../../../../../src/collector/store/open.ts'
import {storeInFolder} from '../../../../../src/collector/store/place.ts'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import type {Prepared} from '../../../../../src/collector/store/store.ts'
import {eventually} from '../../../../support/eventually.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {makeFolders, startCollector} from '../../../running-collector.ts'
import {batchOf, dayMs, endOf, featureOf, nowMs, startOf, uuid} from '../../../samples.ts'
import {factsOf} from '../../contract-parts.ts'

const [july, august, september] = ['2026-07-03', '2026-08-03', '2026-09-03'].map(day => Date.parse(day)) as [
  number,
  number,
  number,
]
const asked = {range: {fromMs: july - dayMs, toMs: nowMs + dayMs}, spans: [{fromMs: 0, toMs: nowMs + dayMs}]}

/** A store with two large closed months, a small one, an empty one, and the current one. */
async function fill(directory: string): Promise<void> {
  const store = openSqliteStore(directory)
  const many = (first: number, atMs: number) =>
    batchOf(Array.from({length: 2_000}, (_, run) => [startOf(first + run, atMs), featureOf(first + run, atMs)]).flat())
  await store.insert([many(0, july), many(2_000, august), batchOf([startOf(4_000, september)])])
  await store.insert([batchOf([startOf(4_001, nowMs)])])
  await store.close()
}

async function prepare(directory: string): Promise<Prepared[]> {
  const prepared: Prepared[] = []
  await prepareStore(storeInFolder(directory), one => prepared.push(one))
  return prepared
}

const filesIn = (directory: string): string[] => readdirSync(join(directory, 'columns')).sort()
const allFiles = ['1-2026-07-features', '1-2026-07-runs', '1-2026-08-features', '1-2026-08-runs']

function readTotal(t: TestContext, directory: string): Promise<number> {
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  return factsOf(source, asked).then(({spans}) => spans[0]!.runs)
}

test('it prepares the closed months of a store, so that the first question reads no table of them', async t => {
  const directory = temporaryDirectory(t)
  await fill(directory)
  const prepared = await prepare(directory)
  assert.deepEqual(prepared.at(-1), {done: 4, of: 4})
  assert.deepEqual(filesIn(directory), allFiles)
  // Deletes the rows without a mark, so an answer must come from the files.
  const tables = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => tables.close())
  tables.prepare('DELETE FROM runs WHERE started_at < ?').run(september)
  assert.equal(await readTotal(t, directory), 4_002)
})

test('it prepares only months that have changed since', async t => {
  const directory = temporaryDirectory(t)
  await fill(directory)
  await prepare(directory)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  await store.insert([batchOf([endOf(5, july + 1_000)])])
  // The small month and the empty one have no file.
  assert.deepEqual((await prepare(directory)).at(-1), {done: 3, of: 3})
  assert.equal(await readTotal(t, directory), 4_002)
})

test('it prepares a store once more if the files are damaged or missing, and ends if none can be written', async t => {
  const directory = temporaryDirectory(t)
  await fill(directory)
  await prepare(directory)
  writeFileSync(join(directory, 'columns', allFiles[1]!), 'short')
  assert.deepEqual((await prepare(directory)).at(-1), {done: 3, of: 3})
  const other = temporaryDirectory(t)
  await fill(other)
  writeFileSync(join(other, 'columns'), '')
  assert.deepEqual((await prepare(other)).at(-1), {done: 4, of: 4})
})

test('it reads small months once, and large ones again when their files were removed', async t => {
  const directory = temporaryDirectory(t)
  await fill(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const prepareAll = async (): Promise<Prepared | null> => {
    let last: Prepared | null = null
    for (let one = await source.prepare(); one !== null; one = await source.prepare()) last = one
    return last
  }
  assert.deepEqual(await prepareAll(), {done: 4, of: 4})
  assert.equal(await prepareAll(), null)
  rmSync(join(directory, 'columns'), {recursive: true})
  assert.deepEqual(await prepareAll(), {done: 2, of: 2})
  assert.deepEqual(filesIn(directory), allFiles)
})

test('it says which months a question reads that nothing has prepared', async t => {
  const directory = temporaryDirectory(t)
  await fill(directory)
  const heard: Prepared[] = []
  const source = openSqliteSource(directory, {onReading: one => heard.push(one)})
  t.after(() => source.close())
  await factsOf(source, asked)
  // Also November, which each new process reads.
  assert.deepEqual(
    heard,
    [0, 1, 2, 3, 4, 5].map(done => ({done, of: 5})),
  )
})

test('it lets a collector prepare by itself, again after the files were removed', async t => {
  const folders = makeFolders(t)
  await fill(folders.dataDirectory)
  await startCollector(t, folders, {preparing: {firstAfterMs: 0, betweenMs: 10, pauseFactor: 1}})
  const folder = join(folders.dataDirectory, 'columns')
  const isPrepared = async (): Promise<void> => assert.deepEqual(filesIn(folders.dataDirectory), allFiles)
  await eventually(isPrepared)
  rmSync(folder, {recursive: true})
  await eventually(isPrepared)
})

test('it leaves no erased data in prepared months', async t => {
  const directory = temporaryDirectory(t)
  await fill(directory)
  await prepare(directory)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const users = [batchOf([]).header.user!]
  await store.erase({project: 'parsl', receipt: uuid('q', 1), users, receivedAtMs: nowMs})
  assert.ok(!existsSync(join(directory, 'columns')))
  assert.equal((await prepare(directory)).length, 0)
  assert.equal(await readTotal(t, directory), 0)
})
