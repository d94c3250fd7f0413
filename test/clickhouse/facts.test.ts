import assert from 'node:assert/strict'
import {randomUUID} from 'node:crypto'
import {after, before, describe, it, type TestContext} from 'node:test'
import {connectForWriting, openClickHouseSource} from '../../src/collector/store/clickhouse/clickhouse.ts'
import {createWriter} from '../../src/collector/store/clickhouse/write/write.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {Batch} from '../../src/collector/store/store.ts'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import {rotationPeriod} from '../../src/protocol/project/rotation.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery, type WrittenStatsQuery} from '../../src/stats/model/query.ts'
import type {StatsSource} from '../../src/stats/model/source.ts'
import {randomUse, seededRandom, shuffle} from '../collector/random-use.ts'
import {batchOf, dayMs, hourMs, nowMs, sampleProject} from '../collector/samples.ts'
import {needs} from '../support/needs.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {isLong} from './is-long.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const hasServers = needs('a ClickHouse server')
let databases = 0

const day = (daysAgo: number): string => new Date(nowMs - daysAgo * dayMs).toISOString().slice(0, 10)

/** Questions of every kind. */
const questions: readonly Omit<WrittenStatsQuery, 'project'>[] = [
  {},
  {by: 'year', from: '2025-01-01'},
  {by: 'quarter', from: '2025-01-01', to: '2026-06-30'},
  {by: 'week', from: day(200)},
  {by: 'day', from: day(60), to: day(3)},
  {by: 'day', from: day(500)},
  {by: 'month', from: day(333), to: day(21)},
  {year: 'last', by: 'quarter'},
  {year: '2026', by: 'month'},
  {from: '2020-01-01', to: '2020-12-31'},
  {from: day(-10), to: day(-20)},
  {'app-version': '1.1'},
  {'app-version': '9', by: 'year', from: '2025-01-01'},
  {'app-version': "'; DROP TABLE runs; --"},
  {system: 'Linux'},
  {ci: 'only'},
  {ci: 'none', by: 'week', from: day(90)},
  {agent: 'none'},
  {agent: 'only', by: 'quarter'},
  {agent: 'codex'},
  {application: 'parsl', system: 'Darwin', ci: 'none'},
  {'feature-type': 'Algorithm'},
  {'feature-type': 'Algorithm', internal: '1', by: 'week', from: day(120)},
  {direct: '1', 'app-version': '1.0'},
  {'feature-type': 'Other'},
]

/** Random use of one project, in reports of one event each, some of which come twice and in any order. */
function randomBatches(project: ProjectFile, random: () => number): readonly Batch[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  /** Pseudonyms are of a year. Reports with one pseudonym all say the same period, or none. */
  const periods = new Map<string, string | null>()
  const sent = randomUse(400, random).map(({header, event}) => {
    const {firstDay} = rotationPeriod(project.identity, event.time)
    const year = event.time.slice(0, 4)
    if (!periods.has(year)) periods.set(year, pick([null, firstDay, firstDay, '2025-01-01']))
    const changes = {
      host: random() < 0.1 ? null : header.host,
      period: periods.get(year)!,
      application: pick(['parsl', 'other', null]),
      scheduler: pick(['slurm', null]),
    }
    const receivedAtMs = Math.max(Date.parse(event.time), Math.min(nowMs, Date.parse(event.time) + hourMs))
    return batchOf([event], {project: project.project, header: {...header, ...changes}, receivedAtMs})
  })
  const marked = sent.map(batch =>
    random() < 0.03 ? {...batch, mark: {isOutcomeUntold: random() < 0.7, isTest: random() < 0.3}} : batch,
  )
  return [...marked, ...marked.filter(() => random() < 0.2), lone(project, random)]
}

/** A report without a user, with a number of refused events. */
const lone = ({project}: ProjectFile, random: () => number): Batch => ({
  ...batchOf([], {project, receivedAtMs: nowMs - Math.floor(random() * 10 * dayMs), refused: 3}),
})

/** The answer without what the two kinds of store know differently, and means without their last digits. */
function comparable(stats: object): unknown {
  const {quality, ...rest} = stats as {quality: Record<string, unknown>}
  const unlike = ['duplicates', 'storeBytes', 'freeBytes', 'tables', 'growth', 'bytesPerRun', 'bytesPerFeature']
  const same = Object.fromEntries(Object.entries(quality).filter(([key]) => !unlike.includes(key)))
  return JSON.parse(JSON.stringify({...rest, quality: same}), (_key, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(9)) : value,
  )
}

interface Both {
  readonly sqlite: StatsSource
  readonly clickhouse: StatsSource
}

async function compare(
  {sqlite, clickhouse}: Both,
  project: ProjectFile,
  about: string,
  asked: typeof questions = questions,
): Promise<void> {
  for (const question of asked) {
    const query = parseStatsQuery({project: project.project, ...question}, nowMs, project.identity.yearBegins)
    const [expected, actual] = [
      await answerStats(sqlite, project, query, nowMs),
      await answerStats(clickhouse, project, query, nowMs),
    ]
    assert.deepEqual(comparable(actual), comparable(expected), `${about}: ${JSON.stringify(question)}`)
  }
}

for (const shards of [1, 2] as const)
  describe(`answers from ${shards} ${shards === 1 ? 'server' : 'shards'}`, hasServers, () => {
    let cluster: Cluster
    before(async () => {
      cluster = await startCluster({shards})
    })
    after(() => cluster.stop())

    /** A store of each kind with the same reports. */
    async function fill(t: TestContext, project: ProjectFile, batches: readonly Batch[]) {
      databases++
      const database = `answers_${databases}`
      const clickhouse = await connectForWriting(addressOf(cluster, database))
      t.after(() => clickhouse.close())
      const directory = temporaryDirectory(t)
      const store = openSqliteStore(directory)
      t.after(() => store.close())
      const writer = createWriter(clickhouse)
      await cluster.stopMerges()
      await store.saveProjects([project])
      await writer.saveProjects([project])
      for (let at = 0; at < batches.length; at += 250) {
        const some = batches.slice(at, at + 250)
        await store.insert(some)
        await writer.insert(some, randomUUID())
      }
      const sources = {
        sqlite: openSqliteSource(directory),
        clickhouse: await openClickHouseSource(addressOf(cluster, database)),
      }
      t.after(() => sources.sqlite.close())
      t.after(() => sources.clickhouse.close())
      return {database, ...sources}
    }

    const rotations = [
      {rotate: 'year'},
      {rotate: 'year', yearBegins: '10-01'},
      {rotate: 'month'},
      {rotate: 'never'},
    ] as const
    /** One server is asked everything before and after merges, and two shards before or after them. */
    const parts = rotations.length * shards
    for (const [seed, identity] of rotations.entries())
      it(`gives the answers of SQLite before and after merges (${Object.values(identity).join(', ')})`, async t => {
        const random = seededRandom(shards * 100 + seed)
        const project = sampleProject({project: `world-${seed}`, identity})
        const both = await fill(t, project, shuffle(randomBatches(project, random), random))
        const share = (nth: number) => questions.filter((_, place) => isLong || place % parts === nth % parts)
        await compare(both, project, 'not merged', share(seed))
        await cluster.startMerges()
        for (const table of ['runs', 'features', 'lone']) await cluster.mergeAll(`${both.database}.${table}`)
        await compare(both, project, 'merged', share(seed + rotations.length))
      })

    it('answers with zeros for an unknown project', async t => {
      const project = sampleProject({project: 'empty'})
      const both = await fill(t, project, [])
      await compare(both, project, 'nothing', questions.slice(0, 1))
      assert.deepEqual(
        (await both.clickhouse.projects()).map(({project: id}) => id),
        ['empty'],
      )
    })
  })
