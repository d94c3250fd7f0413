import assert from 'node:assert/strict'
import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {silentLog} from '../../../../src/collector/monitoring/log.ts'
import {openSpooledStore, type SpoolRules} from '../../../../src/collector/store/spool/spool.ts'
import {openSqliteSource} from '../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import type {Batch, Store} from '../../../../src/collector/store/store.ts'
import {UsageError} from '../../../../src/errors.ts'
import {eventually} from '../../../support/eventually.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs, pseudonym, sampleProject, startOf, uuid} from '../../samples.ts'
import {factsOf} from '../contract-parts.ts'

const fast: Partial<SpoolRules> = {shipAfterMs: 20, retryMs: {first: 5, most: 20}, drainMs: 2_000}
const unreachable = () => new UsageError('USAGE_STORE_UNREACHABLE', 'no server answers')

/** A real store that somebody may cut off, and that remembers what was sent to it. */
function remoteStore(t: TestContext) {
  const directory = temporaryDirectory(t)
  const source = () => openSqliteSource(directory)
  const self = {
    failure: null as Error | null,
    /** Ids of all tries, also of those whose answer was lost. */
    tries: [] as string[],
    lostAnswers: 0,
    async open(): Promise<Store> {
      if (self.failure !== null) throw self.failure
      const store = openSqliteStore(directory)
      return {
        ...store,
        async probe() {
          if (self.failure?.message === 'no server answers') throw self.failure
        },
        async insert(batches, block) {
          self.tries.push(block!)
          if (self.failure !== null) throw self.failure
          const outcomes = await store.insert(batches)
          if (self.lostAnswers-- > 0) throw unreachable()
          return outcomes
        },
      }
    },
    async facts() {
      const reader = source()
      try {
        return await factsOf(reader)
      } finally {
        await reader.close()
      }
    },
  }
  return self
}

function opener(t: TestContext, dataDirectory = temporaryDirectory(t)) {
  const lines: string[] = []
  const write = (message: string): void => void lines.push(message)
  const log = {...silentLog, info: write, warn: write, error: write}
  const open = async (remote: ReturnType<typeof remoteStore>, rules: Partial<SpoolRules> = {}) => {
    const parts = {dataDirectory, openStore: remote.open, log, now: Date.now, rules: {...fast, ...rules}}
    const store = await openSpooledStore(parts)
    t.after(() => store.close())
    return store
  }
  const files = (): string[] => readdirSync(join(dataDirectory, 'spool')).filter(name => name.endsWith('.block'))
  return {open, lines, files, folder: join(dataDirectory, 'spool')}
}

const batches = (from: number, count: number): Batch[] =>
  Array.from({length: count}, (_, index) => batchOf([featureOf(from + index, nowMs)]))

const countOf = async (remote: ReturnType<typeof remoteStore>): Promise<number> =>
  (await remote.facts()).features[0]?.count ?? 0

describe('the spool', () => {
  it('accepts on its own disk, and ships soon afterwards', async t => {
    const remote = remoteStore(t)
    const {open, files} = opener(t)
    const store = await open(remote)
    assert.deepEqual(await store.insert(batches(0, 2)), [['accepted'], ['accepted']])
    assert.equal(files().length, 1)
    await eventually(async () => assert.equal(await countOf(remote), 2))
    await eventually(() => assert.deepEqual(files(), []))
    await eventually(() => {
      const {blocks, events, waitingBytes, retries} = store.spool()
      assert.deepEqual([blocks, events, waitingBytes, retries], [1, 2, 0, 0])
    })
  })

  it('ends a full block, and ships every block under one id however often it takes', async t => {
    const remote = remoteStore(t)
    const {open} = opener(t)
    const store = await open(remote, {blockEvents: 10, shipAfterMs: 60_000})
    remote.lostAnswers = 3
    for (let turn = 0; turn < 4; turn++) await store.insert(batches(turn * 5, 5))
    await eventually(async () => assert.equal(store.spool().blocks, 2))
    assert.equal(await countOf(remote), 20)
    const [first, second] = [...new Set(remote.tries)]
    assert.deepEqual(remote.tries, [first, first, first, first, second])
    assert.equal(store.spool().retries, 3)
  })

  it('accepts while no server answers, also from its start, and ships when one does', async t => {
    const remote = remoteStore(t)
    const {open, lines} = opener(t)
    remote.failure = unreachable()
    const store = await open(remote)
    await store.saveProjects([sampleProject()])
    await store.insert(batches(0, 3))
    await eventually(() => assert.ok(store.spool().retries > 2))
    assert.equal(store.spool().failure?.code, 'USAGE_STORE_UNREACHABLE')
    remote.failure = null
    await eventually(async () => assert.equal(store.spool().blocks, 1))
    assert.equal(await countOf(remote), 3)
    assert.deepEqual(lines, ['store not reached', 'shipping failed', 'shipping again'])
  })

  it('does not start with a store that refuses it, and leaves nothing locked', async t => {
    const remote = remoteStore(t)
    const {open} = opener(t)
    remote.failure = new UsageError('USAGE_STORE_REFUSED', 'the password is wrong')
    await assert.rejects(open(remote), {code: 'USAGE_STORE_REFUSED'})
    remote.failure = null
    await open(remote)
  })

  it('is used by one process only', async t => {
    const {open} = opener(t)
    await open(remoteStore(t))
    await assert.rejects(open(remoteStore(t)), {code: 'USAGE_STORE_LOCKED'})
  })

  it('refuses reports when it is full, and accepts them when it has room again', async t => {
    const remote = remoteStore(t)
    const {open} = opener(t)
    const store = await open(remote, {maxBytes: 5_000})
    remote.failure = unreachable()
    await assert.rejects(
      async () => {
        for (let turn = 0; ; turn++) await store.insert(batches(turn, 1))
      },
      {code: 'USAGE_SPOOL_FULL', http: 503},
    )
    assert.ok(store.spool().waitingBytes <= 5_000)
    remote.failure = null
    await eventually(async () => void (await store.insert(batches(1_000, 1))))
  })

  it('ships what an earlier process left, without the report that it did not finish', async t => {
    const remote = remoteStore(t)
    const {open, files, folder, lines} = opener(t)
    const first = await open(remote, {shipAfterMs: 60_000, drainMs: 0})
    remote.failure = unreachable()
    await first.insert(batches(0, 2))
    await first.close()
    const path = join(folder, files()[0]!)
    const complete = readFileSync(path)
    const remotes: number[] = []
    for (const cut of [0, 1, 8, 9, complete.length / 2 - 1, complete.length / 2]) {
      const name = `${String(1_000 + remotes.length).padStart(12, '0')}-${uuid('b', remotes.length)}.block`
      writeFileSync(join(folder, name), Buffer.concat([complete, complete.subarray(0, cut)]))
      remotes.push(cut)
    }
    remote.failure = null
    const second = await open(remote)
    // A block is counted after its file is gone.
    await eventually(() => assert.deepEqual([files(), second.spool().blocks], [[], remotes.length + 1]))
    assert.equal(await countOf(remote), 2)
    assert.equal(lines.filter(line => line === 'incomplete report dropped').length, 4)
  })

  it('ships the rest of a block whose bytes changed, and keeps the block', async t => {
    const remote = remoteStore(t)
    const {open, files, folder} = opener(t)
    const first = await open(remote, {shipAfterMs: 60_000, drainMs: 0})
    remote.failure = unreachable()
    await first.insert(batches(0, 3))
    await first.close()
    const path = join(folder, files()[0]!)
    const bytes = readFileSync(path)
    bytes[20]! ^= 1
    writeFileSync(path, bytes)
    remote.failure = null
    const second = await open(remote)
    await eventually(() => assert.deepEqual(files(), []))
    assert.equal(await countOf(remote), 2)
    assert.equal(second.spool().setAside, 1)
    assert.equal(readdirSync(join(folder, 'refused')).length, 1)
  })

  it('sets a block aside that the store refuses, and ships the next ones', async t => {
    const remote = remoteStore(t)
    const {open, folder, lines} = opener(t)
    const store = await open(remote)
    remote.failure = new UsageError('USAGE_STORE_REFUSED', 'the block is invalid')
    await store.insert(batches(0, 1))
    await eventually(() => assert.equal(store.spool().setAside, 1))
    remote.failure = null
    await store.insert(batches(1, 1))
    await eventually(async () => assert.equal(await countOf(remote), 1))
    assert.equal(new Set(remote.tries.slice(0, 3)).size, 1)
    assert.equal(readdirSync(join(folder, 'refused')).length, 1)
    assert.ok(lines.includes('block set aside'))
  })

  it('waits where the store refuses everything', async t => {
    const remote = remoteStore(t)
    const {open, files} = opener(t)
    const store = await open(remote)
    remote.failure = new UsageError('USAGE_STORE_REFUSED', 'no server answers')
    await store.insert(batches(0, 1))
    await eventually(() => assert.ok(store.spool().retries > 5))
    assert.deepEqual([store.spool().setAside, files().length], [0, 1])
  })

  it('erases a person after the events that it accepted before', async t => {
    const remote = remoteStore(t)
    const {open} = opener(t)
    const store = await open(remote, {shipAfterMs: 60_000})
    await store.insert([batchOf([startOf(1, nowMs)])])
    const erasure = {project: 'parsl', receipt: uuid('q', 1), users: [pseudonym('ann')], receivedAtMs: nowMs}
    assert.equal(await store.findErased(erasure), null)
    assert.equal((await store.erase(erasure)).runs, 1)
    remote.failure = unreachable()
    await store.insert([batchOf([startOf(2, nowMs)])])
    await assert.rejects(store.erase(erasure), {code: 'USAGE_STORE_UNREACHABLE'})
  })

  it('ships what waits when it closes, for a bounded time', async t => {
    const remote = remoteStore(t)
    const {open, files} = opener(t)
    const first = await open(remote, {shipAfterMs: 60_000})
    await first.insert(batches(0, 4))
    await first.close()
    assert.deepEqual([await countOf(remote), files()], [4, []])
    const second = await open(remote, {shipAfterMs: 60_000, drainMs: 50})
    remote.failure = unreachable()
    await second.insert(batches(4, 1))
    await second.close()
    assert.equal(files().length, 1)
  })

  it('keeps the key of the address of a sender out of its files', async t => {
    const remote = remoteStore(t)
    const {open, files, folder} = opener(t)
    const store = await open(remote, {shipAfterMs: 60_000})
    await store.insert([batchOf([featureOf(1, nowMs)], {source: 'S3CRET-source'})])
    assert.doesNotMatch(readFileSync(join(folder, files()[0]!), 'latin1'), /S3CRET/)
  })
})
