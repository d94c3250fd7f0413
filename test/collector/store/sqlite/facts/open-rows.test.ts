import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {test} from 'node:test'
import {sizeOf} from '../../../../../src/collector/store/sqlite/columns/columns.ts'
import {createReadCache, type ReadCache} from '../../../../../src/collector/store/sqlite/columns/read-cache.ts'
import {readFeatureColumns, readRunColumns} from '../../../../../src/collector/store/sqlite/columns/read-columns.ts'
import {readFacts} from '../../../../../src/collector/store/sqlite/facts/facts.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, dayMs, featureOf, nowMs, pseudonym, sampleHeader, startOf} from '../../../samples.ts'
import {question} from '../../contract-parts.ts'

const all = {from: nowMs - 400 * dayMs, to: nowMs + dayMs, usesTo: nowMs + dayMs, salt: ''}

test('it counts the bytes of field values, and some bytes for a month without rows', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const starts = Array.from({length: 500}, (_, run) => startOf(run, nowMs, {fields: {mode: `${run}`.padEnd(100, 'x')}}))
  await store.insert([batchOf(starts)])
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const columns = readRunColumns(database, {project: 1, ...all})
  assert.ok(sizeOf(columns) > 500 * (60 + 100), String(sizeOf(columns)))
  assert.ok(sizeOf(readRunColumns(database, {project: 2, ...all})) > 1_000)
  assert.ok(sizeOf(readFeatureColumns(database, {project: 2, ...all})) > 1_000)
})

test('it gives the same answers with an empty budget, and when people get other numbers than before', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const projects = ['first', 'second', 'third']
  for (const [number, project] of projects.entries()) {
    const ofAnn = batchOf([startOf(number, nowMs), featureOf(2 * number, nowMs)])
    const ofBob = batchOf([featureOf(2 * number + 1, nowMs)], {header: sampleHeader({user: pseudonym('bob')})})
    await store.insert([ofAnn, ofBob].map(batch => ({...batch, project})))
  }
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const usersOf = (cache: ReadCache, project: string): unknown => {
    const {spans, features} = readFacts(
      {database, cache, disk: {storeBytes: 0, freeBytes: null}},
      {...question, project},
    )
    return [spans[0]!.users.high, features.map(({users}) => users.high)]
  }
  for (const budgetBytes of [1, 8_000, 1_000_000]) {
    const cache = createReadCache(null, budgetBytes)
    for (const project of [...projects, ...projects]) assert.deepEqual(usersOf(cache, project), [2, [2]])
  }
  const cache = createReadCache(null)
  assert.deepEqual(usersOf(cache, 'first'), [2, [2]])
  const id = database.prepare("SELECT id FROM projects WHERE project = 'first'").get()?.['id']
  const known = cache.memory.get<object>(`project ${id}`)
  assert.ok(known !== undefined)
  cache.memory.keep(`project ${id}`, undefined, 0)
  assert.deepEqual(usersOf(cache, 'first'), [2, [2]])
  assert.notEqual(cache.memory.get(`project ${id}`), known)
})
