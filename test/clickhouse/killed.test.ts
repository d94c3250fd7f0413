/**
 * Purges and erasures on two shards that die in the middle: the command by SIGKILL, or a server. The next try completes
 * them, and the answers are those of a store in which nothing died.
 */
import assert from 'node:assert/strict'
import {subscribe, unsubscribe} from 'node:diagnostics_channel'
import {after, before, describe, it, type TestContext} from 'node:test'
import {openClickHouseSource, openClickHouseStore} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {tables} from '../../src/collector/store/clickhouse/tables/tables.ts'
import type {Erasure, Store} from '../../src/collector/store/store.ts'
import {type Purgeable, purge} from '../../src/collector/upkeep/retention.ts'
import type {UsageError} from '../../src/errors.ts'
import {type FaultPoint, faultChannelName} from '../../src/fault-points.ts'
import type {ErasureReceipt} from '../../src/protocol/report/erasure.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import type {StatsSource} from '../../src/stats/model/source.ts'
import {
  admitted,
  batchOf,
  endOf,
  featureOf,
  hourMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const monthMs = Date.parse('2026-03-02T00:00:00Z')
const laterMs = Date.parse('2026-11-25T12:00:00Z')
const people = ['ann', 'bob', 'eve']
/** Of each person, in two months. */
const runs = 16
const [reference, victim] = ['reference', 'victim']

/** Names of features and texts of fields are known values. */
const changesOf = (project: string) => ({
  project,
  fields: {note: {type: 'pattern', pattern: '[a-z-]+', description: 'What it was for'}},
  features: {types: ['Algorithm'], names: ['Load.v1'], allowOther: true},
})
const fileOf = (project: string) => sampleProject(changesOf(project))
const header = (user: string) => sampleHeader({user: pseudonym(user), version: `of-${user}`})

/** Runs and uses of three people. Only Ann used one feature, wrote one text, and used a run of Bob. */
async function fill(store: Store, project: string): Promise<void> {
  await store.saveProjects([fileOf(project)])
  for (const [who, person] of people.entries()) {
    const numbers = Array.from({length: runs}, (_, index) => index + 100 * who)
    const atMs = (number: number): number => monthMs + (number % 100) * 60 * hourMs
    const events = numbers.flatMap(number => [
      startOf(number, atMs(number), {fields: {note: `note-of-${person}`}}),
      endOf(number, atMs(number) + 1_000, {exitCode: number % 2, durationSeconds: number % 9}),
      featureOf(number, atMs(number), {run: null, durationSeconds: 1}),
      featureOf(number + 50, atMs(number), {run: uuid('r', number), name: `Only.${person}`}),
    ])
    await store.insert([batchOf(events, {project, header: header(person)})])
  }
  const shared = featureOf(900, monthMs + hourMs, {run: uuid('r', 101)})
  const pending = [admitted(featureOf(901, laterMs, {name: 'New.of-ann'}))]
  await store.insert([batchOf([shared], {project, header: header('ann'), pending})])
}

async function answersOf(source: StatsSource, project: string): Promise<unknown> {
  const query = parseStatsQuery({project, from: '2026-03-01', to: '2026-03-31', by: 'month'}, laterMs)
  const stats = await answerStats(source, fileOf(project), query, laterMs)
  const {users, hosts, runs: counts, outcomes, exitCodes, duration, versions, quality} = stats
  const features = stats.features!.map(({name, count, usersLow, usersHigh, meanSeconds}) => ({
    ...{name, count, usersLow, usersHigh, meanSeconds},
  }))
  return {...{users, hosts, counts, outcomes, exitCodes, duration, versions, features}, erased: quality.erased}
}

async function purgeAll(store: Store, project: string): Promise<void> {
  const options = {nowMs: laterMs, olderThan: '6m'}
  for await (const _ of purge(store, [fileOf(project)], options));
}

const erasureOf = (project: string): Erasure => ({
  project,
  receipt: uuid('q', project.length),
  users: [pseudonym('ann')],
  receivedAtMs: laterMs,
})

/** A program that does something with a store, and kills itself when it reaches a step for the n-th time. */
function dying(address: string, what: string, point: FaultPoint, nth: number): string {
  const moduleOf = (...path: string[]): string => JSON.stringify(repositoryPath(...path))
  return `
    import {subscribe} from 'node:diagnostics_channel'
    import {openClickHouseStore} from ${moduleOf('src', 'collector', 'store', 'clickhouse', 'clickhouse.ts')}
    import {purge} from ${moduleOf('src', 'collector', 'upkeep', 'retention.ts')}
    import {sampleProject} from ${moduleOf('test', 'collector', 'samples.ts')}
    let reached = 0
    subscribe(${JSON.stringify(faultChannelName)}, point => {
      if (point === ${JSON.stringify(point)} && ++reached === ${nth}) process.kill(process.pid, 'SIGKILL')
    })
    const store = await openClickHouseStore(${JSON.stringify(address)})
    ${what}
    await store.close()`
}

const purging = (project: string, only: Purgeable): string => `
  const options = {nowMs: ${laterMs}, olderThan: '6m', only: '${only}'}
  for await (const _ of purge(store, [sampleProject(${JSON.stringify(changesOf(project))})], options));`

const erasing = (project: string): string => `await store.erase(${JSON.stringify(erasureOf(project))})`

interface Scene {
  readonly store: Store
  readonly database: string
  /** Does something in another process, which dies when it reaches a step for the n-th time. */
  die(what: string, point: FaultPoint, nth: number): Promise<void>
  answers(project: string): Promise<unknown>
}

describe('a store on two shards in which somebody dies', needs('a ClickHouse server'), () => {
  let cluster: Cluster
  let databases = 0
  before(async () => {
    cluster = await startCluster({shards: 2})
  })
  after(() => cluster.stop())

  /** Two projects with the same events. */
  async function makeScene(t: TestContext): Promise<Scene> {
    const database = `killed_${databases++}`
    const address = addressOf(cluster, database)
    const store = await openClickHouseStore(address)
    t.after(() => store.close())
    const source = await openClickHouseSource(address)
    t.after(() => source.close())
    for (const project of [reference, victim]) await fill(store, project)
    const home = isolatedHome(t)
    const die = async (what: string, point: FaultPoint, nth: number) => {
      const program = [process.execPath, '--input-type=module', '--eval', dying(address, what, point, nth)] as const
      const {signal, stderr} = await runProgram(home, program)
      assert.equal(signal, 'SIGKILL', `${point}, ${nth}: ${stderr}`)
    }
    const answers = (project: string) => answersOf(source, project)
    return {store, die, answers, database}
  }

  /** Kills a server when this process reaches a step for the n-th time. The work may fail with it. */
  async function killServer(shard: number, point: FaultPoint, nth: number, work: () => Promise<unknown>) {
    let reached = 0
    const kills: Promise<void>[] = []
    const hear = (message: unknown): void => {
      if (message === point && ++reached === nth) kills.push(cluster.kill(shard))
    }
    subscribe(faultChannelName, hear)
    try {
      await work()
    } catch (error) {
      assert.equal((error as UsageError).code, 'USAGE_STORE_UNREACHABLE')
    } finally {
      unsubscribe(faultChannelName, hear)
    }
    assert.equal(kills.length, 1, point)
    await Promise.all(kills)
    await cluster.ready()
  }

  /** The tables in which a row of the victim contains a text, on any shard. */
  async function tablesWith(database: string, text: string): Promise<string[]> {
    const found: string[] = []
    for (const {name, columns} of tables) {
      if (name === 'erased_users' || !columns.some(column => column.startsWith('project '))) continue
      const sql = `SELECT * FROM ${database}.${name} WHERE project = '${victim}' FORMAT JSONEachRow`
      if ((await cluster.sqlEverywhere(sql)).some(rows => rows.includes(text))) found.push(name)
    }
    return found
  }

  async function assertErased({store, answers, database}: Scene, expected: ErasureReceipt): Promise<void> {
    const {receipt} = erasureOf(victim)
    assert.deepEqual(await store.erase(erasureOf(victim)), {...expected, receipt})
    assert.deepEqual(await answers(victim), await answers(reference))
    for (const text of [pseudonym('ann'), 'of-ann', 'Only.ann'])
      assert.deepEqual(await tablesWith(database, text), [], text)
  }

  const stepsOfPurge: readonly (readonly [Purgeable, FaultPoint, number])[] = [
    ['features', 'shards: totals kept', 1],
    ['features', 'collector: a month totalled', 1],
    ['features', 'shards: rows of one deleted', 1],
    ['runs', 'shards: totals kept', 1],
    ['runs', 'collector: a month totalled', 1],
    ['runs', 'shards: rows of one deleted', 1],
  ]
  it('answers the same after each kill of a purge, and when it is complete', async t => {
    const {store, die, answers} = await makeScene(t)
    const before = await answers(victim)
    for (const [only, point, nth] of stepsOfPurge) {
      await die(purging(victim, only), point, nth)
      assert.deepEqual(await answers(victim), before, `${only}, ${point}, ${nth}`)
    }
    for (const project of [victim, reference]) await purgeAll(store, project)
    for (const project of [victim, reference]) assert.deepEqual(await answers(project), before)
    for (const next of [store.nextFeatureMonth, store.nextRunMonth]) assert.equal(await next(victim, null), null)
  })

  it('counts nothing of a person who was erased between two tries of a purge', async t => {
    const {store, die, answers} = await makeScene(t)
    await die(purging(victim, 'features'), 'shards: totals kept', 1)
    for (const project of [victim, reference]) await store.erase(erasureOf(project))
    for (const project of [victim, reference]) await purgeAll(store, project)
    assert.deepEqual(await answers(victim), await answers(reference))
  })

  it('answers the same after a server died in a purge, and when it is complete', async t => {
    const {store, answers} = await makeScene(t)
    const before = await answers(victim)
    for (const [shard, point] of [
      [0, 'shards: totals kept'],
      [1, 'collector: a month totalled'],
      [0, 'shards: rows of one deleted'],
    ] as const) {
      await killServer(shard, point, 1, () => purgeAll(store, victim))
      assert.deepEqual(await answers(victim), before, point)
    }
    await purgeAll(store, victim)
    assert.deepEqual(await answers(victim), before)
  })

  it('erases all of a person after each kill of an erasure, and counts it once', async t => {
    const scene = await makeScene(t)
    const {store, die, database} = scene
    assert.deepEqual(await tablesWith(database, pseudonym('ann')), ['runs', 'features', 'pending_events'])
    assert.deepEqual(await tablesWith(database, 'Only.ann'), ['features', 'known_values'])
    const expected = await store.erase(erasureOf(reference))
    await die(erasing(victim), 'shards: erased rows counted', 1)
    await die(erasing(victim), 'collector: rows erased', 1)
    for (const nth of [1, 8, 15]) await die(erasing(victim), 'shards: rows of one deleted', nth)
    await die(erasing(victim), 'collector: erasure committed', 1)
    assert.equal(await store.findErased(erasureOf(victim)), null)
    await assertErased(scene, expected)
  })

  it('erases all of a person after a server died in an erasure, and counts it once', async t => {
    const scene = await makeScene(t)
    const expected = await scene.store.erase(erasureOf(reference))
    const steps: readonly (readonly [shard: number, FaultPoint, nth: number])[] = [
      [0, 'shards: erased rows counted', 1],
      [1, 'shards: rows of one deleted', 9],
      [0, 'collector: erasure committed', 1],
    ]
    for (const [shard, point, nth] of steps)
      await killServer(shard, point, nth, () => scene.store.erase(erasureOf(victim)))
    await assertErased(scene, expected)
  })
})
