import assert from 'node:assert/strict'
import {test} from 'node:test'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {
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
} from '../samples.ts'

import {exactly, factsOf, insert, type MakeStore, question} from './contract-parts.ts'

/** The answers about runs: outcome, time, duration, people. */
export function runContract(make: MakeStore): void {
  const outcomesOf = async (source: StatsSource) => (await factsOf(source)).spans[0]!.outcomes
  const none = {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 0}

  test('it distinguishes the outcomes', async t => {
    const {store, source} = await make(t)
    const shellCodes = [{exitCode: 143}, {exitCode: 137}, {exitCode: 139}, {exitCode: 128}, {exitCode: 255}]
    const endings = [{}, {exitCode: 2}, {exitCode: 143, signal: 'SIGTERM'}, {exitCode: null}, ...shellCodes]
    await insert(
      store,
      endings.map((ending, run) => endOf(run, nowMs, ending)),
    )
    assert.deepEqual(await outcomesOf(source), {...none, ok: 1, failed: 3, signal: 4, unknown: 1})
    assert.deepEqual(
      new Set((await factsOf(source)).exits.map(exit => JSON.stringify(exit))),
      new Set([
        '{"exitCode":0,"signal":null,"runs":1}',
        '{"exitCode":2,"signal":null,"runs":1}',
        '{"exitCode":128,"signal":null,"runs":1}',
        '{"exitCode":255,"signal":null,"runs":1}',
        '{"exitCode":null,"signal":"SIGTERM","runs":2}',
        '{"exitCode":null,"signal":"SIGKILL","runs":1}',
        '{"exitCode":null,"signal":"SIGSEGV","runs":1}',
      ]),
    )
  })

  test('it counts how the runs of each version ended, whatever their order and the rest of their header', async t => {
    const {store, source} = await make(t)
    const version = (name: string | null, more = {}) => ({header: sampleHeader({version: name, ...more})})
    const old = question.lostBeforeMs - hourMs
    await insert(store, [endOf(1, nowMs, {exitCode: 139}), endOf(2, nowMs), startOf(3, old)], version('2.3.0'))
    await insert(
      store,
      [endOf(4, nowMs, {signal: 'SIGSEGV', exitCode: null})],
      version('2.3.0', {user: pseudonym('bob')}),
    )
    await insert(store, [endOf(5, nowMs, {exitCode: 2}), endOf(6, nowMs, {exitCode: null})], version('1\n2'))
    await insert(store, [startOf(7, nowMs), endOf(8, nowMs - 40 * dayMs)], version(null))
    const {versionEndings} = await factsOf(source)
    const none = {exitCode: null, signal: null}
    assert.deepEqual(
      new Set(versionEndings!.map(one => JSON.stringify(Object.entries(one).sort()))),
      new Set(
        [
          {version: '2.3.0', outcome: 'signal', ...none, signal: 'SIGSEGV', runs: 2},
          {version: '2.3.0', outcome: 'ok', ...none, exitCode: 0, runs: 1},
          {version: '2.3.0', outcome: 'lost', ...none, runs: 1},
          {version: '1\n2', outcome: 'failed', ...none, exitCode: 2, runs: 1},
          {version: '1\n2', outcome: 'unknown', ...none, runs: 1},
          {version: null, outcome: 'running', ...none, runs: 1},
        ].map(one => JSON.stringify(Object.entries(one).sort())),
      ),
    )
  })

  test('it counts how the runs ended that used a feature, each run once, by its own version', async t => {
    const {store, source} = await make(t)
    const header = sampleHeader({version: '2.3.0'})
    const use = (id: number, run: number, name: string, atMs = nowMs) =>
      featureOf(id, atMs, {run: uuid('r', run), name})
    const before = question.range.fromMs - hourMs
    const odd = `it's "\\' \\n 𝔘`
    // The first run has uses in two months, and begins before the range.
    await insert(store, [startOf(1, before), endOf(1, nowMs, {exitCode: 139})], {header})
    await insert(store, [use(1, 1, 'fano', nowMs - 20 * dayMs), use(2, 1, 'fano'), use(3, 1, odd)], {header})
    await insert(store, [startOf(2, nowMs), use(4, 2, 'fano')], {header})
    await insert(store, [use(5, 3, 'fano')], {header: sampleHeader({version: 'of the use'})})
    await insert(store, [startOf(3, nowMs), endOf(3, nowMs)], {header: sampleHeader({version: null})})
    await insert(store, [use(6, 4, 'fano', before), endOf(4, nowMs), featureOf(7, nowMs, {run: null, name: 'fano'})])
    await insert(store, [use(8, 5, 'fano'), endOf(5, nowMs)], {mark: {isOutcomeUntold: false, isTest: true}})
    const {featureEndings} = await factsOf(source)
    const none = {exitCode: null, signal: null, runs: 1}
    const type = 'Algorithm'
    assert.deepEqual(
      new Set(featureEndings!.map(one => JSON.stringify(Object.entries(one).sort()))),
      new Set(
        [
          {type, name: 'fano', version: '2.3.0', outcome: 'signal', ...none, signal: 'SIGSEGV'},
          {type, name: odd, version: '2.3.0', outcome: 'signal', ...none, signal: 'SIGSEGV'},
          {type, name: 'fano', version: '2.3.0', outcome: 'running', ...none},
          {type, name: 'fano', version: null, outcome: 'ok', ...none, exitCode: 0},
        ].map(one => JSON.stringify(Object.entries(one).sort())),
      ),
    )
  })

  test('it counts the users of a month and of weeks by the versions that they ran', async t => {
    const {store, source} = await make(t)
    const october = Date.UTC(2026, 9, 31)
    const by = (user: string, version: string | null) => ({header: sampleHeader({user: pseudonym(user), version})})
    await insert(store, [startOf(1, october), startOf(2, nowMs)], by('ann', '2.0'))
    await insert(store, [startOf(3, nowMs - hourMs), startOf(4, nowMs - 8 * dayMs)], by('ann', '2.1'))
    await insert(store, [startOf(5, nowMs)], by('bob', '2.1'))
    await insert(store, [startOf(6, nowMs)], by('cid', null))
    await insert(store, [startOf(7, nowMs)], {header: sampleHeader({version: '9', ci: 'gitlab'})})
    await insert(store, [startOf(8, nowMs)], {header: sampleHeader({version: '9', user: null})})
    const {versionUsers} = await factsOf(source)
    const week = (question.versionUsers!.weeks.toMs - question.versionUsers!.weeks.fromMs) / (7 * dayMs) - 1
    assert.deepEqual(
      new Set(versionUsers.map(({place, versions, users}) => `${place} ${[...versions].sort()} ${users}`)),
      new Set(['-1 2.0 1', `${week} 2.0,2.1 1`, `${week} 2.1 1`, `${week}  1`, `${week - 1} 2.1 1`]),
    )
  })

  test('it counts a run as lost when its last sign of life is as old as the limit, and not a millisecond sooner', async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, question.lostBeforeMs), startOf(2, question.lostBeforeMs + 1)])
    assert.deepEqual(await outcomesOf(source), {...none, lost: 1, running: 1})
  })

  test('it counts a repeated start, a feature and the end of a long feature as signs of life', async t => {
    const {store, source} = await make(t)
    const old = question.lostBeforeMs - 5 * dayMs
    await insert(store, [
      ...[1, 2, 3, 4].map(run => startOf(run, old)),
      startOf(1, nowMs, {id: uuid('t', 1), repeat: 5}),
      featureOf(2, nowMs, {run: uuid('r', 2)}),
      featureOf(3, old, {run: uuid('r', 3), durationSeconds: 7 * 86_400}),
    ])
    assert.deepEqual(await outcomesOf(source), {...none, lost: 1, running: 3})
  })

  test('it counts the outcome of a marked run as unknown, with or without an end, never as lost or running', async t => {
    const {store, source} = await make(t)
    const mark = {isOutcomeUntold: true, isTest: false}
    const old = question.lostBeforeMs - 5 * dayMs
    await insert(store, [startOf(1, old), startOf(2, nowMs), endOf(3, nowMs, {exitCode: null})], {mark})
    await insert(store, [startOf(4, old), startOf(5, nowMs)])
    assert.deepEqual(await outcomesOf(source), {...none, lost: 1, running: 1, unknown: 3})
  })

  test('it leaves a test run out of every answer, whichever of its events is marked', async t => {
    const {store, source} = await make(t)
    const mark = {isOutcomeUntold: true, isTest: true}
    await insert(store, [startOf(1, nowMs, {fields: {executors: 1}}), endOf(2, nowMs)], {mark})
    await insert(store, [endOf(1, nowMs), startOf(2, nowMs)])
    const facts = await factsOf(source)
    const {runs, users, duration} = facts.spans[0]!
    assert.deepEqual(
      [runs, users, duration.n, facts.named.version, facts.numberFields, facts.exits],
      [0, exactly(0), 0, [], [], []],
    )
  })

  test('it counts datagrams by project, and unknown and lost datagrams for all projects', async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, nowMs)], {datagrams: 2})
    await insert(store, [startOf(1, nowMs)], {datagrams: 3, project: 'other'})
    await store.addQuality({'datagrams-lost': 5, 'datagrams-unknown': 1}, nowMs)
    await store.addQuality({'datagrams-lost': 2, 'datagrams-unknown': 0}, nowMs)
    const {datagrams, datagramsLost, datagramsUnknown} = (await factsOf(source)).quality
    assert.deepEqual([datagrams, datagramsLost, datagramsUnknown], [2, 7, 1])
    assert.equal((await factsOf(source, {project: 'never'})).quality.datagramsLost, 7)
  })

  test('it replaces the outcome lost by that of a late end', async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, nowMs - 20 * dayMs)])
    assert.deepEqual(await outcomesOf(source), {...none, lost: 1})
    await insert(store, [endOf(1, nowMs - dayMs)])
    assert.deepEqual(await outcomesOf(source), {...none, ok: 1})
  })

  test('it counts a run of which only the end, a repeat or a feature is known', async t => {
    const {store, source} = await make(t)
    await insert(store, [
      endOf(1, nowMs),
      startOf(2, nowMs, {repeat: 3}),
      featureOf(3, nowMs, {run: uuid('r', 3)}),
      featureOf(4, nowMs - hourMs, {run: uuid('r', 3)}),
    ])
    assert.deepEqual(await outcomesOf(source), {...none, ok: 1, running: 2})
    assert.deepEqual((await factsOf(source)).spans[0]!.users, exactly(1))
  })

  test('it counts a run in the span of its start, or of its end if no start is known', async t => {
    const {store, source} = await make(t)
    const spans = [
      {fromMs: nowMs - 2 * dayMs, toMs: nowMs - dayMs},
      {fromMs: nowMs - dayMs, toMs: nowMs},
    ]
    await insert(store, [
      startOf(1, nowMs - dayMs - 1),
      endOf(1, nowMs - 1),
      startOf(2, nowMs - dayMs),
      featureOf(5, nowMs - 2 * dayMs, {run: uuid('r', 3)}),
      endOf(3, nowMs - hourMs),
    ])
    const facts = await factsOf(source, {spans})
    assert.deepEqual(
      facts.spans.map(({runs}) => runs),
      [1, 2],
    )
  })

  test('it uses the reported duration of a run, else the time from start to end, else none', async t => {
    const {store, source} = await make(t)
    await insert(store, [
      startOf(1, nowMs - 10_000),
      endOf(1, nowMs, {durationSeconds: 4}),
      startOf(2, nowMs - 10_000),
      endOf(2, nowMs),
      endOf(3, nowMs),
      startOf(4, nowMs),
      endOf(4, nowMs - 5_000),
      startOf(5, nowMs),
    ])
    const {duration} = (await factsOf(source)).spans[0]!
    assert.deepEqual([duration.n, duration.p50Seconds, duration.p90Seconds?.toFixed(9)], [3, 4, '8.800000000'])
  })

  test('it counts a run that used a feature in several months once, and once in each month', async t => {
    const {store, source} = await make(t)
    const october = Date.parse('2026-10-31T23:00:00Z')
    const run = {run: uuid('r', 1)}
    await insert(store, [startOf(1, october), featureOf(1, october, run), featureOf(2, october + 2 * hourMs, run)])
    await insert(store, [featureOf(3, october, {run: uuid('r', 2)}), featureOf(4, october, run)])
    const runsOf = async (fromMs: number, toMs: number) =>
      (await factsOf(source, {range: {fromMs, toMs}})).features.map(({runs, count}) => [runs, count])
    assert.deepEqual(await runsOf(october - dayMs, october + dayMs), [[2, 4]])
    assert.deepEqual(await runsOf(october, october + hourMs), [[2, 3]])
    assert.deepEqual(await runsOf(october + hourMs, october + dayMs), [[1, 1]])
  })

  test('it counts the runs of CI, and leaves out its people, hosts and scripts', async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, nowMs), featureOf(1, nowMs)], {header: sampleHeader({ci: 'gitlab'})})
    const {runs, ciRuns, users, hosts, scripts, usesWithoutUser} = (await factsOf(source)).spans[0]!
    assert.deepEqual([runs, ciRuns, usesWithoutUser], [1, 1, 0])
    for (const people of [users, hosts, scripts]) assert.deepEqual(people, exactly(0))
    assert.deepEqual((await factsOf(source)).features[0]!.users, exactly(0))
  })

  test('it finds the first day of a version, and compares the time before and after it', async t => {
    const {store, source} = await make(t)
    const release = Date.parse('2026-10-20T06:00:00Z')
    const runs = Array.from({length: 60}, (_, day) => {
      const [atMs, version] = [release + (day - 30) * dayMs, day < 30 ? '1.0' : '2.0']
      const header = sampleHeader({version, user: pseudonym(`u${version}${day % (day < 30 ? 3 : 8)}`)})
      const end = endOf(day, atMs + 1_000, {exitCode: version === '2.0' && day % 2 === 0 ? 1 : 0})
      return batchOf([startOf(day, atMs), end], {header})
    })
    await store.insert(runs)
    const query = parseStatsQuery({project: 'parsl', from: '2026-09-20'}, nowMs)
    const {marks, beforeAndAfter} = await answerStats(source, sampleProject(), query, nowMs)
    assert.deepEqual(marks, [{day: '2026-10-20', label: '2.0', kind: 'version'}])
    assert.deepEqual(
      beforeAndAfter!.map(({from, to, runs: count, users, successRate}) => [from, to, count, users, successRate]),
      [
        ['2026-09-22', '2026-10-19', 28, 3, 1],
        ['2026-10-20', '2026-11-16', 28, 8, 0.5],
      ],
    )
  })
}
