import assert from 'node:assert/strict'
import {randomUUID} from 'node:crypto'
import {after, before, describe, it, type TestContext} from 'node:test'
import {collectorLimits} from '../../src/collector/limits.ts'
import {connectForWriting} from '../../src/collector/store/clickhouse/clickhouse.ts'
import type {ClickHouse} from '../../src/collector/store/clickhouse/client/client.ts'
import {measureStore} from '../../src/collector/store/clickhouse/tables/measure-store.ts'
import {createReleaser} from '../../src/collector/store/clickhouse/write/release-pending.ts'
import {createUpkeep} from '../../src/collector/store/clickhouse/write/upkeep.ts'
import {createWriter} from '../../src/collector/store/clickhouse/write/write.ts'
import {seededRandom, shuffle} from '../collector/random-use.ts'
import {
  admitted,
  batchOf,
  dayMs,
  endOf,
  featureOf,
  hourMs,
  nowMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../collector/samples.ts'
import {needs} from '../support/needs.ts'
import {addressOf} from './servers/address-of.ts'
import {keepParts} from './servers/keep-parts.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const hasServers = needs('a ClickHouse server')
/** Every test has a database of its own. */
let databases = 0

for (const shards of [1, 2] as const)
  describe(`writing to ${shards} ${shards === 1 ? 'server' : 'shards'}`, hasServers, () => {
    let cluster: Cluster
    before(async () => {
      cluster = await startCluster({shards})
    })
    after(() => cluster.stop())

    async function opened(t: TestContext): Promise<ClickHouse> {
      databases++
      const database = `written_${databases}`
      const clickhouse = await connectForWriting(addressOf(cluster, database))
      t.after(() => clickhouse.close())
      await keepParts(cluster, database)
      return clickhouse
    }
    /** Everything that answers are made of. */
    async function contentOf(clickhouse: ClickHouse): Promise<unknown> {
      const all = (table: string, order: string, columns = '*') =>
        clickhouse.ask(table, `SELECT ${columns} FROM ${clickhouse.tableOf(table)} FINAL ORDER BY ${order}`)
      return {
        runs: await all('runs', 'project, run'),
        features: await all('features', 'project, event'),
        repeats: await all('repeats', 'project, event'),
        lone: await all('lone', 'project, event'),
        quality: await clickhouse.ask(
          'quality',
          `SELECT project, day, counter, sum(count) AS count FROM ${clickhouse.tableOf('quality')} FINAL
           GROUP BY project, day, counter ORDER BY project, day, counter`,
        ),
      }
    }
    async function counterOf(clickhouse: ClickHouse, counter: string, project = 'parsl'): Promise<number> {
      const [row] = await clickhouse.ask<{count: number}>(
        'counter',
        `SELECT sum(count) AS count FROM ${clickhouse.tableOf('quality')} FINAL
         WHERE counter = {counter:String} AND project = {project:String}`,
        {counter, project},
      )
      return row!.count
    }

    it('has the same rows for any order, number of copies and number of collectors', async t => {
      const events = [
        ...[1, 2, 3].flatMap(run => [
          startOf(run, nowMs - hourMs, {fields: {executors: run}}),
          startOf(run, nowMs, {id: uuid('t', run), repeat: 1}),
          endOf(run, nowMs, {exitCode: run, durationSeconds: 2.5}),
          featureOf(run, nowMs, {run: uuid('r', run), durationSeconds: 3, details: {depth: 1}}),
        ]),
        endOf(9, nowMs, {run: null, signal: 'SIGTERM'}),
        featureOf(9, nowMs),
      ]
      const batches = events.map((event, index) => batchOf([event], {receivedAtMs: nowMs + index}))
      const [plain, wild] = [await opened(t), await opened(t)]
      const blocks = batches.map(batch => ({batch, block: randomUUID()}))
      const one = createWriter(plain)
      for (const {batch, block} of blocks) await one.insert([batch], block)
      const several = [1, 2, 3].map(() => createWriter(wild))
      const random = seededRandom(5)
      for (const {batch, block} of shuffle([...blocks, ...blocks], random))
        await several[Math.floor(random() * 3)]!.insert([batch], block)
      assert.deepEqual(await contentOf(wild), await contentOf(plain))
      assert.equal(await counterOf(wild, 'received'), events.length)
    })

    it('keeps the content that was received first, and of one millisecond that with the smaller id', async t => {
      const clickhouse = await opened(t)
      const {insert} = createWriter(clickhouse)
      const codes = [7, 3, 5] as const
      for (const [index, ms] of [2, 1, 1].entries()) {
        const changes = {id: uuid('e', 20 - index), exitCode: codes[index]!}
        const end = endOf(1, nowMs, changes)
        const feature = featureOf(1, nowMs, {count: codes[index]!})
        await insert([batchOf([end], {receivedAtMs: nowMs + ms})])
        if (index < 2) await insert([batchOf([feature], {receivedAtMs: nowMs + ms})])
      }
      const [run] = await clickhouse.ask<{code: number}>(
        'end',
        `SELECT ended.exit_code AS code FROM (SELECT identity(end) AS ended FROM ${clickhouse.tableOf('runs')} FINAL)`,
      )
      assert.equal(run!.code, 5)
      const features = await clickhouse.ask('feature', `SELECT count FROM ${clickhouse.tableOf('features')} FINAL`)
      assert.deepEqual(features, [{count: 3}])
    })

    it('stores a block again that failed in the middle, with the same values', async t => {
      const clickhouse = await opened(t)
      let fails = true
      const failing: ClickHouse = {
        ...clickhouse,
        async post(table, columns, rows) {
          if (fails && table.startsWith('features')) throw new Error('the answer was lost')
          await clickhouse.post(table, columns, rows)
        },
      }
      const writer = createWriter(failing)
      const most = collectorLimits.maxNewValuesADay.scheduler
      const batches = Array.from({length: most + 1}, (_, run) =>
        batchOf([startOf(run, nowMs), featureOf(run, nowMs)], {header: sampleHeader({scheduler: `s${run}`})}),
      )
      const block = randomUUID()
      await assert.rejects(writer.insert(batches, block))
      fails = false
      await writer.insert(batches, block)
      const straight = await opened(t)
      await createWriter(straight).insert(batches, block)
      assert.deepEqual(await contentOf(clickhouse), await contentOf(straight))
      assert.equal(await counterOf(clickhouse, 'folded'), 2)
    })

    it('makes a block while another one fails', async t => {
      const clickhouse = await opened(t)
      let fails = true
      const {insert} = createWriter({
        ...clickhouse,
        async post(table, columns, rows) {
          const isFirst = fails && table.startsWith('known')
          if (isFirst) fails = false
          if (isFirst) throw new Error('the answer was lost')
          await clickhouse.post(table, columns, rows)
        },
      })
      const block = (run: number) => [batchOf([startOf(run, nowMs)], {pending: [admitted(featureOf(run, nowMs))]})]
      const tries = await Promise.allSettled([1, 2, 3, 4].map(run => insert(block(run))))
      assert.deepEqual(tries.map(({status}) => status).sort(), ['fulfilled', 'fulfilled', 'fulfilled', 'rejected'])
    })

    it('shares known values with other collectors through the store', async t => {
      const clickhouse = await opened(t)
      const most = collectorLimits.maxNewValuesADay.scheduler
      const start = (run: number, scheduler: string, atMs = nowMs) =>
        batchOf([startOf(run, atMs)], {header: sampleHeader({scheduler}), receivedAtMs: atMs})
      await createWriter(clickhouse).insert(Array.from({length: most}, (_, run) => start(run, `s${run}`)))
      const another = createWriter(clickhouse)
      await another.insert([start(900, 's0'), start(901, 'one more')])
      assert.equal(await counterOf(clickhouse, 'folded'), 1)
      await another.insert([start(902, 'one more', nowMs + dayMs)])
      assert.equal(await counterOf(clickhouse, 'folded'), 1)
    })

    it('refuses events of a time of which only totals are kept, and of the rest of a totalled year', async t => {
      const clickhouse = await opened(t)
      const february = Date.UTC(2026, 1)
      const purge = (project: string, what: string, beforeMs: number) =>
        clickhouse.post(
          clickhouse.tableOf('purges'),
          ['project', 'what', 'before_ms', 'first_ms', 'saved'],
          [JSON.stringify([project, what, beforeMs, null, 1])],
        )
      await purge('parsl', 'features', february)
      await purge('parsl', 'runs', Date.UTC(2025, 5))
      const total = ['project', 'span', 'facts', 'saved']
      await clickhouse.post(clickhouse.tableOf('run_totals'), total, [JSON.stringify(['parsl', '2025', '{}', 1])])
      const writer = createWriter(clickhouse)
      const [outcomes] = await writer.insert([
        batchOf([
          ...[startOf(1, Date.UTC(2025, 11, 31)), startOf(2, Date.UTC(2026, 0))],
          ...[featureOf(1, february - 1), featureOf(2, february)],
        ]),
      ])
      assert.deepEqual(outcomes, ['refused', 'accepted', 'refused', 'accepted'])
      assert.equal(await counterOf(clickhouse, 'refused'), 2)
      await purge('parsl', 'runs', february)
      const start = batchOf([startOf(3, Date.UTC(2026, 0))])
      assert.deepEqual(await writer.insert([start]), [['accepted']])
      writer.forget()
      assert.deepEqual(await writer.insert([start]), [['refused']])
    })

    it('adds declared values to their events, once, whoever releases them', async t => {
      const clickhouse = await opened(t)
      const [first, second] = [createWriter(clickhouse), createWriter(clickhouse)]
      const waiting = {...admitted(featureOf(1, nowMs, {name: 'Fit.v1', details: {depth: 3, later: 'x'}}))}
      const stored = [
        startOf(1, nowMs, {fields: {executors: 1}}),
        endOf(1, nowMs),
        startOf(2, nowMs, {id: uuid('t', 2), repeat: 1}),
        endOf(3, nowMs, {run: null}),
        featureOf(2, nowMs, {details: {kept: 1}}),
      ].map(event => ({...admitted(event), undeclaredFields: 1, undeclared: {mode: 'local', depth: 7}}))
      const report = batchOf([], {events: stored, pending: [waiting]})
      await first.insert([report])
      const pendingOf = async () => {
        const rows = await clickhouse.ask<{n: number}>(
          'pending',
          `SELECT count() AS n FROM ${clickhouse.tableOf('pending_events')} FINAL WHERE content != '' AND is_stored = 0`,
        )
        return rows[0]!.n
      }
      assert.equal(await pendingOf(), 1)
      const [one, two] = [first, second].map(({parts}) => createReleaser(clickhouse, parts))
      const released = await Promise.all([one!.releasePending(sampleProject()), two!.releasePending(sampleProject())])
      assert.deepEqual(released, [6, 6])
      assert.equal(await one!.releasePending(sampleProject()), 0)
      // A copy of the report waits for nothing again.
      await second.insert([{...report, receivedAtMs: nowMs + 5}])
      assert.deepEqual([await pendingOf(), await two!.releasePending(sampleProject())], [0, 0])
      const {tableOf} = clickhouse
      const runs = await clickhouse.ask(
        'runs',
        `SELECT s.fields AS s, e.fields AS e, a.fields AS a FROM (
           SELECT run, identity(start) AS s, identity(end) AS e, identity(again) AS a FROM ${tableOf('runs')} FINAL)
         ORDER BY run`,
      )
      assert.deepEqual(runs, [
        {s: '{"executors":1,"mode":"local"}', e: '{"mode":"local"}', a: ''},
        {s: '', e: '', a: '{"mode":"local"}'},
      ])
      const features = await clickhouse.ask(
        'features',
        `SELECT name, details FROM ${tableOf('features')} FINAL ORDER BY name`,
      )
      assert.deepEqual(features, [
        {name: 'Fit.v1', details: '{"depth":3}'},
        {name: 'Load.v1', details: '{"kept":1,"depth":7}'},
      ])
      const lone = await clickhouse.ask('lone', `SELECT fields FROM ${tableOf('lone')} FINAL`)
      assert.deepEqual(lone, [{fields: '{"mode":"local"}'}])
    })

    it('deletes what nobody declared in time, and counts its events as refused', async t => {
      const clickhouse = await opened(t)
      const writer = createWriter(clickhouse)
      const {expirePending} = createReleaser(clickhouse, writer.parts)
      await writer.insert([batchOf([], {pending: [admitted(featureOf(1, nowMs, {name: 'Fit.v1'}))]})])
      assert.equal(await expirePending('parsl', nowMs, nowMs), 0)
      assert.equal(await expirePending('other', nowMs + 1, nowMs), 0)
      assert.equal(await expirePending(null, nowMs + 1, nowMs), 1)
      assert.equal(await counterOf(clickhouse, 'refused'), 1)
      for (const shard of clickhouse.shards)
        assert.deepEqual(await shard.ask('pending', 'SELECT 1 FROM pending_events'), [])
    })

    it('refuses pending events beyond the room of a project', async t => {
      const clickhouse = await opened(t)
      const {insert} = createWriter(clickhouse)
      const text = 'x'.repeat(200_000)
      const large = (number: number) => admitted(featureOf(number, nowMs, {name: 'Fit.v1', details: {text}}))
      const pending = Array.from({length: 45}, (_, number) => large(number))
      const [outcomes] = await insert([batchOf([], {pending})])
      const accepted = outcomes!.filter(outcome => outcome === 'accepted').length
      assert.equal(accepted, Math.floor(collectorLimits.maxPendingBytes / JSON.stringify(large(1)).length))
      const [again] = await createWriter(clickhouse).insert([batchOf([], {pending: [large(99)]})])
      assert.deepEqual(again, ['refused'])
    })

    it('can be probed and measured, and notes one size a day', async t => {
      const clickhouse = await opened(t)
      const writer = createWriter(clickhouse)
      const {probe, maintain, newestMs} = createUpkeep(clickhouse)
      await probe()
      assert.equal(await newestMs(), null)
      await maintain(nowMs)
      await writer.insert([batchOf(Array.from({length: 500}, (_, run) => startOf(run, nowMs)))])
      await maintain(nowMs + 1)
      const sizes = await clickhouse.ask('sizes', `SELECT day FROM ${clickhouse.tableOf('sizes')}`)
      assert.deepEqual(sizes, [{day: '2026-11-22'}])
      assert.equal(await newestMs(), Date.UTC(2026, 10, 22))
      const {storeBytes, freeBytes, tables} = await measureStore(clickhouse)
      assert.equal(tables.find(({name}) => name === 'runs')?.rows, 500)
      assert.ok(storeBytes > 1000 && freeBytes > storeBytes, `${storeBytes} of ${freeBytes}`)
      await writer.addQuality({'datagrams-lost': 5, 'datagrams-unknown': 0}, nowMs)
      await writer.addQuality({'datagrams-lost': 2, 'datagrams-unknown': 0}, nowMs)
      assert.equal(await counterOf(clickhouse, 'datagrams-lost', ''), 7)
    })

    it('stores ids of any kind and any text', async t => {
      const clickhouse = await opened(t)
      const {insert} = createWriter(clickhouse)
      const version = `'; DROP TABLE runs; -- "\\ \u202e 𝔘\n`
      const run = '6f1d9c1e-8d3a-4b5c-9e7f-000000000001'
      const far = 'ffffffff-ffff-7000-8000-000000000001'
      const header = sampleHeader({version, user: pseudonym(`'"\\`)})
      await insert([
        batchOf(
          [startOf(1, nowMs, {run, fields: {mode: version, executors: -1.5e300}}), featureOf(1, nowMs, {id: far})],
          {header},
        ),
      ])
      const [row] = await clickhouse.ask<{run: string; ms: number; fields: string; version: string}>(
        'run',
        `SELECT run, run_ms AS ms, s.fields AS fields, h.version AS version FROM (
           SELECT run, run_ms, identity(start) AS s, identity(header) AS h FROM ${clickhouse.tableOf('runs')} FINAL)`,
      )
      assert.deepEqual(
        {...row, fields: JSON.parse(row!.fields)},
        {run, ms: 0, version, fields: {mode: version, executors: -1.5e300}},
      )
    })
  })
