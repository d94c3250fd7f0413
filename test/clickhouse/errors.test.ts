/** Errors that real servers give for a while. Reports are accepted meanwhile, and stored once when it is over. */
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {after, before, describe, it} from 'node:test'
import {silentLog} from '../../src/collector/monitoring/log.ts'
import {connectForWriting, openClickHouseStore} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {openSpooledStore} from '../../src/collector/store/spool/spool.ts'
import {batchOf, nowMs, startOf} from '../collector/samples.ts'
import {eventually} from '../support/eventually.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

interface Fault {
  readonly code: number
  /** Resolves to a function that ends the fault. */
  readonly begin: (cluster: Cluster) => Promise<() => Promise<unknown>>
}

/** A setting with which the second shard refuses every insert into the table of runs. */
const refusing = (code: number, setting: string, value: number): Fault => ({
  code,
  async begin({sql}) {
    await sql(1, `ALTER TABLE spooled.runs MODIFY SETTING ${setting} = ${value}`)
    return () => sql(1, `ALTER TABLE spooled.runs RESET SETTING ${setting}`)
  },
})

const faults: readonly Fault[] = [
  refusing(252, 'parts_to_throw_insert', 1),
  refusing(243, 'min_free_disk_bytes_to_perform_insert', 10 ** 15),
  {code: 279, begin: cluster => cluster.takeDown(1)},
]

describe('errors of ClickHouse that pass', needs('a ClickHouse server'), () => {
  let cluster: Cluster
  before(async () => {
    cluster = await startCluster({shards: 2})
  })
  after(() => cluster.stop())

  it('leave every block in the spool, which ships it once when they are over', async t => {
    const address = addressOf(cluster, 'spooled')
    const store = await openSpooledStore({
      dataDirectory: temporaryDirectory(t),
      openStore: () => openClickHouseStore(address),
      log: silentLog,
      now: Date.now,
      rules: {shipAfterMs: 20, retryMs: {first: 20, most: 100}},
    })
    t.after(() => store.close())
    let runs = 0
    const insert = () => store.insert([batchOf(Array.from({length: 50}, () => startOf(++runs, nowMs)))])
    const shipped = () => eventually(() => assert.equal(store.spool().waitingBytes, 0))
    await insert()
    await shipped()
    for (const {code, begin} of faults) {
      const end = await begin(cluster)
      const {retries} = store.spool()
      await insert()
      await eventually(() => assert.ok(store.spool().retries > retries + 4, String(code)))
      const {failure} = store.spool()
      assert.equal(failure?.code, 'USAGE_STORE_UNREACHABLE')
      assert.match(failure.message, new RegExp(`error ${code} `))
      await end()
      await shipped()
    }
    assert.equal(store.spool().setAside, 0)
    const clickhouse = await connectForWriting(address)
    t.after(() => clickhouse.close())
    const [found] = await clickhouse.ask<{runs: number; received: number}>(
      'runs',
      `SELECT count() AS runs, (SELECT sum(count) FROM quality_all FINAL WHERE counter = 'received') AS received
       FROM runs_all FINAL`,
    )
    assert.deepEqual(found, {runs, received: runs})
  })

  it('end a deletion that did not finish with an error that asks for another try', async t => {
    const clickhouse = await connectForWriting(addressOf(cluster, 'mutated'))
    t.after(() => clickhouse.close())
    await cluster.sqlEverywhere('INSERT INTO mutated.sizes SELECT toString(number), 1, 1 FROM numbers(20)')
    await assert.rejects(clickhouse.shards[0]!.tell('ALTER TABLE sizes DELETE WHERE throwIf(bytes = 1)'), {
      code: 'USAGE_STORE_UNREACHABLE',
      message: /error 341 /,
    })
    await cluster.sqlEverywhere("KILL MUTATION WHERE database = 'mutated'")
  })

  it('have the names that the servers give their codes', async () => {
    const path = repositoryPath('src', 'collector', 'store', 'clickhouse', 'client', 'server-errors.ts')
    const listed = [...readFileSync(path, 'utf8').matchAll(/\[(\d+), '[^']+'\], \/\/ (\w+)/g)]
    assert.ok(listed.length > 30)
    for (const [, code, name] of listed) assert.equal(await cluster.sql(0, `SELECT errorCodeToName(${code})`), name)
  })
})
