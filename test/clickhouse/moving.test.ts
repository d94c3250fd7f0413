import {join} from 'node:path'
import {after, before, describe} from 'node:test'
import {connectForWriting} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {readFacts} from '../../src/collector/store/clickhouse/facts/facts.ts'
import {createEventReader} from '../../src/collector/store/clickhouse/moving/read-events.ts'
import {createRestorer} from '../../src/collector/store/clickhouse/moving/restore-parts.ts'
import {readProjects} from '../../src/collector/store/clickhouse/tables/read-projects.ts'
import {createWriter} from '../../src/collector/store/clickhouse/write/write.ts'
import {openSqliteEvents} from '../../src/collector/store/sqlite/export.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {StatsSource} from '../../src/stats/model/source.ts'
import {type MakeMovable, movingContract} from '../collector/store/moving-contract.ts'
import {needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const onSqlite: MakeMovable = async t => {
  const directory = join(temporaryDirectory(t), 'data')
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(async () => {
    await source.close()
    await store.close()
  })
  return {store, source, events: async () => openSqliteEvents(directory)}
}

for (const shards of [1, 2] as const)
  describe(
    `a move to ${shards} ${shards === 1 ? 'server' : 'shards'} of ClickHouse and back`,
    needs('a ClickHouse server'),
    () => {
      let cluster: Cluster
      let databases = 0
      before(async () => {
        cluster = await startCluster({shards})
      })
      after(() => cluster.stop())

      const onClickHouse: MakeMovable = async t => {
        const clickhouse = await connectForWriting(addressOf(cluster, `moved${databases++}`))
        t.after(() => clickhouse.close())
        const writer = createWriter(clickhouse)
        const store = {...writer, ...createRestorer(clickhouse, writer.forget)}
        const source: StatsSource = {
          facts: question => readFacts(clickhouse, question),
          projects: () => readProjects(clickhouse),
          close: async () => {},
        }
        return {store, source, events: async () => ({...createEventReader(clickhouse), close: async () => {}})}
      }

      movingContract('SQLite, ClickHouse, SQLite', onSqlite, onClickHouse)
    },
  )
