import assert from 'node:assert/strict'
import {copyFileSync, existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it, type TestContext} from 'node:test'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {migrations} from '../../../../../src/collector/store/sqlite/tables/migrations.ts'
import {repositoryPath} from '../../../../support/repository.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {nowMs, pseudonym, uuid} from '../../../samples.ts'
import {factsOf} from '../../contract-parts.ts'

/** A data folder with the store of version 1, which was brought to a later version as the programs of then did. */
function folderOf(t: TestContext, version: number): {data: string; path: string; copy: string} {
  const data = temporaryDirectory(t)
  const path = join(data, 'usage.sqlite')
  copyFileSync(repositoryPath('test/fixtures/stores/version-1.sqlite'), path)
  const database = new DatabaseSync(path)
  for (const sql of migrations.slice(1, version)) database.exec(sql)
  database.exec(`PRAGMA user_version = ${version}; PRAGMA application_id = ${0x75736167}`)
  database.close()
  return {data, path, copy: `${path}.version-${version}`}
}

async function answersOf(data: string) {
  const source = openSqliteSource(data)
  const {features, exits, quality, sizes: _, ...facts} = {sizes: null, ...(await factsOf(source))}
  await source.close()
  return {features, exits, spans: facts.spans, refused: quality.refused}
}

it('updates a store of every earlier version to the same answers, and keeps a copy of each', async t => {
  const first = folderOf(t, 1)
  await openSqliteStore(first.data).close()
  const expected = await answersOf(first.data)
  for (let version = 1; version < migrations.length; version++) {
    const {data, copy} = folderOf(t, version)
    await openSqliteStore(data).close()
    assert.deepEqual(await answersOf(data), expected, `version ${version}`)
    const kept = new DatabaseSync(copy, {readOnly: true})
    assert.deepEqual({...kept.prepare('PRAGMA user_version').get()}, {user_version: version})
    assert.deepEqual({...kept.prepare('SELECT count(*) AS runs FROM runs').get()}, {runs: 5})
    kept.close()
    assert.equal(statSync(copy).mode & 0o777, 0o600)
  }
})

it('keeps no copy of a new store or of a current one', async t => {
  const data = temporaryDirectory(t)
  await openSqliteStore(data).close()
  await openSqliteStore(data).close()
  assert.deepEqual(
    readdirSync(data).filter(name => name.includes('version')),
    [],
  )
})

it('keeps the first copy of an update that was killed, and removes what a killed copy left', async t => {
  const {data, path, copy} = folderOf(t, 3)
  writeFileSync(`${path}.version-2`, 'the first copy')
  writeFileSync(`${path}.version-3.partial`, 'cut')
  await openSqliteStore(data).close()
  assert.deepEqual([existsSync(copy), existsSync(`${copy}.partial`)], [false, false])
  assert.equal(readFileSync(`${path}.version-2`, 'utf8'), 'the first copy')
})

it('removes the copy after a week, and with an erasure', async t => {
  const {data, copy} = folderOf(t, 1)
  const store = openSqliteStore(data)
  t.after(() => store.close())
  utimesSync(copy, nowMs / 1000, nowMs / 1000)
  const dayMs = 86_400_000
  await store.maintain(nowMs + 7 * dayMs)
  assert.ok(existsSync(copy))
  await store.maintain(nowMs + 7 * dayMs + 1_000)
  assert.ok(!existsSync(copy))
  writeFileSync(copy, 'a copy')
  await store.erase({project: 'parsl', users: [pseudonym('ann')], receivedAtMs: nowMs, receipt: uuid('q', 1)})
  assert.ok(!existsSync(copy))
})

it('removes the copy of an update when a project ends, also when the end was killed before', async t => {
  const {data, copy} = folderOf(t, 3)
  const store = openSqliteStore(data)
  const end = () => store.endProject({project: 'parsl', receipt: uuid('q', 1), atMs: nowMs}, async () => () => {})
  assert.ok(existsSync(copy))
  await end()
  assert.ok(!existsSync(copy))
  writeFileSync(copy, 'what a killed end left')
  await assert.rejects(end, {code: 'USAGE_PROJECT_UNKNOWN'})
  assert.ok(!existsSync(copy))
  await store.close()
})
