import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fillWithDemo} from '../../src/collector/demo/fill.ts'
import {demoProject} from '../../src/collector/demo/project.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {isDeclaredFeature} from '../../src/protocol/project-file.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import {nowMs} from '../collector/samples.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

test('it fills a store with two years of use that give every answer a value', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const events = await fillWithDemo(store, nowMs)
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const project = demoProject()
  const query = parseStatsQuery({project: project.project, from: '2024-12-01'}, nowMs)
  const stats = await answerStats(source, project, query, nowMs)
  assert.ok(events > 30_000 && stats.users.low > 100)
  for (const name of ['ok', 'failed', 'signal', 'lost', 'unknown'] as const) assert.ok(stats.outcomes![name] > 0, name)
  assert.ok(
    stats.versions!.length > 3 && stats.systems!.length > 3 && stats.ci!.runs > 0 && stats.schedulers!.length > 1,
  )
  assert.ok(stats.features.every(({type, name}) => isDeclaredFeature(project, type, name)))
  assert.ok(stats.unusedFeatures!.length > 0)
  assert.equal(stats.quality.clamped, 0)
})

test('it makes the same use for the same instant', async () => {
  const fill = async () => {
    const ids: string[] = []
    const insert = async (
      batches: readonly {readonly events: readonly {readonly event: {readonly id: string}}[]}[],
    ) => {
      for (const {events} of batches) ids.push(...events.map(({event}) => event.id))
      return []
    }
    await fillWithDemo({insert, saveProjects: async () => {}}, nowMs)
    return ids
  }
  assert.deepEqual(await fill(), await fill())
})
