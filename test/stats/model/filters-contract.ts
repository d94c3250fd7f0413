import assert from 'node:assert/strict'
import {test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {naiveFacts, naiveUnpaired} from '../../collector/naive-facts.ts'
import {randomUse, type Sent, seededRandom} from '../../collector/random-use.ts'
import {batchOf, dayMs, nowMs, sampleProject} from '../../collector/samples.ts'
import {assertSame} from '../../long/simulation/same.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

/** The same events, with different values for everything that filters can select. */
function spread(sent: readonly Sent[], random: () => number): Sent[] {
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!
  return sent.map(({header, event, ...rest}) => ({
    ...rest,
    header: {
      ...header,
      application: pick(['parsl', 'workbench', null]),
      scheduler: pick(['slurm', null]),
      os: header.os === null ? null : {...header.os, readable: pick(['Debian 12', 'macOS 15', null])},
    },
    event: event.type === 'feature' ? {...event, featureType: pick(['Algorithm', 'Feature'])} : event,
  }))
}

function randomQuery(random: () => number) {
  const maybe = (...values: string[]): string | null =>
    random() < 0.3 ? values[Math.floor(random() * values.length)]! : null
  const day = (daysAgo: number): string => new Date(nowMs - daysAgo * dayMs).toISOString().slice(0, 10)
  const to = Math.floor(random() * 300)
  const isDefault = random() < 0.3
  const use = maybe('internal', 'direct')
  const field = random() < 0.15 ? maybe('mode=local', 'mode=remote', 'executors=3', 'mode=nothing') : null
  return {
    project: 'parsl',
    ...(isDefault ? {} : {from: day(to + Math.floor(random() * 200)), to: day(to)}),
    by: maybe('day', 'week', 'month', 'year'),
    'app-version': maybe('1.0', '2.0', '9', 'nobody'),
    system: maybe('Linux', 'Darwin'),
    ci: maybe('only', 'none'),
    agent: maybe('only', 'none', 'codex'),
    application: maybe('parsl', 'workbench'),
    ...(field !== null ? {field} : {'feature-type': maybe('Algorithm', 'Feature'), ...(use !== null && {[use]: '1'})}),
  }
}

/**
 * Computes facts from events in memory. Counts of reports come from the real source, because events do not contain
 * them.
 */
const naiveSource = (sent: readonly Sent[], real: StatsSource): StatsSource => ({
  ...real,
  facts: async question => ({
    ...naiveFacts(sent, question),
    quality: {...(await real.facts(question)).quality, unpaired: naiveUnpaired(sent, question)},
  }),
})

/** Compares the answers with a naive recomputation, for one random data set for each seed. */
export function answersAgreeWithNaiveOnes(seeds: readonly number[]): void {
  test(`it answers ${seeds.length} random data sets with random filters like a naive recomputation`, async t => {
    const directory = temporaryDirectory(t)
    const store = openSqliteStore(directory)
    const source = openSqliteSource(directory)
    t.after(() => source.close())
    t.after(() => store.close())
    for (const seed of seeds) {
      const random = seededRandom(seed)
      const sent = spread(randomUse(60, random), random)
      const project = sampleProject({
        project: `p${seed}`,
        identity: {rotate: ['year', 'month', 'never'][seed % 3]},
      })
      await store.insert(sent.map(({header, event}) => batchOf([event], {header, project: project.project})))
      const query = parseStatsQuery({...randomQuery(random), project: project.project}, nowMs)
      const actual = await answerStats(source, project, query, nowMs)
      const expected = await answerStats(naiveSource(sent, source), project, query, nowMs)
      // Other programs write to the same disk.
      const {freeBytes} = actual.quality
      assertSame(
        actual,
        {...expected, quality: {...expected.quality, freeBytes}},
        `seed ${seed}: ${JSON.stringify(query)}`,
      )
      assertAgree(actual)
    }
  })
}

/** Checks the relations that hold between any answers. */
function assertAgree(stats: Stats): void {
  const {users, userFlow, unanswered, adoption, versions} = stats
  for (const count of [users, users.onSeveralDays, stats.hosts.onSeveralDays])
    assert.deepEqual([count.exact, count.total], [count.low === count.high, count.exact ? count.low : null])
  assert.ok(users.onSeveralDays.high <= users.high)
  for (const [index, {new: fresh, returning, lost}] of userFlow.entries()) {
    if (fresh !== null) assert.equal(fresh + returning!, users.periods[index]!.low)
    assert.ok(lost === null || lost >= 0)
  }
  for (const path of unanswered)
    assert.equal(
      path.split('.').reduce((value: unknown, key) => (value as Record<string, unknown>)[key], stats),
      null,
    )
  const sum = (usage: readonly {readonly runs: number}[]) => usage.reduce((total, {runs}) => total + runs, 0)
  if (versions !== null) assert.equal(sum(adoption!.flatMap(period => period.versions)), sum(versions))
}
