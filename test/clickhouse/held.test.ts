import assert from 'node:assert/strict'
import {join} from 'node:path'
import {after, before, describe, it} from 'node:test'
import {connectForWriting} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {createHeldReader} from '../../src/collector/store/clickhouse/held.ts'
import {createWriter} from '../../src/collector/store/clickhouse/write/write.ts'
import {isHeldCursor, openSqliteHeld} from '../../src/collector/store/sqlite/held.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {HeldSource} from '../../src/collector/store/store.ts'
import {randomUse, seededRandom} from '../collector/random-use.ts'
import {admitted, batchOf, endOf, featureOf, nowMs, pseudonym, sampleHeader} from '../collector/samples.ts'
import {needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

/** All records of a person, in a comparable order. */
async function recordsOf(source: Pick<HeldSource, 'held'>, user: string) {
  const records: string[] = []
  let pages = 0
  for (let cursor: string | null = null; ; pages++) {
    const page: Awaited<ReturnType<HeldSource['held']>> = await source.held({project: 'parsl', user, cursor})
    for (const {header, records: some} of page.groups)
      for (const record of some) records.push(JSON.stringify([header, sorted(record)]))
    cursor = page.next
    if (cursor === null) return {records: records.sort(), pages: pages + 1}
    assert.ok(isHeldCursor(cursor), cursor)
  }
}

const sorted = (value: unknown): unknown =>
  typeof value !== 'object' || value === null
    ? value
    : Object.entries(value)
        .map(([key, inner]) => [key, sorted(inner)])
        .sort()

for (const shards of [1, 2] as const)
  describe(
    `access on ${shards} ${shards === 1 ? 'server' : 'shards'} of ClickHouse`,
    needs('a ClickHouse server'),
    () => {
      let cluster: Cluster
      before(async () => {
        cluster = await startCluster({shards})
      })
      after(() => cluster.stop())

      it('shows what SQLite shows, in pages', async t => {
        const directory = join(temporaryDirectory(t), 'data')
        const sqlite = openSqliteStore(directory)
        const clickhouse = await connectForWriting(addressOf(cluster, 'held'))
        t.after(() => Promise.all([sqlite.close(), clickhouse.close()]))
        const writer = createWriter(clickhouse)
        const header = sampleHeader({user: pseudonym('p1-2026')})
        const many = Array.from({length: 700}, (_, number) => featureOf(10_000 + number, nowMs))
        const pending = [admitted(featureOf(904, nowMs, {name: 'New.v1'}))]
        const batches = [
          ...randomUse(150, seededRandom(51)).map(one => batchOf([one.event], {header: one.header})),
          batchOf([...many, endOf(905, nowMs, {run: null})], {header, pending}),
        ]
        await sqlite.insert(batches)
        await writer.insert(batches)
        const held = openSqliteHeld(directory)
        t.after(() => held.close())
        for (const user of [pseudonym('p1-2026'), pseudonym('p2-2025'), pseudonym('nobody')]) {
          const [own, known] = [await recordsOf(createHeldReader(clickhouse), user), await recordsOf(held, user)]
          assert.deepEqual(own, known)
        }
      })
    },
  )
