import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {test} from 'node:test'
import {sizeOf} from '../../../../src/collector/store/columns/columns.ts'
import {readFeatureColumns, readRunColumns} from '../../../../src/collector/store/columns/read-columns.ts'
import {readFacts} from '../../../../src/collector/store/facts/facts.ts'
import {createMonthSummaries} from '../../../../src/collector/store/facts/month-summaries.ts'
import {createReadCache} from '../../../../src/collector/store/facts/open-rows.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite.ts'
import {noFilters} from '../../../../src/stats/model/filters.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'
import {batchOf, dayMs, nowMs, startOf} from '../../samples.ts'
import {question} from '../contract-parts.ts'

const all = {from: nowMs - 400 * dayMs, to: nowMs + dayMs, salt: ''}

test('it knows how much the values of fields take, and that a month without rows takes something', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const starts = Array.from({length: 500}, (_, run) => startOf(run, nowMs, {fields: {mode: `${run}`.padEnd(100, 'x')}}))
  await store.insert([batchOf(starts)])
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const columns = readRunColumns(database, {project: 1, ...all})
  assert.ok(sizeOf(columns) > 500 * (60 + 2 * 100), String(sizeOf(columns)))
  assert.ok(sizeOf(readRunColumns(database, {project: 2, ...all})) > 1_000)
  assert.ok(sizeOf(readFeatureColumns(database, {project: 2, ...all})) > 1_000)
})

test('it lets go of the headers of the projects that were not asked for longest, and answers the same again', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const projects = Array.from({length: 8}, (_, number) => `project-${number}`)
  for (const [number, project] of projects.entries())
    await store.insert([{...batchOf([startOf(number, nowMs)]), project}])
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  // As if a million headers of other projects came before.
  database.exec('UPDATE runs SET header = header + 1000000; UPDATE headers SET id = id + 1000000')
  const cache = createReadCache(null)
  const usersOf = (project: string): number =>
    readFacts({database, cache, disk: {storeBytes: 0, freeBytes: null}}, {...question, project}).spans[0]!.users
  for (const project of projects) assert.equal(usersOf(project), 1)
  assert.deepEqual([cache.headers.size <= 3, cache.derived.size], [true, cache.headers.size])
  assert.equal(usersOf(projects[0]!), 1)
})

test('it lets all summaries of a project go when they take more than their share', t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const summaries = createMonthSummaries()
  const month = readFeatureColumns(database, {project: 1, ...all})
  const people = new Int32Array(2_000_000)
  const counts = {count: 1, internal: 0, runs: 1, crossing: [], seconds: 0, timed: 0, people}
  const bytes = Array.from({length: 12}, (_, number) => {
    summaries.of(month, {...noFilters, appVersion: `${number}`}, () => new Map([[1, counts]]))
    return summaries.bytes()
  })
  assert.ok(Math.max(...bytes) <= 64 * 1024 * 1024 && bytes[0]! > 8_000_000, bytes.join(' '))
})
