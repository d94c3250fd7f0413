import assert from 'node:assert/strict'
import {copyFileSync, renameSync, rmSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {suite, type TestContext, test} from 'node:test'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {get, makeFolders, post, startCollector} from '../../../running-collector.ts'
import {batchOf, featureOf, nowMs, reportOf} from '../../../samples.ts'

/** A store with an event, in a folder of its own. `write` adds another event. */
async function storeWithEvent(t: TestContext) {
  const directory = join(temporaryDirectory(t), 'data')
  const inside = (name: string): string => join(directory, name)
  // A store that was opened before has its files from the start.
  await openSqliteStore(directory).close()
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  let number = 0
  const write = () => store.insert([batchOf([featureOf(++number, nowMs)])])
  await write()
  return {store, directory, inside, write}
}

const unwritable = {code: 'USAGE_STORE_UNWRITABLE', http: 503}

suite('files of an open store', () => {
  for (const name of ['usage.sqlite', 'usage.sqlite-wal'])
    test(`nothing is stored after ${name} was removed`, async t => {
      const {store, inside, write} = await storeWithEvent(t)
      rmSync(inside(name))
      await assert.rejects(write(), unwritable)
      await assert.rejects(store.probe(), unwritable)
    })

  test('nothing is stored after the database was replaced by a copy, or emptied', async t => {
    const {inside, write} = await storeWithEvent(t)
    copyFileSync(inside('usage.sqlite'), inside('copy'))
    renameSync(inside('copy'), inside('usage.sqlite'))
    await assert.rejects(write(), unwritable)
    const other = await storeWithEvent(t)
    truncateSync(other.inside('usage.sqlite'), 0)
    await assert.rejects(other.write(), unwritable)
  })

  test('nothing is stored while the data folder has another name', async t => {
    const {directory, write} = await storeWithEvent(t)
    renameSync(directory, `${directory}-moved`)
    await assert.rejects(write(), unwritable)
    renameSync(`${directory}-moved`, directory)
    assert.deepEqual(await write(), [['accepted']])
  })

  test('a lock that was removed matters when another process has made it anew', async t => {
    const {inside, write} = await storeWithEvent(t)
    renameSync(inside('writer.lock'), inside('old.lock'))
    await write()
    writeFileSync(inside('writer.lock'), '')
    await assert.rejects(write(), unwritable)
  })
})

test('a collector whose store was removed acknowledges nothing and is not ready', async t => {
  const folders = makeFolders(t)
  const {http} = await startCollector(t, folders)
  const report = () => post(http, reportOf([featureOf(1, Date.now())]))
  assert.equal((await report()).status, 200)
  rmSync(join(folders.dataDirectory, 'usage.sqlite'))
  const {status, headers} = await report()
  assert.deepEqual([status, headers.has('retry-after')], [503, true])
  assert.equal((await get(http, '/readyz')).status, 503)
})
