import assert from 'node:assert/strict'
import {after, before, describe, it, type TestContext} from 'node:test'
import {connectForWriting} from '../../src/collector/store/clickhouse/clickhouse.ts'
import type {ClickHouse} from '../../src/collector/store/clickhouse/client/client.ts'
import {createEventReader} from '../../src/collector/store/clickhouse/moving/read-events.ts'
import {createProjectEnder} from '../../src/collector/store/clickhouse/purge/end-project.ts'
import {createEraser} from '../../src/collector/store/clickhouse/purge/erasure.ts'
import {createWriter} from '../../src/collector/store/clickhouse/write/write.ts'
import type {Batch, Erasure} from '../../src/collector/store/store.ts'
import type {Event} from '../../src/protocol/report/event.ts'
import {
  admitted,
  batchOf,
  dayMs,
  endOf,
  featureOf,
  nowMs,
  pseudonym,
  sampleHeader,
  startOf,
  uuid,
} from '../collector/samples.ts'
import {needs} from '../support/needs.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const ofAnn = {header: sampleHeader({version: 'only-ann'})}
const ofBob = {header: sampleHeader({user: pseudonym('bob')})}
const paired = (run: number, number: number) => featureOf(number, nowMs, {run: uuid('r', run)})
const erasure = (number: number, changes: Partial<Erasure> = {}): Erasure => ({
  ...{project: 'parsl', receipt: uuid('q', number), users: [pseudonym('ann')], receivedAtMs: nowMs},
  ...changes,
})

for (const shards of [1, 2] as const)
  describe(
    `deletions on ${shards} ${shards === 1 ? 'server' : 'shards'} of ClickHouse`,
    needs('a ClickHouse server'),
    () => {
      let cluster: Cluster
      let databases = 0
      before(async () => {
        cluster = await startCluster({shards})
      })
      after(() => cluster.stop())

      async function makeStore(t: TestContext) {
        const clickhouse = await connectForWriting(addressOf(cluster, `deleted${databases++}`))
        t.after(() => clickhouse.close())
        const writer = createWriter(clickhouse)
        const store = {
          ...writer,
          ...createEraser(clickhouse, writer.forget),
          ...createProjectEnder(clickhouse, writer.forget),
        }
        const insert = (events: readonly Event[], changes: Partial<Batch>) => store.insert([batchOf(events, changes)])
        return {clickhouse, store, insert}
      }

      async function eventsOf(clickhouse: ClickHouse, project = 'parsl'): Promise<string[]> {
        const found: string[] = []
        for await (const {header, events} of createEventReader(clickhouse).groups(project))
          for (const event of events) found.push(JSON.stringify([header, event]))
        return found.sort()
      }

      /** The rows of all tables that contain a text, on disk or not. */
      async function rowsWith(clickhouse: ClickHouse, text: string): Promise<string[]> {
        const found: string[] = []
        for (const table of [
          'runs',
          'repeats',
          'features',
          'lone',
          'pending_events',
          'known_values',
          'erased',
          'erasures',
        ])
          for (const shard of clickhouse.shards)
            for (const row of await shard.ask<object>('rows', `SELECT * FROM ${table}`))
              if (JSON.stringify(row).includes(text)) found.push(`${table} ${JSON.stringify(row)}`)
        return found
      }

      it('erases everything of a person, in all rows and on all disks, and nothing of others', async t => {
        const {clickhouse, store, insert} = await makeStore(t)
        await insert(
          [startOf(11, nowMs), endOf(11, nowMs), paired(11, 11), featureOf(12, nowMs), endOf(13, nowMs)],
          ofBob,
        )
        const before = await eventsOf(clickhouse)
        await insert([startOf(1, nowMs, {fields: {note: 'her-note'}})], ofAnn)
        await insert([startOf(1, nowMs, {id: uuid('t', 1), repeat: 1}), paired(1, 1)], ofAnn)
        await insert([endOf(2, nowMs, {run: null}), featureOf(2, nowMs, {name: 'Fit.v1'})], ofAnn)
        // A feature in the run of another, and a later pseudonym of the same run.
        await insert([paired(11, 3)], ofAnn)
        await insert([endOf(1, nowMs)], {header: sampleHeader({user: pseudonym('ann later')})})
        await insert([], {...ofAnn, pending: [admitted(featureOf(7, nowMs, {name: 'New.v1'}))]})
        assert.equal(await store.findErased(erasure(1)), null)
        const receipt = await store.erase(erasure(1))
        assert.deepEqual([receipt.runs, receipt.features], [1, 4])
        assert.deepEqual(await eventsOf(clickhouse), before)
        for (const text of [pseudonym('ann'), pseudonym('ann later'), 'only-ann', 'her-note', 'Fit.v1', 'New.v1'])
          assert.deepEqual(await rowsWith(clickhouse, text), [])
        for (const server of clickhouse.servers) {
          const sql =
            "SELECT count() AS parts FROM system.parts WHERE database = {database:String} AND NOT active AND table != 'quality'"
          const [old] = await server.ask<{parts: number}>('parts', sql, {database: clickhouse.database})
          assert.equal(old!.parts, 0)
        }
        assert.deepEqual(await store.findErased(erasure(1)), receipt)
        assert.deepEqual(await store.erase(erasure(1)), receipt)
      })

      it('keeps what others did in runs of which only features are known', async t => {
        const {clickhouse, store, insert} = await makeStore(t)
        await insert([paired(1, 1)], ofAnn)
        await insert([paired(1, 2)], ofBob)
        await insert([paired(2, 3)], ofAnn)
        assert.deepEqual((await store.erase(erasure(1))).runs, 1)
        const {tableOf} = clickhouse
        const runs = await clickhouse.ask('runs', `SELECT run, first_sign FROM ${tableOf('runs')} FINAL`)
        assert.deepEqual(runs, [{run: uuid('r', 1), first_sign: nowMs}])
        assert.deepEqual(await rowsWith(clickhouse, pseudonym('ann')), [])
        assert.equal((await store.erase(erasure(2, {users: [pseudonym('bob')]}))).runs, 1)
      })

      it('erases what another collector had accepted before the erasure, and keeps what came after it', async t => {
        const {clickhouse, store, insert} = await makeStore(t)
        await insert([startOf(1, nowMs)], ofBob)
        const before = await eventsOf(clickhouse)
        await store.erase(erasure(1))
        await insert([startOf(2, nowMs), paired(2, 2), featureOf(3, nowMs)], {...ofAnn, receivedAtMs: nowMs - 1})
        await store.eraseLate(nowMs + 1)
        assert.deepEqual(await eventsOf(clickhouse), before)
        await insert([startOf(4, nowMs + 5)], {...ofAnn, receivedAtMs: nowMs + 5})
        await store.eraseLate(nowMs + 6)
        assert.equal((await eventsOf(clickhouse)).length, 2)
        await store.eraseLate(nowMs + 40 * dayMs)
        const users = await clickhouse.ask('users', `SELECT user FROM ${clickhouse.tableOf('erased_users')} FINAL`)
        assert.deepEqual(users, [])
      })

      it('ends a project and keeps the others', async t => {
        const {clickhouse, store, insert} = await makeStore(t)
        const events = [startOf(1, nowMs), endOf(1, nowMs), featureOf(1, nowMs), endOf(2, nowMs, {run: null})]
        await insert(events, ofBob)
        await insert(events, {...ofBob, project: 'other'})
        const before = await eventsOf(clickhouse, 'other')
        const end = {project: 'parsl', receipt: uuid('q', 1), atMs: nowMs}
        const receipt = await store.endProject(end, async () => () => {})
        assert.deepEqual([receipt.runs, receipt.features], [1, 1])
        assert.deepEqual([await eventsOf(clickhouse), await eventsOf(clickhouse, 'other')], [[], before])
        await assert.rejects(
          store.endProject(end, async () => () => {}),
          {code: 'USAGE_PROJECT_UNKNOWN'},
        )
      })
    },
  )
