import {after, before, describe, type TestContext} from 'node:test'
import {connectForReading, openClickHouseStore} from '../../../src/collector/store/clickhouse/clickhouse.ts'
import {readFacts} from '../../../src/collector/store/clickhouse/facts/facts.ts'
import {readProjects} from '../../../src/collector/store/clickhouse/tables/read-projects.ts'
import {tables} from '../../../src/collector/store/clickhouse/tables/tables.ts'
import type {StatsQuestion} from '../../../src/stats/model/source.ts'
import type {MakeStore} from '../../collector/store/contract-parts.ts'
import {needs} from '../../support/needs.ts'
import {addressOf} from '../servers/address-of.ts'
import {keepParts} from '../servers/keep-parts.ts'
import {type Cluster, startCluster} from '../servers/start-cluster.ts'

export interface ContractOptions {
  readonly shards: 1 | 2
  /** `none`: all parts stay as they were inserted. `all`: they are merged before each question. */
  readonly merges: 'none' | 'all'
}

/**
 * Runs a part of the contract of every store on real servers. Each test begins with empty tables, in a database that no
 * other one uses at that time: making them takes longer than most tests.
 */
export function contractOn({shards, merges}: ContractOptions, part: (make: MakeStore) => void): void {
  const name = `a store on ${shards === 1 ? 'one server' : 'two shards'}, ${merges} of its parts merged`
  describe(name, needs('a ClickHouse server'), () => {
    let cluster: Cluster
    let databases = 0
    const free: string[] = []
    before(async () => {
      cluster = await startCluster({shards})
    })
    after(() => cluster.stop())

    async function openEmpty(t: TestContext) {
      const used = free.pop()
      const database = used ?? `contract_${++databases}`
      if (used !== undefined) await cluster.sqlEverywhere(`TRUNCATE TABLES FROM ${database} NOT LIKE 'migrations'`)
      const address = addressOf(cluster, database)
      const store = await openClickHouseStore(address)
      // Not as `openClickHouseSource` does, which keeps its answers.
      const reading = await connectForReading(address)
      t.after(async () => {
        await store.close()
        await reading.close()
        free.push(database)
      })
      if (used === undefined && merges === 'none') await keepParts(cluster, database)
      return {database, store, reading}
    }

    part(async (t: TestContext) => {
      const {database, store, reading} = await openEmpty(t)
      const facts = async (question: StatsQuestion) => {
        if (merges === 'all') await Promise.all(tables.map(({name: table}) => cluster.mergeAll(`${database}.${table}`)))
        return readFacts(reading, question)
      }
      const source = {facts, projects: () => readProjects(reading), close: () => reading.close()}
      return {store, source, knows: {duplicates: false, halves: shards > 1}}
    })
  })
}
