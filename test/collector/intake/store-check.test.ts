import assert from 'node:assert/strict'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it, type TestContext} from 'node:test'
import {checkAtStart} from '../../../src/collector/intake/store-check.ts'
import {checkStoreInThread} from '../../../src/collector/reading/worker-source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {UsageError} from '../../../src/errors.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs} from '../samples.ts'

/** A closed store of about 200 KB. */
async function storeOf(t: TestContext): Promise<string> {
  const dataDirectory = temporaryDirectory(t)
  const store = openSqliteStore(dataDirectory)
  await store.insert([batchOf(Array.from({length: 1_000}, (_, number) => featureOf(number, nowMs)))])
  await store.close()
  return dataDirectory
}

/** Puts zeros into the middle of a store, as a disk does that loses a block. */
function zeroMiddle(dataDirectory: string): void {
  const path = join(dataDirectory, 'usage.sqlite')
  const file = readFileSync(path)
  const middle = Math.floor(file.length / 2 / 4096) * 4096
  writeFileSync(path, file.fill(0, middle, middle + 65_536))
}

const unexpected = () => assert.fail('not expected')
const damaged = {code: 'USAGE_STORE_DAMAGED', exit: 2}

it('finds zeros in the middle of a store, here and in a thread', async t => {
  const dataDirectory = await storeOf(t)
  const parts = {dataDirectory, checkInThread: () => checkStoreInThread(dataDirectory), onDamage: unexpected}
  const [here, inThread] = [await checkAtStart(parts), await checkAtStart({...parts, maxBytesHere: 0})]
  for (const {require, check} of [here, inThread]) {
    require()
    assert.deepEqual(check(), {ok: true, detail: 'checked at the start'})
  }
  zeroMiddle(dataDirectory)
  await assert.rejects(checkAtStart(parts), damaged)
  await assert.rejects(checkAtStart({...parts, maxBytesHere: 0}), damaged)
})

it('does not wait longer than its limit, and stops the writing when damage is found later', async t => {
  const dataDirectory = await storeOf(t)
  const {promise, reject} = Promise.withResolvers<void>()
  const found: string[] = []
  const onDamage = (message: string): void => void found.push(message)
  const check = await checkAtStart({dataDirectory, checkInThread: () => promise, onDamage, maxBytesHere: 0, maxMs: 1})
  check.require()
  assert.deepEqual(check.check(), {ok: true, detail: 'is being checked'})
  reject(new UsageError('USAGE_STORE_DAMAGED', 'page 7 is damaged'))
  await new Promise(setImmediate)
  assert.throws(() => check.require(), {...damaged, http: 503})
  assert.partialDeepStrictEqual(check.check(), {ok: false, detail: 'the store is damaged'})
  assert.deepEqual(found, ['page 7 is damaged'])
})

it('believes a store that could not be checked', async t => {
  const dataDirectory = await storeOf(t)
  const checkInThread = () => Promise.reject(new Error('the reading thread ended'))
  const check = await checkAtStart({dataDirectory, checkInThread, onDamage: unexpected, maxBytesHere: 0})
  check.require()
})
