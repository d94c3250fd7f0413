import assert from 'node:assert/strict'
import {join} from 'node:path'
import {after, before, describe, it} from 'node:test'
import {connectForWriting} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {createEventReader} from '../../src/collector/store/clickhouse/moving/read-events.ts'
import {createFeaturePurger, deleteTotalledFeatures} from '../../src/collector/store/clickhouse/purge/purge-features.ts'
import {createRunPurger, deleteTotalledRuns} from '../../src/collector/store/clickhouse/purge/purge-runs.ts'
import {createWriter} from '../../src/collector/store/clickhouse/write/write.ts'
import type {OtherPart} from '../../src/collector/store/parts.ts'
import {openSqliteEvents} from '../../src/collector/store/sqlite/export.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {EventSource, Store} from '../../src/collector/store/store.ts'
import {purge} from '../../src/collector/upkeep/retention.ts'
import {randomUse, seededRandom} from '../collector/random-use.ts'
import {batchOf, sampleProject} from '../collector/samples.ts'
import {needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const laterMs = Date.parse('2027-06-10T00:00:00Z')

/** What a store has beside its events, in a comparable form. */
async function othersOf(events: Omit<EventSource, 'close'>): Promise<unknown[]> {
  const begin = await events.begin('parsl')
  const found: string[] = []
  for await (const part of events.others('parsl', begin)) if (part.part !== 'runs') found.push(...linesOf(part))
  return found.sort()
}

function linesOf(part: OtherPart): string[] {
  const line = (value: unknown): string => JSON.stringify(value, round)
  if (part.part === 'days') return part.usedMs.map(ms => line(['day', part.header, ms]))
  if (part.part === 'feature-totals')
    return part.totals.map(total => line(['feature', part.span, Object.entries(total).sort()]))
  if (part.part === 'counters' || part.part === 'end') return [line({...part, store: null})]
  return [line(part)]
}

/** Sums may differ in the last bits. */
const round = (_key: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value

async function listOf<T>(values: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const value of values) list.push(value)
  return list
}

async function eventsOf(source: Omit<EventSource, 'close'>): Promise<string[]> {
  const found: string[] = []
  for await (const {header, events} of source.groups('parsl'))
    for (const event of events) found.push(JSON.stringify([header, Object.entries(event).sort()]))
  return found.sort()
}

for (const shards of [1, 2] as const)
  describe(
    `a purge on ${shards} ${shards === 1 ? 'server' : 'shards'} of ClickHouse`,
    needs('a ClickHouse server'),
    () => {
      let cluster: Cluster
      let databases = 0
      before(async () => {
        cluster = await startCluster({shards})
      })
      after(() => cluster.stop())

      for (const rotate of ['year', 'month'])
        it(`keeps the totals, days and events that SQLite keeps, rotate ${rotate}`, async t => {
          const project = sampleProject({identity: {rotate}})
          const directory = join(temporaryDirectory(t), 'data')
          const sqlite = openSqliteStore(directory)
          const source = openSqliteSource(directory)
          const clickhouse = await connectForWriting(addressOf(cluster, `purged${databases++}`))
          t.after(() => Promise.all([source.close(), sqlite.close(), clickhouse.close()]))
          const writer = createWriter(clickhouse)
          // The facts of this test come from SQLite, which has the same rows.
          const store = {
            ...writer,
            ...createFeaturePurger(clickhouse, writer.forget),
            ...createRunPurger(clickhouse, question => source.facts(question), writer.forget),
            async finishPurge(id: string) {
              await deleteTotalledFeatures(clickhouse, id)
              await deleteTotalledRuns(clickhouse, id)
            },
            expirePending: async () => 0,
          }
          const batches = randomUse(250, seededRandom(41)).map(({header, event}) => batchOf([event], {header}))
          await store.insert(batches)
          await sqlite.insert(batches)
          for (const [only, olderThan] of [
            ['features', '13m'],
            ['runs', '1y'],
            ['features', '8m'],
          ] as const) {
            const options = {nowMs: laterMs, olderThan, only}
            const steps = (of: Parameters<typeof purge>[0]) => listOf(purge(of, [project], options))
            assert.deepEqual(await steps(store as unknown as Store), await steps(sqlite), `${only} ${olderThan}`)
            const kept = openSqliteEvents(directory)
            t.after(() => kept.close())
            const own = createEventReader(clickhouse)
            assert.deepEqual(await othersOf(own), await othersOf(kept), `${only} ${olderThan}`)
            assert.deepEqual(await eventsOf(own), await eventsOf(kept), `${only} ${olderThan}`)
          }
          const {tableOf} = clickhouse
          const counts = async (table: string) =>
            (await clickhouse.ask<{rows: number}>('rows', `SELECT count() AS rows FROM ${tableOf(table)} FINAL`))[0]!
              .rows
          assert.ok((await counts('runs')) > 0 && (await counts('runs')) < 250)
        })
    },
  )
