import assert from 'node:assert/strict'
import {copyFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it} from 'node:test'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {repositoryPath} from '../../../../support/repository.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, featureOf, sampleProject} from '../../../samples.ts'
import {factsOf} from '../../contract-parts.ts'

const sizeOf = (path: string): number => statSync(path).size

it('gives the disk space of a purged month back, while a reader has the store open', async t => {
  const data = temporaryDirectory(t)
  const path = join(data, 'usage.sqlite')
  const store = openSqliteStore(data)
  t.after(() => store.close())
  const atMs = Date.parse('2025-03-03T10:00:00Z')
  const events = Array.from({length: 20_000}, (_, number) => featureOf(number, atMs + number))
  await store.insert([batchOf(events)])
  const source = openSqliteSource(data)
  t.after(() => source.close())
  const range = {fromMs: Date.UTC(2025, 2, 1), toMs: Date.UTC(2025, 3, 1)}
  const countOf = async () => (await factsOf(source, {range})).features[0]?.count
  assert.equal(await countOf(), 20_000)
  assert.equal(await store.giveBack(), 0)
  await store.purgeFeatures(sampleProject(), '2025-03', false)
  const given = await store.giveBack()
  assert.ok(given > 1_000_000, String(given))
  assert.ok(sizeOf(path) < 500_000, String(sizeOf(path)))
  assert.equal(await countOf(), 20_000)
})

it('rewrites a store of an earlier program once, so that it can give space back', async t => {
  const data = temporaryDirectory(t)
  copyFileSync(repositoryPath('test/fixtures/stores/version-1.sqlite'), join(data, 'usage.sqlite'))
  await openSqliteStore(data).close()
  const database = new DatabaseSync(join(data, 'usage.sqlite'))
  t.after(() => database.close())
  assert.deepEqual({...database.prepare('PRAGMA auto_vacuum').get()}, {auto_vacuum: 2})
  assert.deepEqual({...database.prepare('PRAGMA integrity_check').get()}, {integrity_check: 'ok'})
})
