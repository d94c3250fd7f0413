import assert from 'node:assert/strict'
import {subscribe, unsubscribe} from 'node:diagnostics_channel'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {type TestContext, test} from 'node:test'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {faultChannelName} from '../../../../../src/fault-points.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, endOf, featureOf, nowMs, pseudonym, sampleHeader, startOf, uuid} from '../../../samples.ts'

const hers = sampleHeader({user: pseudonym('her')})
const others = sampleHeader({user: pseudonym('another')})
const erasure = {project: 'parsl', receipt: uuid('q', 1), users: [hers.user!], receivedAtMs: nowMs}

/** A store with more than one piece of each table, in which two people used everything in turn. */
async function fill(t: TestContext) {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  for (const [first, header] of [
    [0, hers],
    [10_000, others],
  ] as const) {
    const numbers = Array.from({length: 2_500}, (_, index) => first + index)
    const events = numbers.flatMap(number => [
      startOf(number, nowMs - number, {repeat: 0}),
      featureOf(number, nowMs - number, {run: uuid('r', number), name: `Only${first}.v1`}),
      endOf(50_000 + number, nowMs - number, {run: null}),
    ])
    await store.insert([batchOf(events, {header})])
  }
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const count = (sql: string): number =>
    Number(database.prepare(`SELECT count(*) AS count FROM ${sql}`).get()?.['count'])
  /** Rows whose header is gone, or whose name is. */
  const lost = (): number =>
    ['runs', 'features', 'unpaired_ends'].reduce(
      (sum, table) => sum + count(`${table} WHERE header NOT IN (SELECT id FROM headers)`),
      count('features WHERE feature NOT IN (SELECT id FROM feature_names)'),
    )
  return {store, count, lost}
}

/** Calls a function when the rows to erase are found, for the n-th time. */
function whenFound(t: TestContext, call: (nth: number) => void): void {
  let nth = 0
  const hear = (point: unknown): void => {
    if (point === 'collector: rows to erase found') call(++nth)
  }
  subscribe(faultChannelName, hear)
  t.after(() => unsubscribe(faultChannelName, hear))
}

test('it keeps the names that others use while the rows are found', async t => {
  const {store, count, lost} = await fill(t)
  const written: Promise<unknown>[] = []
  whenFound(t, nth => {
    const event = featureOf(100_000 + nth, nowMs, {run: null, name: 'Only0.v1'})
    written.push(store.insert([batchOf([event], {header: others})]))
  })
  const {runs, features} = await store.erase(erasure)
  assert.deepEqual([runs, features, (await Promise.all(written)).length], [2_500, 2_500, 1])
  assert.deepEqual([count('runs'), count('features'), count('unpaired_ends')], [2_500, 2_501, 2_500])
  assert.deepEqual([lost(), count('feature_names'), count('headers')], [0, 2, 1])
})

for (const searches of [1, 5])
  test(`it erases also what the person reports while her rows are found (${searches})`, async t => {
    const {store, count, lost} = await fill(t)
    const written: Promise<unknown>[] = []
    whenFound(t, nth => {
      if (nth > searches) return
      // With a header that the search knows, and with a new one.
      const header = nth === 1 ? hers : {...hers, version: `99.${nth}`}
      const events = [startOf(200_000 + nth, nowMs), featureOf(200_000 + nth, nowMs, {run: null, name: 'Only0.v1'})]
      written.push(store.insert([batchOf(events, {header})]))
    })
    const {runs} = await store.erase(erasure)
    // The third search is made in the transaction.
    assert.equal((await Promise.all(written)).length, Math.min(searches, 2))
    assert.equal(runs, 2_500 + written.length)
    assert.deepEqual([count('runs'), count('features'), count('unpaired_ends')], [2_500, 2_500, 2_500])
    assert.deepEqual([lost(), count('feature_names'), count('headers')], [0, 1, 1])
  })

test('it keeps a run that another person joins while it is found', async t => {
  const {store, count, lost} = await fill(t)
  const shared = uuid('r', 300_000)
  await store.insert([batchOf([featureOf(300_000, nowMs, {run: shared})], {header: hers})])
  const written: Promise<unknown>[] = []
  whenFound(t, nth => {
    if (nth === 1) written.push(store.insert([batchOf([featureOf(300_001, nowMs, {run: shared})], {header: others})]))
  })
  const {runs, features} = await store.erase(erasure)
  assert.deepEqual([runs, features, (await Promise.all(written)).length], [2_500, 2_501, 1])
  assert.deepEqual([count('runs'), count('features'), lost()], [2_501, 2_501, 0])
})

test('it erases two people at the same time, each with all rows', async t => {
  const {store, count} = await fill(t)
  const both = [erasure, {...erasure, receipt: uuid('q', 2), users: [others.user!]}].map(one => store.erase(one))
  assert.deepEqual(
    (await Promise.all(both)).map(({runs}) => runs),
    [2_500, 2_500],
  )
  assert.deepEqual([count('runs'), count('features'), count('headers'), count('feature_names')], [0, 0, 0, 0])
})
