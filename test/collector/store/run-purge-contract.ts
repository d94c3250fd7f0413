import assert from 'node:assert/strict'
import {test} from 'node:test'
import {isDeepStrictEqual} from 'node:util'
import type {Store} from '../../../src/collector/store/store.ts'
import {type PurgeStep, purge} from '../../../src/collector/upkeep/retention.ts'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {Count, FieldCounts, Stats} from '../../../src/stats/model/model.ts'
import {periodsIn} from '../../../src/stats/model/period.ts'
import {parseStatsQuery, type WrittenStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {itOnce, ofShare} from '../../support/share.ts'
import {randomUse, seededRandom} from '../random-use.ts'
import {
  batchOf,
  dayMs,
  endOf,
  featureOf,
  hourMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../samples.ts'
import {insert, type MakeStore, reported} from './contract-parts.ts'

type Written = Omit<WrittenStatsQuery, 'project'>
type Rotate = ProjectFile['identity']['rotate']
/** The time of the purges: after all of the random use. Its first year is closed, its second one is purged in part. */
const laterMs = Date.parse('2027-06-10T00:00:00Z')
const useSpan = {fromMs: Date.parse('2025-08-01T00:00:00Z'), toMs: Date.parse('2026-12-01T00:00:00Z')}

async function purgeRuns(store: Store, project: ProjectFile, olderThan: string, dryRun = false): Promise<PurgeStep[]> {
  const steps: PurgeStep[] = []
  for await (const step of purge(store, [project], {nowMs: laterMs, olderThan, dryRun, only: 'runs'})) steps.push(step)
  return steps
}

const ask = (source: StatsSource, project: ProjectFile, written: Written): Promise<Stats> =>
  answerStats(source, project, parseStatsQuery({project: 'parsl', ...written}, laterMs), laterMs)

/** Months (each, or one of so many) and every year of the random use, each asked alone. */
function alone(oneOf: number): Written[] {
  const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
  const ofLength = (by: 'month' | 'year', span: typeof useSpan) =>
    periodsIn(span, by, laterMs).map(({span: {fromMs, toMs}}) => ({from: day(fromMs), to: day(toMs - 1), by}))
  const years = {fromMs: Date.UTC(2025, 0, 1), toMs: Date.UTC(2027, 0, 1)}
  const months = ofLength('month', useSpan).filter((_, index) => index % oneOf === 0)
  return [...months, ...ofLength('year', years), {from: '2025-01-01', to: '2025-12-31'}]
}

/**
 * The answers about the range itself, which a purge of earlier months must not change. Totals name no people, so who is
 * behind several rows is unknown.
 */
function ofRange({trend: _trend, userFlow: _flow, marks: _marks, fewUsers: _few, quality, ...others}: Stats): unknown {
  const {
    featureOutcomes: _outcomes,
    featureVersionOutcomes: _pairs,
    conspicuous: _items,
    beforeAndAfter: _around,
    upgrades: _users,
    ...answers
  } = others
  const {
    storeBytes: _bytes,
    freeBytes: _free,
    runsSince: _since,
    featuresSince: _other,
    tables: _tables,
    ...numbers
  } = quality
  const {bytesPerRun: _run, bytesPerFeature: _feature, ...counters} = numbers
  return {...answers, counters}
}

/** Who used it, without those seen on several days: the bounds of these become wider where parts are added up. */
function peopleOf({users, versions}: Stats): unknown {
  const {onSeveralDays: _, periods, ...total} = users
  return {total, periods: periods.map(({onSeveralDays: _days, ...period}) => period), versions}
}

const isWithin = (inner: Count, outer: Count): boolean => outer.low <= inner.low && inner.high <= outer.high

/** Asserts that every answer is the same as before or null (no longer known). */
function assertSaysNoOther(now: unknown, before: unknown, what: string): void {
  if (now === null || typeof now !== 'object') {
    if (now !== null) assert.deepEqual(now, before, what)
    return
  }
  for (const [key, value] of Object.entries(now))
    if (!key.startsWith('users') && key !== 'reason')
      assertSaysNoOther(value, (before as Record<string, unknown>)[key], `${what} ${key}`)
}

/** Fills a store with random use. Its pseudonyms change with the year or with the month. */
async function fill(store: Store, seed: number, rotate: string = 'year'): Promise<void> {
  const sent = randomUse(300, seededRandom(seed)).map(({header, event}) => {
    if (rotate !== 'month') return batchOf([event], {header})
    const ofMonth = (name: string | null): string | null => name && event.time.slice(0, 7).concat(name).slice(0, 32)
    const script = event.type === 'start' ? {script: ofMonth(event.script)} : {}
    const [user, host] = [ofMonth(header.user), ofMonth(header.host)]
    return batchOf([{...event, ...script} as typeof event], {header: {...header, user, host}})
  })
  await store.insert(sent)
}

/** What a slow store tries: only some lives of pseudonyms, and one of so many months. */
export interface RunPurgeOptions {
  readonly rotations?: readonly Rotate[]
  readonly oneOf?: number
}

/** The answers after single runs were replaced by totals. */
export function runPurgeContract(
  make: MakeStore,
  {rotations = ['year', 'month', 'never'], oneOf = 1}: RunPurgeOptions = {},
): void {
  for (const [nth, rotate] of rotations.entries())
    for (const limit of ofShare(['8m', '1y'], 2, nth))
      test(`it answers the same of each month and year when runs older than ${limit} are totals, rotate ${rotate}`, async t => {
        const {store, source} = await make(t)
        const project = sampleProject({identity: {rotate}})
        await fill(store, 7, rotate)
        const before = await Promise.all(alone(oneOf).map(written => ask(source, project, written)))
        const steps = await purgeRuns(store, project, limit)
        assert.deepEqual([steps[0]!.month, steps.length >= 9], ['2025-09', true], JSON.stringify(steps))
        const after = await Promise.all(alone(oneOf).map(written => ask(source, project, written)))
        for (const [index, {from, to, by = 'months'}] of alone(oneOf).entries()) {
          const [one, other] = [before[index]!, after[index]!]
          const isAddedUp = limit === '8m' && by !== 'month'
          if (isAddedUp && rotate === 'month') assert.deepEqual(peopleOf(other), peopleOf(one))
          assert.ok(isWithin(one.users.onSeveralDays, other.users.onSeveralDays))
          if (!isAddedUp) assert.deepEqual(ofRange(other), ofRange(one), `${from} ${to}`)
          const isGone = `${to}` < '2026-06-01'
          if (limit === '1y' && rotate === 'year' && isGone) assert.deepEqual(other.userFlow, one.userFlow, from!)
          assert.ok(other.fewUsers.every(few => one.fewUsers.some(known => isDeepStrictEqual(known, few))))
          for (const mark of other.marks) assert.ok(one.marks.some(known => isDeepStrictEqual(known, mark)))
          assertSaysNoOther(other.upgrades, one.upgrades, `${from} upgrades`)
          assertSaysNoOther(other.trend, one.trend, `${from} trend`)
          assertSaysNoOther(other.userFlow, one.userFlow, `${from} flow`)
        }
        // Without totals of years, the months before are gone when a month is counted.
        const isFlowKnown = after.some(({userFlow}) => userFlow.some(flow => flow.new !== null))
        assert.equal(isFlowKnown, limit === '1y' && rotate !== 'month')
        assert.deepEqual(await purgeRuns(store, project, limit), [])
      })

  itOnce('it adds up sums over purged and kept months, and gives bounds for the rest', async t => {
    const {store, source} = await make(t)
    const project = sampleProject({identity: {rotate: 'year'}})
    await fill(store, 8)
    const written = {from: '2025-10-01', to: '2026-11-30', by: 'month'}
    const before = await ask(source, project, written)
    await purgeRuns(store, project, '1y')
    const after = await ask(source, project, written)
    assert.equal(after.quality.runsSince, '2026-06-01')
    for (const key of ['runs', 'outcomes', 'exitCodes', 'commonestFault', 'ci'] as const)
      assert.deepEqual(after[key], before[key], key)
    assert.deepEqual(after.users.periods, before.users.periods)
    assert.deepEqual(after.duration!.periods, before.duration!.periods)
    const {n, meanSeconds, percentileBound} = after.duration!
    assert.equal(n, before.duration!.n)
    assert.ok(percentileBound! > 0 && percentileBound! < 0.011, `${percentileBound}`)
    for (const key of ['p50Seconds', 'p90Seconds', 'p99Seconds'] as const) {
      const [now, then] = [after.duration![key]!, before.duration![key]!]
      assert.ok(Math.abs(now - then) <= percentileBound! * then, `${key} ${now} ${then}`)
    }
    assert.ok(Math.abs(meanSeconds! / before.duration!.meanSeconds! - 1) < 1e-9)
    for (const [now, then] of [
      [after.users, before.users],
      [after.hosts, before.hosts],
      [after.users.onSeveralDays, before.users.onSeveralDays],
    ] as [Count, Count][])
      assert.ok(isWithin(then, now) && !now.exact, JSON.stringify([now, then]))
    const named = ({versions}: Stats) => versions!.map(({version, runs}) => [version, runs])
    assert.deepEqual(named(after), named(before))
    for (const [index, {usersLow, usersHigh}] of after.versions!.entries())
      assert.ok(usersLow <= before.versions![index]!.usersLow && usersHigh >= before.versions![index]!.usersHigh)
    const {executors, mode} = after.fields!
    assert.deepEqual([executors!.n, executors!.max], [before.fields!['executors']!.n, before.fields!['executors']!.max])
    assert.equal(executors!.median, null)
    const modeBefore = before.fields!['mode']!
    const runsOf = ({n, values}: FieldCounts) => [n, values!.map(({value, runs}) => [value, runs])]
    assert.deepEqual(runsOf(mode!), runsOf(modeBefore))
    for (const [now, then] of [[mode!, modeBefore], ...mode!.values!.map((one, at) => [one, modeBefore.values![at]!])])
      assert.ok(now!.usersLow <= then!.usersLow && now!.usersHigh >= then!.usersHigh)
    assert.deepEqual(mode!.periods, modeBefore.periods)
  })

  itOnce('it knows the different users of several purged years if pseudonyms last a year', async t => {
    const {store, source} = await make(t)
    const project = sampleProject({identity: {rotate: 'year'}})
    await fill(store, 9)
    // By month, the second year has months with single runs, which its total also counts.
    const questions = ['year', 'month'].map(by => ({from: '2025-01-01', to: '2026-12-31', by}))
    const before = await Promise.all(questions.map(written => ask(source, project, written)))
    await purgeRuns(store, project, '1y')
    const after = await Promise.all(questions.map(written => ask(source, project, written)))
    for (const index of [0, 1])
      for (const key of ['users', 'hosts', 'scripts', 'versions', 'adoption', 'systems', 'exitCodes'] as const)
        assert.deepEqual(after[index]![key], before[index]![key], key)
  })

  itOnce(
    'it refuses spans that cut a purged month, and filters on headers there, and answers the rest as before',
    async t => {
      const {store, source} = await make(t)
      const project = sampleProject()
      await fill(store, 10)
      const kept = [
        {from: '2026-06-01', to: '2026-11-22', by: 'week'},
        {from: '2026-06-15', to: '2026-11-22', by: 'day', 'app-version': '1.1'},
      ]
      const before = await Promise.all(kept.map(written => ask(source, project, written)))
      await purgeRuns(store, project, '1y')
      const after = await Promise.all(kept.map(written => ask(source, project, written)))
      for (const [index, one] of after.entries()) {
        assert.deepEqual(ofRange(one), ofRange(before[index]!))
        assert.equal(one.trend.previous.runs, null)
      }
      const refused = {code: 'USAGE_QUERY_INVALID', message: /single runs are gone/}
      await assert.rejects(ask(source, project, {from: '2026-05-02', to: '2026-11-22'}), refused)
      await assert.rejects(ask(source, project, {from: '2026-01-01', to: '2026-12-31', by: 'week'}), refused)
      await assert.rejects(ask(source, project, {from: '2026-05-01', to: '2026-05-31', ci: 'none'}), refused)
      const {features} = await ask(source, project, {from: '2026-05-02', 'feature-type': 'Algorithm'})
      assert.ok(features!.length > 0)
    },
  )

  itOnce(
    'it waits with a month, or with a year that it must count, while one of its runs is still running',
    async t => {
      const {store} = await make(t)
      const project = sampleProject({lostAfterHours: 24})
      const may = Date.parse('2025-05-03T00:00:00Z')
      await insert(store, [startOf(1, may), endOf(1, may + 1), startOf(2, may + 60 * dayMs)])
      await insert(store, [startOf(2, laterMs - hourMs, {id: uuid('t', 1), repeat: 700})], {receivedAtMs: laterMs})
      assert.deepEqual(await purgeRuns(store, project, '1y'), [])
      assert.deepEqual(
        (await purgeRuns(store, project, '3m')).map(({month}) => month),
        ['2025-05', '2025-06'],
      )
      await insert(store, [endOf(2, laterMs - hourMs)], {receivedAtMs: laterMs})
      assert.equal((await purgeRuns(store, project, '1y')).at(-1)!.month, '2026-05')
    },
  )

  itOnce('it refuses and counts late events of purged months, and purges again', async t => {
    const {store, source} = await make(t)
    const project = sampleProject()
    const may = Date.parse('2025-05-31T23:00:00Z')
    const run = {run: uuid('r', 1)}
    const crossing = [startOf(1, may), endOf(1, may + 2 * hourMs), featureOf(1, may + 2 * hourMs, run)]
    await insert(store, [...crossing, startOf(2, laterMs - dayMs)])
    const steps = await purgeRuns(store, project, '24m')
    assert.deepEqual(
      steps.map(({month, runs}) => [month, runs]),
      [['2025-05', 1]],
    )
    // The year has a total, so it gets no more events, also in months with single runs.
    const again = [...crossing, startOf(3, may - dayMs), startOf(4, may + 90 * dayMs), featureOf(9, may - dayMs)]
    assert.deepEqual(await insert(store, again, {receivedAtMs: laterMs}), Array(6).fill('refused'))
    await insert(store, [startOf(5, laterMs - dayMs)], {receivedAtMs: laterMs})
    await purgeRuns(store, project, '1y')
    const asked = await ask(source, project, {from: '2025-01-01', to: '2027-06-30'})
    assert.deepEqual([asked.runs!.total, asked.outcomes!.ok], [3, 1])
    assert.equal((await ask(source, project, {from: '2027-06-01'})).quality.refused, 6)
  })

  itOnce('it recognises a copy of an end if the run ended after its purged month', async t => {
    const {store, source, knows} = await make(t)
    const project = sampleProject()
    const march = Date.parse('2027-03-31T23:00:00Z')
    const end = endOf(1, march + 2 * hourMs)
    await insert(store, [startOf(1, march), end, startOf(2, march), endOf(2, march + 1)])
    assert.equal((await purgeRuns(store, project, '2m')).length, 1)
    const later = featureOf(1, march + 3 * hourMs, {run: uuid('r', 1)})
    const outcomes = await insert(store, [end, later], {receivedAtMs: laterMs})
    assert.deepEqual(outcomes, reported(knows, ['duplicate', 'accepted']))
    const {runs, users} = await ask(source, project, {from: '2027-03-01', to: '2027-06-10'})
    assert.deepEqual([runs!.total, runs!.periods.map(({value}) => value), users.total], [2, [2, 0, 0, 0], 1])
  })

  itOnce('it stores nothing about a person whose runs are totals, and erases people as before', async t => {
    const {store, source} = await make(t)
    const project = sampleProject()
    const may = Date.parse('2025-05-03T00:00:00Z')
    const [first, second] = ['first', 'second'].map(name => sampleHeader({user: pseudonym(name)}))
    await insert(store, [startOf(1, may), endOf(7, may, {run: null}), startOf(2, laterMs)], {header: first!})
    await insert(store, [startOf(3, may)], {header: second!})
    await purgeRuns(store, project, '1y')
    const erasure = {
      project: 'parsl',
      receipt: uuid('q', 1),
      users: [first!.user!, second!.user!],
      receivedAtMs: laterMs,
    }
    assert.equal((await store.erase(erasure)).runs, 1)
    const {users, runs, quality} = await ask(source, project, {from: '2025-05-01', to: '2025-05-31'})
    assert.deepEqual([users.total, runs!.total, quality.unpaired], [2, 2, 1])
    assert.equal((await ask(source, project, {from: '2027-06-01'})).users.total, 0)
  })

  itOnce('it lists the runs that it would delete, and deletes none, in a dry run', async t => {
    const {store, source} = await make(t)
    const project = sampleProject()
    await insert(store, [startOf(1, Date.parse('2025-05-03T00:00:00Z'))])
    const steps = await purgeRuns(store, project, '1y', true)
    assert.deepEqual(steps[0], {project: 'parsl', what: 'runs', month: '2025-05', events: 0, runs: 1})
    assert.deepEqual(await purgeRuns(store, project, '1y', true), steps)
    assert.equal((await ask(source, project, {})).quality.runsSince, null)
  })
}
