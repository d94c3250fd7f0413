import assert from 'node:assert/strict'
import {it, type TestContext} from 'node:test'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {answerStats} from '../../../../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../../../src/stats/model/source.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, dayMs, featureOf, nowMs, sampleProject} from '../../../samples.ts'

const ask = (source: StatsSource) =>
  answerStats(source, sampleProject(), parseStatsQuery({project: 'parsl'}, nowMs), nowMs)

function open(t: TestContext) {
  const data = temporaryDirectory(t)
  const store = openSqliteStore(data)
  const source = openSqliteSource(data)
  t.after(() => source.close())
  t.after(() => store.close())
  return {store, source}
}

it('reports its growth over the last 90 days, from one size for each day', async t => {
  const {store, source} = open(t)
  const growth = async () => (await ask(source)).quality.growthBytes
  for (const daysAgo of [200, 60, 60, 56]) await store.noteSize(nowMs - daysAgo * dayMs)
  assert.equal(await growth(), null)
  await store.insert([batchOf(Array.from({length: 3000}, (_, number) => featureOf(number, nowMs)))])
  await store.noteSize(nowMs)
  const {storeBytes, growthBytes, freeBytes, diskFullOn} = (await ask(source)).quality
  assert.ok(growthBytes! > 0 && growthBytes! <= storeBytes / 2 + 1 && freeBytes! > 0, String(growthBytes))
  assert.ok(diskFullOn === null || diskFullOn > '2026-11-22')
})

it('stores the last measured sizes of the tables', async t => {
  const {store, source} = open(t)
  assert.equal((await ask(source)).quality.tables, null)
  const tables = [
    {name: 'features', bytes: 819_200, rows: 4_000},
    {name: 'runs', bytes: 409_600, rows: 1_000},
  ]
  await store.noteTables([{name: 'gone', bytes: 1, rows: 1}])
  await store.noteTables(tables)
  const {quality} = await ask(source)
  assert.deepEqual([quality.tables, quality.bytesPerRun, quality.bytesPerFeature], [tables, 410, 205])
})
