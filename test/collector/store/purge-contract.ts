import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Store} from '../../../src/collector/store/store.ts'
import {type PurgeStep, purge} from '../../../src/collector/upkeep/retention.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {parseStatsQuery, type WrittenStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {itOnce, ofShare} from '../../support/share.ts'
import {randomUse, seededRandom} from '../random-use.ts'
import {batchOf, featureOf, nowMs, pseudonym, sampleHeader, sampleProject, uuid} from '../samples.ts'
import {insert, type MakeStore} from './contract-parts.ts'

type Written = Omit<WrittenStatsQuery, 'project'>
const project = sampleProject()

/** The questions before and after a purge: all lengths of a period, over all of the random use and over parts of it. */
const unfiltered: readonly Written[] = [
  ...['day', 'week', 'month', 'year'].map(by => ({from: '2025-09-01', by})),
  {from: '2025-10-01', to: '2025-10-31', by: 'week'},
  {from: '2025-01-01', to: '2025-12-31', by: 'month'},
  {from: '2025-11-10', to: '2026-02-03', by: 'day'},
]
const ofHeaders: readonly Written[] = [
  {from: '2025-09-01', 'app-version': '1.1', by: 'month'},
  {from: '2025-09-01', system: 'Linux', ci: 'none', by: 'year'},
]

async function purgeAll(store: Store, olderThan: string | null, atMs: number, dryRun = false): Promise<PurgeStep[]> {
  const steps: PurgeStep[] = []
  for await (const step of purge(store, [project], {nowMs: atMs, olderThan, dryRun, only: 'features'})) steps.push(step)
  return steps
}

const ask = (source: StatsSource, written: Written): Promise<Stats> =>
  answerStats(source, project, parseStatsQuery({project: 'parsl', ...written}, nowMs), nowMs)

/** The answers without the values that a purge may change: sizes, dates of purges, and numbers that do not add up. */
function comparable(stats: Stats, {withFeatures = true} = {}): unknown {
  const {quality, features, unusedFeatures, details: _details, ...others} = stats
  const {featureOutcomes: _outcomes, featureVersionOutcomes: _pairs, conspicuous: _items, ...answers} = others
  const {storeBytes: _bytes, freeBytes: _free, featuresSince: _since, unpaired, tables: _tables, ...numbers} = quality
  const {bytesPerRun: _run, bytesPerFeature: _feature, ...counters} = numbers
  const round = (mean: number | null): number | null => (mean === null ? null : Number(mean.toPrecision(9)))
  const summed = features!.map(({runs: _runs, users: _, usersLow: _low, usersHigh: _high, meanSeconds, ...sums}) => ({
    ...sums,
    meanSeconds: round(meanSeconds),
  }))
  return {...answers, counters, ...(withFeatures ? {summed, unusedFeatures, unpaired} : {})}
}

/** The answers after single uses of features were replaced by totals. */
export function purgeContract(make: MakeStore): void {
  for (const limit of ofShare(['6m', '1y'], 2))
    test(`it answers the same before and after features older than ${limit} are replaced by totals`, async t => {
      const {store, source} = await make(t)
      await store.insert(randomUse(500, seededRandom(5)).map(({header, event}) => batchOf([event], {header})))
      const before = await Promise.all([...unfiltered, ...ofHeaders].map(written => ask(source, written)))
      const steps = await purgeAll(store, limit, nowMs)
      assert.ok(steps.length >= 2 && steps.every(({events}) => events > 0), JSON.stringify(steps))
      const after = await Promise.all([...unfiltered, ...ofHeaders].map(written => ask(source, written)))
      for (const [index, written] of [...unfiltered, ...ofHeaders].entries()) {
        const [one, other] = [before[index]!, after[index]!]
        const cutsMonth = written === unfiltered.at(-1)
        const withFeatures = index < unfiltered.length && !(cutsMonth && limit === '6m')
        assert.deepEqual(comparable(other, {withFeatures}), comparable(one, {withFeatures}), JSON.stringify(written))
        const isKept = written.from! >= other.quality.featuresSince!
        assert.deepEqual(other.featureOutcomes, isKept ? one.featureOutcomes : null, 'which run used what is purged')
        for (const {name, type, runs, usersLow, usersHigh} of other.features!) {
          const known = one.features!.find(feature => feature.name === name && feature.type === type)!
          if (!withFeatures) continue
          assert.ok(usersLow <= known.usersLow && usersHigh >= known.usersHigh, name)
          if (runs !== null)
            assert.deepEqual([runs, usersLow, usersHigh], [known.runs, known.usersLow, known.usersHigh], name)
        }
      }
      assert.deepEqual(after[4]!.features, before[4]!.features, 'a purged month keeps its different runs and users')
      assert.equal(after[0]!.quality.featuresSince, steps.length === 2 ? '2025-11-01' : '2026-05-01')
      assert.deepEqual(await purgeAll(store, limit, nowMs), [])
    })

  itOnce('it knows the different users of a feature in a purged year', async t => {
    const {store, source} = await make(t)
    await store.insert(randomUse(500, seededRandom(6)).map(({header, event}) => batchOf([event], {header})))
    const year = {from: '2025-01-01', to: '2025-12-31', by: 'year'}
    const {features} = await ask(source, year)
    await purgeAll(store, '1y', Date.parse('2027-02-10T00:00:00Z'))
    assert.deepEqual((await ask(source, year)).features, features)
    assert.ok(features!.length > 0 && features!.every(({usersLow}) => usersLow > 1))
  })

  itOnce('it refuses to count the users of a kind of feature after a purge, and compares with nothing', async t => {
    const {store, source} = await make(t)
    await insert(store, [featureOf(1, Date.parse('2026-02-03T00:00:00Z')), featureOf(2, nowMs)])
    await purgeAll(store, '3m', nowMs)
    const kind = {'feature-type': 'Algorithm'}
    await assert.rejects(ask(source, {...kind, from: '2026-01-01'}), {
      code: 'USAGE_QUERY_INVALID',
      message: /the range must begin on 2026-08-01 or later/,
    })
    // A purged month is known only as a whole, so a month that the range cuts does not count.
    const counts = await Promise.all(
      ['2026-02-01', '2026-02-02'].map(async from => (await ask(source, {from})).features),
    )
    assert.deepEqual(
      counts.map(features => features?.[0]?.count),
      [2, 1],
    )
    const {users, trend} = await ask(source, {...kind, from: '2026-08-01'})
    assert.equal(users.total, 1)
    const {previous} = trend
    assert.deepEqual(
      [previous.users, previous.usersLow, previous.usersHigh, trend.usersChange],
      [null, null, null, null],
    )
  })

  itOnce('it lists the months that it would purge, and deletes nothing, in a dry run', async t => {
    const {store, source} = await make(t)
    await insert(store, [featureOf(1, Date.parse('2025-03-03T00:00:00Z'))])
    const steps = await purgeAll(store, null, nowMs, true)
    assert.deepEqual(steps[0], {project: 'parsl', what: 'features', month: '2025-03', events: 1, runs: 0})
    assert.deepEqual(await purgeAll(store, null, nowMs, true), steps)
    assert.equal((await ask(source, {from: '2025-01-01'})).quality.featuresSince, null)
  })

  itOnce('it erases a person whose uses of features are in totals', async t => {
    const {store, source} = await make(t)
    const atMs = Date.parse('2025-03-03T10:00:00Z')
    const [erased, kept] = ['erased', 'kept'].map(name => sampleHeader({user: pseudonym(name)}))
    await insert(store, [featureOf(2, atMs)], {header: kept!})
    await insert(store, [featureOf(1, atMs)], {header: erased!})
    await purgeAll(store, '1y', nowMs)
    const range = {from: '2025-03-01', to: '2025-03-31'}
    assert.equal((await ask(source, range)).users.total, 2)
    await store.erase({project: 'parsl', receipt: uuid('q', 1), users: [erased!.user!], receivedAtMs: nowMs})
    // A new person may get the id of the deleted header, and must not get its days.
    await insert(store, [featureOf(3, nowMs)], {header: sampleHeader({user: pseudonym('new')})})
    const {users, features} = await ask(source, range)
    // The presence of the person is erased. A total names nobody and stays.
    assert.deepEqual([users.total, features![0]!.users], [1, 2])
  })

  itOnce('it deletes the headers that only purged uses had', async t => {
    const {store, source} = await make(t)
    const atMs = Date.parse('2025-03-03T10:00:00Z')
    await insert(store, [featureOf(1, atMs, {run: uuid('r', 1)})], {header: sampleHeader({version: 'run'})})
    await insert(store, [featureOf(2, atMs + 1, {run: uuid('r', 1)})], {header: sampleHeader({version: 'feature'})})
    await purgeAll(store, '1y', nowMs)
    assert.deepEqual(
      (await ask(source, {from: '2025-01-01'})).versions!.map(({version}) => version),
      ['run'],
    )
    // The id of a deleted header is not used again.
    await insert(store, [featureOf(3, nowMs)], {header: sampleHeader({version: 'feature'})})
    assert.equal((await ask(source, {'app-version': 'feature'})).users.total, 1)
  })
}
