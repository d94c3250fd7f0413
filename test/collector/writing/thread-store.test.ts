import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {type TestContext, test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {openStoreInThread} from '../../../src/collector/writing/thread-store.ts'
import {UsageError} from '../../../src/errors.ts'
import {faultChannelName} from '../../../src/fault-points.ts'
import {moduleUrl} from '../../support/run-module.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {batchOf, nowMs, pseudonym, sampleProject, startOf, uuid} from '../samples.ts'
import {factsOf} from '../store/contract-parts.ts'
import {storeContract} from '../store/store-contract.ts'

async function openStore(t: TestContext) {
  const directory = join(temporaryDirectory(t), 'data')
  const store = await openStoreInThread(directory)
  t.after(() => store.close())
  return {store, directory}
}

storeContract('a SQLite store in a thread', async t => {
  const {store, directory} = await openStore(t)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  return {store, source, knows: {duplicates: true}}
})

test('it begins calls in the order in which they are made', async t => {
  const {store, directory} = await openStore(t)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const erasure = {project: 'parsl', receipt: uuid('x', 9), users: [pseudonym('ann')], receivedAtMs: nowMs}
  await store.saveProjects([sampleProject()])
  const [, {runs}] = await Promise.all([
    store.insert([batchOf([startOf(1, nowMs)])]),
    store.erase(erasure),
    store.insert([batchOf([startOf(2, nowMs)])]),
  ])
  assert.equal(runs, 1)
  assert.equal((await factsOf(source)).spans[0]!.runs, 1)
})

test('it rejects with the errors of the store, and leaves nothing locked', async t => {
  const {store, directory} = await openStore(t)
  await assert.rejects(openStoreInThread(directory), {code: 'USAGE_STORE_LOCKED', exit: 2})
  await store.close()
  await openSqliteStore(directory).close()
  writeFileSync(join(directory, 'usage.sqlite'), 'this is no database, but a text that is long enough for a header')
  await assert.rejects(openStoreInThread(directory), error => {
    assert.ok(error instanceof UsageError)
    assert.equal(error.code, 'USAGE_STORE_DAMAGED')
    assert.match(String(error.stack), /store-worker/)
    return true
  })
})

test('it names the cause of an error for the log', async t => {
  const {store, directory} = await openStore(t)
  const other = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => other.close())
  other.exec('BEGIN IMMEDIATE')
  await assert.rejects(store.insert([batchOf([startOf(1, nowMs)])]), error => {
    assert.ok(error instanceof UsageError)
    assert.equal(error.code, 'USAGE_COLLECTOR_BUSY')
    assert.match(String(error.cause), /database is locked/)
    return true
  })
})

test('it calls the functions that a method needs', async t => {
  const {store} = await openStore(t)
  await store.saveProjects([sampleProject()])
  await store.insert([batchOf([startOf(1, nowMs)])])
  const calls: string[] = []
  const receipt = await store.endProject({project: 'parsl', receipt: uuid('x', 9), atMs: nowMs}, async () => {
    calls.push('paused')
    return () => calls.push('resumed')
  })
  assert.equal(receipt.runs, 1)
  await store.maintain(nowMs, {isStopped: () => calls.push('asked') > 0})
  assert.deepEqual(calls, ['paused', 'resumed', 'asked'])
})

test('it rejects calls after it is closed, and closes twice', async t => {
  const {store} = await openStore(t)
  await Promise.all([store.close(), store.close()])
  await assert.rejects(store.probe(), /the store is closed/)
})

test('it ends the process with the thread, so that no report waits for ever', t => {
  const directory = temporaryDirectory(t)
  const [breaking, main] = [join(directory, 'break.mjs'), join(directory, 'main.mjs')]
  writeFileSync(
    breaking,
    `import {subscribe} from 'node:diagnostics_channel'
     import {isMainThread} from 'node:worker_threads'
     const fail = () => { throw new Error('broken thread') }
     if (!isMainThread) subscribe(${JSON.stringify(faultChannelName)}, () => setImmediate(fail))`,
  )
  writeFileSync(
    main,
    `import {openStoreInThread} from ${JSON.stringify(moduleUrl('collector/writing/thread-store.ts'))}
     const store = await openStoreInThread(${JSON.stringify(join(directory, 'data'))})
     await store.insert([])
     await new Promise(resolve => setTimeout(resolve, 60_000))`,
  )
  const {status, stderr} = spawnSync(process.execPath, ['--import', breaking, main], {encoding: 'utf8'})
  assert.match(stderr, /broken thread/)
  assert.equal(status, 1)
})
