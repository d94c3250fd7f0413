import assert from 'node:assert/strict'
import {type TestContext, test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import type {Event} from '../../../src/protocol/report/event.ts'
import type {Header} from '../../../src/protocol/report/header.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import type {Stats} from '../../../src/stats/model/model.ts'
import {parseStatsQuery, type WrittenStatsQuery} from '../../../src/stats/model/query.ts'
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
} from '../../collector/samples.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {trueWithinBound} from '../../support/within-bound.ts'
import {usage} from '../sample-stats.ts'

interface Asking extends Omit<WrittenStatsQuery, 'project'> {
  readonly project?: Record<string, unknown>
}

/** Stores lists of events, each with its own header, and answers from them. */
async function answer(
  t: TestContext,
  sent: readonly {readonly events: readonly Event[]; readonly header?: Partial<Header>}[],
  {project: changes = {}, ...written}: Asking = {},
): Promise<Stats> {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  await store.insert(sent.map(({events, header}) => batchOf(events, {header: sampleHeader(header)})))
  const project = sampleProject(changes)
  const query = parseStatsQuery({project: 'parsl', ...written}, nowMs, project.identity.yearBegins)
  return answerStats(source, project, query, nowMs)
}

const ended = (run: number, ending: Partial<Event> = {}): Event[] => [
  startOf(run, nowMs - hourMs),
  endOf(run, nowMs, ending as never),
]

const rateOf = (rate: Stats['successRate']) => ({value: rate!.value, low: rate!.low, high: rate!.high})

test('it returns the success rate with bounds for lost and unknown runs, without running ones', async t => {
  const {successRate, outcomes} = await answer(t, [
    {
      events: [
        ...[1, 2, 3].flatMap(run => ended(run)),
        ...ended(4, {exitCode: 1}),
        ...ended(5, {exitCode: null}),
        startOf(6, nowMs - 3 * dayMs),
        startOf(7, nowMs),
      ],
    },
  ])
  const {periods, ...counts} = outcomes!
  assert.deepEqual(counts, {ok: 3, failed: 1, signal: 0, lost: 1, running: 1, unknown: 1})
  assert.deepEqual(rateOf(successRate), {value: 3 / 4, low: 3 / 6, high: 5 / 6})
  assert.equal(periods.length, 12)
})

test('it returns no success rate if no run ended, and uses lostAfterHours of the project', async t => {
  const events = [startOf(1, nowMs - 3 * hourMs)]
  assert.deepEqual(rateOf((await answer(t, [{events}])).successRate), {value: null, low: null, high: null})
  const impatient = await answer(t, [{events}], {project: {lostAfterHours: 2}})
  assert.deepEqual(rateOf(impatient.successRate), {value: null, low: 0, high: 1})
  assert.equal(impatient.outcomes!.lost, 1)
})

test('it returns the most common fault among exit codes and signals, and lists all codes', async t => {
  const stats = await answer(t, [
    {
      events: [
        ...[1, 2, 3, 4].flatMap(run => ended(run)),
        ...[5, 6].flatMap(run => ended(run, {exitCode: 3})),
        ...[7, 8, 9].flatMap(run => ended(run, {exitCode: 137, signal: 'SIGKILL'})),
      ],
    },
  ])
  assert.deepEqual(stats.commonestFault, {exitCode: null, signal: 'SIGKILL', runs: 3})
  assert.deepEqual(stats.exitCodes, [
    {exitCode: 0, runs: 4},
    {exitCode: 3, runs: 2},
  ])
})

test('it counts people over the whole range instead of adding periods', async t => {
  const months = ['2026-03-05', '2026-04-05', '2026-05-05'].map(day => Date.parse(day))
  const stats = await answer(t, [
    {events: months.map((month, run) => startOf(run, month))},
    {events: [startOf(9, months[1]!)], header: {user: pseudonym('bob')}},
  ])
  const values = stats.users.periods.filter(({high}) => high > 0)
  assert.deepEqual(
    values.map(({period, value, complete}) => [period, value, complete]),
    [
      ['2026-03', 1, true],
      ['2026-04', 2, true],
      ['2026-05', 1, true],
    ],
  )
  assert.deepEqual([stats.users.total, stats.users.exact, stats.hosts.total, stats.runs!.total], [2, true, 1, 4])
  assert.equal(stats.users.periods.at(-1)!.complete, false)
})

test('it returns bounds for a range and for periods in which pseudonyms change', async t => {
  const sent = [
    {events: [startOf(1, Date.parse('2025-12-30'))], header: {user: pseudonym('ann25')}},
    {events: [startOf(2, Date.parse('2025-12-31'))], header: {user: pseudonym('bob25')}},
    {events: [startOf(3, Date.parse('2026-01-01'))], header: {user: pseudonym('ann26')}},
  ]
  const byWeek = {from: '2025-12-29', to: '2026-01-11', by: 'week'}
  const {users, trend} = await answer(t, sent, byWeek)
  assert.deepEqual([users.total, users.exact, users.low, users.high], [null, false, 2, 3])
  const none = {total: 0, exact: true, low: 0, high: 0}
  const atMostOne = {total: null, exact: false, low: 0, high: 1}
  const say = (runsWithUser: number) => ({runsWithUser, runsWithoutUser: 0, daysWithoutUser: 0})
  assert.deepEqual(users.periods, [
    {
      ...{period: '2026-W01', value: null, complete: true, exact: false, low: 2, high: 3},
      ...{...say(3), onSeveralDays: atMostOne},
    },
    {
      ...{period: '2026-W02', value: 0, complete: true, exact: true, low: 0, high: 0},
      ...{...say(0), onSeveralDays: none},
    },
  ])
  assert.equal(trend.usersChange, null)
  const lifelong = await answer(t, sent, {...byWeek, project: {identity: {rotate: 'never'}}})
  assert.deepEqual([lifelong.users.total, lifelong.users.exact], [3, true])
})

const exactUsers = (users: number, runsWithUser: number) => ({
  ...{reason: null, users, usersExact: true, usersLow: users, usersHigh: users},
  ...{runsWithUser, runsWithoutUser: 0, daysWithoutUser: 0},
})

test('it counts people of a fiscal year exactly, across two calendar years, by its quarters', async t => {
  const identity = {rotate: 'year', yearBegins: '10-01'}
  const days = ['2025-09-30', '2025-10-01', '2025-12-31', '2026-01-01', '2026-04-01', '2026-09-30', '2026-10-01']
  const periods = ['2024-10-01', ...Array.from({length: 5}, () => '2025-10-01'), '2026-10-01']
  const sent = days.flatMap((day, run) => {
    const period = periods[run]!
    const atMs = Date.parse(`${day}T12:00:00Z`)
    const of = (name: string): Partial<Header> => ({user: pseudonym(`${name}${period}`), host: null, period})
    // Ann runs every day, Bob only in January.
    const bob = day === '2026-01-01' ? [{events: [startOf(run + 50, atMs)], header: of('bob')}] : []
    return [{events: [startOf(run, atMs)], header: of('ann')}, ...bob]
  })
  const asked = {year: '2025', by: 'quarter', project: {identity}}
  const {from, to, year, users, versions} = await answer(t, sent, asked)
  assert.deepEqual([from, to, year], ['2025-10-01', '2026-09-30', 'FY2025/26'])
  assert.deepEqual([users.total, users.exact, users.low, users.high], [2, true, 2, 2])
  assert.deepEqual(
    users.periods.map(({period, value, complete}) => [period, value, complete]),
    [
      ['FY2025/26-Q1', 1, true],
      ['FY2025/26-Q2', 2, true],
      ['FY2025/26-Q3', 1, true],
      ['FY2025/26-Q4', 1, true],
    ],
  )
  assert.deepEqual(versions, [{version: '1.0', ...usage(6, 2)}])
  // The calendar year has pseudonyms of two periods.
  const calendar = await answer(t, sent, {from: '2026-01-01', to: '2026-11-22', project: {identity}})
  assert.deepEqual([calendar.users.total, calendar.users.low, calendar.users.high], [null, 2, 3])
  // A fiscal year is not exact where clients count calendar years.
  const older = {
    events: [startOf(99, Date.parse('2026-02-02'))],
    header: {user: pseudonym('ann26'), period: '2026-01-01'},
  }
  const mixed = await answer(t, [...sent, older], asked)
  assert.deepEqual([mixed.users.total, mixed.users.low, mixed.users.high], [null, 2, 3])
  assert.deepEqual([mixed.userFlow[2]!.new, mixed.userFlow[1]!.reason], [0, 'pseudonyms-changed'])
  // One person, or two: whoever is seen with other pseudonyms is not known to be new, nor to have come again.
  const byMonth = {from: '2026-01-01', to: '2026-03-31', project: {identity}}
  const {userFlow} = await answer(
    t,
    [
      ...sent.slice(0, 1),
      older,
      {
        events: [startOf(100, Date.parse('2026-03-02'))],
        header: {user: pseudonym('ann25'), period: '2025-10-01'},
      },
    ],
    byMonth,
  )
  const unknown = {new: null, returning: null, lost: null, reason: 'pseudonyms-changed'}
  assert.partialDeepStrictEqual(userFlow.at(-1), unknown)
  const years = await answer(t, sent, {from: '2024-10-01', to: '2026-09-30', by: 'year', project: {identity}})
  assert.deepEqual(
    years.users.periods.map(({period, value}) => [period, value]),
    [
      ['FY2024/25', 1],
      ['FY2025/26', 2],
    ],
  )
})

test('it compares a range in progress with an equally long time before', async t => {
  const stats = await answer(
    t,
    [
      {
        events: [
          ...[1, 2, 3].map(run => startOf(run, nowMs - hourMs)),
          ...[4, 5].map(run => startOf(run, Date.parse('2026-11-21T13:00:00Z'))),
          startOf(6, Date.parse('2026-11-21T11:00:00Z')),
          startOf(7, Date.parse('2025-11-22T11:59:59Z')),
          startOf(8, Date.parse('2025-11-22T12:00:00Z')),
        ],
      },
    ],
    {from: '2026-11-22', to: '2026-11-22', by: 'day'},
  )
  assert.deepEqual(stats.trend, {
    previous: {...exactUsers(1, 2), from: '2026-11-21T12:00:00.000Z', to: '2026-11-22T00:00:00.000Z', runs: 2},
    runsChange: 0.5,
    usersChange: 0,
    yearBefore: {
      ...exactUsers(1, 1),
      ...{from: '2025-11-22T00:00:00.000Z', to: '2025-11-22T12:00:00.000Z', runs: 1},
      ...{runsChange: 2, usersChange: 0},
    },
    complete: false,
  })
})

test('it returns no change if there was nothing before', async t => {
  const events = [...ended(1), startOf(2, Date.parse('2024-12-31'))]
  const {trend} = await answer(t, [{events}], {from: '2026-01-01', to: '2026-11-21'})
  assert.deepEqual([trend.runsChange, trend.usersChange, trend.previous.runs, trend.complete], [null, null, 0, true])
})

test('it compares nothing with a time before the first day of data, and no range of more than a year', async t => {
  const days = ['2025-06-01', '2025-11-30', '2026-05-05', '2026-06-06', '2026-07-07'].map(day => Date.parse(day))
  const sent = [{events: days.map((day, run) => startOf(run, day + 12 * hourMs))}]
  const {trend, since} = await answer(t, sent, {from: '2026-01-01', to: '2026-11-21'})
  assert.equal(since, '2025-06-01')
  const nothing = {runs: null, users: null, usersExact: false, usersLow: null, usersHigh: null}
  const {from: _from, to: _to, runsWithUser, runsWithoutUser, daysWithoutUser, ...year} = trend.yearBefore
  assert.deepEqual(year, {...nothing, reason: 'not-collected', runsChange: null, usersChange: null})
  assert.deepEqual([runsWithUser, runsWithoutUser, daysWithoutUser], [null, null, null])
  assert.deepEqual([trend.previous.reason, trend.runsChange], ['not-collected', null])
  const half = (await answer(t, sent, {from: '2026-06-01', to: '2026-11-21'})).trend
  assert.deepEqual([half.yearBefore.reason, half.yearBefore.runs, half.yearBefore.runsChange], [null, 1, 1])
  const long = (
    await answer(t, [{events: [...sent[0]!.events, startOf(9, 0)]}], {from: '2021-01-01', to: '2025-12-31'})
  ).trend
  for (const {reason, runs} of [long.previous, long.yearBefore]) assert.deepEqual([reason, runs], ['too-long', null])
  assert.deepEqual([long.runsChange, long.yearBefore.runsChange], [null, null])
})

test('it says how many runs say who started them, and gives no number of users where none does', async t => {
  const starts = [1, 2, 3].map(run => startOf(run, nowMs - run * dayMs))
  const unknown = await answer(t, [{events: starts, header: {user: null, host: null}}])
  const {periods: _periods, onSeveralDays, ...users} = unknown.users
  const say = {runsWithUser: 0, runsWithoutUser: 3, daysWithoutUser: 3}
  assert.deepEqual(users, {total: null, exact: false, low: 0, high: 3, ...say})
  assert.deepEqual([onSeveralDays.total, onSeveralDays.low, onSeveralDays.high], [null, 0, 3])
  const row = {version: '1.0', runs: 3, users: null, usersLow: 0, usersHigh: 3, runsWithoutUser: 3, daysWithoutUser: 3}
  assert.deepEqual(unknown.versions, [row])
  assert.deepEqual([unknown.hosts.total, unknown.hosts.low, unknown.hosts.high], [null, 0, 3])
  const some = await answer(t, [
    {events: [...starts, startOf(4, nowMs)], header: {user: null}},
    {events: [startOf(5, nowMs)]},
  ])
  assert.deepEqual([some.users.low, some.users.high, some.users.runsWithUser], [1, 5, 1])
})

test('it does not take features of a client without users for more people, unless there are no runs', async t => {
  const lone = {events: [featureOf(1, nowMs, {count: 3}), featureOf(2, nowMs)], header: {user: null, host: null}}
  const both = await answer(t, [{events: [startOf(1, nowMs)]}, lone])
  assert.deepEqual([both.users.total, both.users.runsWithUser, both.users.runsWithoutUser], [1, 1, 0])
  const {features} = both
  assert.deepEqual(
    [features![0]!.users, features![0]!.usersLow, features![0]!.usersHigh, features![0]!.usesWithoutUser],
    [null, 0, 4, 4],
  )
  const {users} = await answer(t, [lone])
  assert.deepEqual([users.total, users.low, users.high, users.runsWithoutUser], [null, 0, 2, 2])
})

const people = (users: number) => ({users, usersLow: users, usersHigh: users, usesWithoutUser: 0, daysWithoutUser: 0})

test('it lists features by count, with internal uses, and the declared features that nobody used', async t => {
  const run = uuid('r', 1)
  const {features, unusedFeatures} = await answer(t, [
    {
      events: [
        featureOf(1, nowMs, {run, count: 6, durationSeconds: 3}),
        featureOf(2, nowMs, {run, count: 4, internal: true}),
        featureOf(3, nowMs, {name: 'Fit.v1', featureType: 'Feature'}),
      ],
    },
  ])
  assert.deepEqual(features, [
    {
      type: 'Algorithm',
      name: 'Load.v1',
      count: 10,
      internalCount: 4,
      runs: 1,
      ...people(1),
      meanSeconds: 0.5,
      ...noDurations,
    },
    {
      ...{type: 'Feature', name: 'Fit.v1', count: 1, internalCount: 0, runs: 0, ...people(1)},
      ...{meanSeconds: null, ...noDurations},
    },
  ])
  assert.deepEqual(unusedFeatures, ['Rebin.v1'])
})

const noDurations = {p50Seconds: null, p90Seconds: null, p99Seconds: null, maxSeconds: null, percentileBound: null}

test('it gives the percentiles of single uses, and of several the mean alone', async t => {
  const timings = {n: 2, sumSeconds: 4, minSeconds: 2, maxSeconds: 2, scale: 5, offset: 31, counts: [2]}
  const {features} = await answer(t, [
    {
      events: [
        featureOf(1, nowMs, {durationSeconds: 1}),
        featureOf(2, nowMs, {count: 4, timings}),
        featureOf(3, nowMs, {count: 5, durationSeconds: 100}),
      ],
    },
  ])
  const [feature] = features!
  assert.deepEqual([feature!.meanSeconds, feature!.maxSeconds], [105 / 8, 2])
  trueWithinBound(feature!, {p50Seconds: 2, p90Seconds: 2, p99Seconds: 2, maxSeconds: 2, percentileBound: 0})
})

test('it summarises each declared field, with the value of the end before that of the start', async t => {
  const {fields} = await answer(t, [
    {
      events: [
        startOf(1, nowMs, {fields: {executors: 1, mode: 'local'}}),
        endOf(1, nowMs, {fields: {executors: 3}}),
        startOf(2, nowMs, {fields: {executors: 8, mode: 'local'}}),
        startOf(3, nowMs, {fields: {mode: 'remote', cached: false}}),
      ],
    },
  ])
  const {periods: _, ...executors} = fields!['executors']!
  assert.deepEqual(executors, {n: 2, mean: 5.5, median: 5.5, max: 8, values: null, ...byOne})
  const values = [
    {value: 'local', runs: 2, ...byOne},
    {value: 'remote', runs: 1, ...byOne},
  ]
  const {periods, ...mode} = fields!['mode']!
  assert.deepEqual(mode, {n: 3, mean: null, median: null, max: null, values, ...byOne})
  assert.deepEqual([periods.length, periods.at(-1)], [12, {period: '2026-11', ...mode, complete: false}])
  assert.deepEqual(fields!['cached']!.values, [{value: false, runs: 1, ...byOne}])
})

/** Runs of one user. */
const byOne = {users: 1, usersLow: 1, usersHigh: 1, runsWithoutUser: 0, daysWithoutUser: 0}

test('it answers only about the runs whose field has a value, and nothing about features', async t => {
  const sent = {
    events: [
      startOf(1, nowMs, {fields: {executors: 1, mode: 'local'}}),
      endOf(1, nowMs, {exitCode: 0, fields: {executors: 3}}),
      startOf(2, nowMs, {fields: {mode: 'remote', cached: true}}),
      featureOf(1, nowMs, {run: uuid('r', 1)}),
    ],
  }
  for (const [field, runs] of [
    ['mode=local', 1],
    ['executors=3', 1],
    ['executors=3.0', 1],
    ['executors=1', 0],
    ['cached=true', 1],
    ['cached=TRUE', 0],
  ] as const) {
    const stats = await answer(t, [sent], {field})
    assert.deepEqual([stats.runs!.total, stats.users.total, stats.features], [runs, runs, null], field)
    assert.ok(stats.unanswered.includes('features') && stats.quality.unpaired === null)
  }
  const {unknownFilters} = await answer(t, [sent], {field: 'mode=fast'})
  assert.deepEqual(unknownFilters, [{name: 'field', value: 'mode=fast', known: ['mode=local', 'mode=remote']}])
  await assert.rejects(answer(t, [sent], {field: 'colour=red'}), {
    code: 'USAGE_QUERY_INVALID',
    message: 'the project declares no field "colour"',
    next: 'Choose one of its fields: executors, mode, cached.',
  })
  await assert.rejects(answer(t, [sent], {field: 'mode'}), /field must be NAME=VALUE/)
  await assert.rejects(answer(t, [sent], {field: 'mode=local', internal: '1'}), /field must not be combined/)
})

test('it has every key of the model without any data, and null for unknown values', async t => {
  const stats = await answer(t, [])
  const {quality, ...rest} = JSON.parse(JSON.stringify(stats)) as Stats
  const {storeBytes, lastReport, erased, featuresSince, runsSince, freeBytes, growthBytes, diskFullOn, ...known} =
    quality
  assert.ok(storeBytes > 0 && freeBytes! > 0)
  assert.equal(lastReport, null)
  const {tables, bytesPerRun, bytesPerFeature, ...counts} = known
  assert.deepEqual([tables, bytesPerRun, bytesPerFeature], [null, null, null])
  assert.deepEqual([featuresSince, runsSince, growthBytes, diskFullOn], [null, null, null, null])
  assert.deepEqual(erased, {runs: 0, features: 0})
  assert.deepEqual(new Set(Object.values(counts)), new Set([0]))
  assert.deepEqual(Object.keys(rest), [
    ...[
      'project',
      'from',
      'to',
      'by',
      'year',
      'periods',
      'marks',
      'filters',
      'fewUsers',
      'since',
      'unanswered',
      'users',
      'hosts',
      'uncertainUsers',
      'userFlow',
      'runs',
      'scripts',
    ],
    ...[
      'duration',
      'outcomes',
      'successRate',
      'commonestFault',
      'exitCodes',
      'versionOutcomes',
      'conspicuous',
      'versions',
      'upgrades',
      'adoption',
      'beforeAndAfter',
      'systems',
    ],
    ...[
      'readableSystems',
      'systemVersions',
      'architectures',
      'schedulers',
      'agents',
      'applications',
      'components',
      'commits',
      'ci',
      'fields',
      'features',
      'details',
      'featureOutcomes',
      'featureVersionOutcomes',
      'unusedFeatures',
      'clients',
      'trend',
      'unknownFilters',
    ],
  ])
  assert.equal(rest.commonestFault, null)
  assert.equal(rest.duration!.p99Seconds, null)
  const {periods, n, mean, median, max, values, users} = rest.fields!['executors']!
  assert.deepEqual([periods.length, n, mean, median, max, values, users], [12, 0, null, null, null, null, 0])
  assert.deepEqual(rest.unusedFeatures, ['Load.v1', 'Rebin.v1', 'Fit.v1'])
})

test('it names users who are known only through agents or by new homes, and counts them as users', async t => {
  const agent = {agent: 'codex'}
  const isNewSecret = true
  const {users, uncertainUsers} = await answer(t, [
    {events: ended(1), header: {user: pseudonym('ann'), ...agent}},
    {events: ended(2), header: {user: pseudonym('ann')}},
    {events: ended(3), header: {user: pseudonym('bob'), ...agent}},
    {events: ended(4), header: {user: pseudonym('bob'), agent: 'gemini', isNewSecret}},
    {events: ended(5), header: {user: pseudonym('cat'), isNewSecret}},
    {events: ended(6), header: {user: pseudonym('dan'), isNewSecret}},
    {events: ended(7), header: {user: pseudonym('robot'), isNewSecret, ...agent, ci: 'gitlab'}},
    {events: ended(8), header: {user: null, ...agent, isNewSecret}},
  ])
  assert.deepEqual([users.low, users.high], [4, 5])
  assert.deepEqual(uncertainUsers, [
    {kind: 'only-agents', users: 1, usersLow: 1, usersHigh: 1},
    {kind: 'only-new-homes', users: 2, usersLow: 2, usersHigh: 2},
  ])
})

test('it bounds users who are known only by new homes, where pseudonyms changed', async t => {
  const of = (user: string, period: string, isNewSecret: boolean) => ({user: pseudonym(user), period, isNewSecret})
  const {uncertainUsers} = await answer(t, [
    ...['a', 'b', 'c'].map((user, index) => ({events: ended(index), header: of(user, '2025-07-01', true)})),
    {events: ended(4), header: of('d', '2025-07-01', false)},
    {events: ended(5), header: of('e', '2026-07-01', true)},
    {events: ended(6), header: of('f', '2026-07-01', false)},
  ])
  // One of a, b and c may be f under another pseudonym; each of them may be another person than e.
  assert.deepEqual(uncertainUsers, [{kind: 'only-new-homes', users: null, usersLow: 2, usersHigh: 4}])
})

test('it lists coding agents, whose runs are runs of users, and filters by them', async t => {
  const sent = [
    {events: ended(1), header: {agent: 'codex'}},
    {events: ended(2), header: {agent: 'codex', user: pseudonym('bob')}},
    {events: ended(3)},
  ]
  const {agents, users} = await answer(t, sent)
  assert.equal(users.total, 2)
  assert.partialDeepStrictEqual(agents, [
    {name: 'codex', runs: 2, users: 2},
    {name: null, runs: 1, users: 1},
  ])
  const runsWith = async (agent: string) => (await answer(t, sent, {agent})).runs?.total
  assert.deepEqual(
    [await runsWith('only'), await runsWith('none'), await runsWith('codex'), await runsWith('x')],
    [2, 1, 2, 0],
  )
})

test('it lists versions and systems by runs, including unknown ones, and counts CI separately', async t => {
  const {versions, systems, users, runs, quality} = await answer(t, [
    {events: ended(1)},
    {events: ended(2), header: {version: '2.0', ci: 'gitlab', user: pseudonym('robot')}},
    {events: [...ended(3), ...ended(4)], header: {version: null, os: null}},
  ])
  assert.deepEqual(versions, [
    {version: null, ...usage(2, 1)},
    {version: '1.0', ...usage(1, 1)},
    {version: '2.0', ...usage(1, 0)},
  ])
  assert.deepEqual(Object.fromEntries(systems!.map(({name, runs: count}) => [String(name), count])), {
    Linux: 2,
    null: 2,
  })
  assert.deepEqual([users.total, runs!.total, quality.ciRuns], [1, 4, 1])
})

test('it compares nothing with an empty time: of a range in the future, or of the 29th of February', async t => {
  const sent = [{events: [startOf(1, Date.parse('2023-01-01'))]}]
  const compared = async (asked: Record<string, string>) => {
    const {trend} = await answer(t, sent, asked)
    return [trend.previous, trend.yearBefore].map(({reason, runs}) => [reason, runs])
  }
  const nothing = ['not-collected', null]
  assert.deepEqual(await compared({year: '2030'}), [nothing, nothing])
  assert.deepEqual(await compared({from: '2024-02-29', to: '2024-02-29'}), [[null, 0], nothing])
})

test('it knows no number of people exactly if one of its months has only uses that do not say who', async t => {
  const {users} = await answer(
    t,
    [
      {events: [featureOf(1, Date.parse('2026-01-10'))], header: {user: null, host: null}},
      {events: [featureOf(2, Date.parse('2026-02-10'))], header: {user: null, host: null}},
      {events: [startOf(1, Date.parse('2026-02-10'))]},
    ],
    {from: '2026-01-01', to: '2026-02-28'},
  )
  assert.deepEqual([users.total, users.low, users.high], [null, 1, 2])
  assert.deepEqual([users.runsWithUser, users.runsWithoutUser, users.daysWithoutUser], [1, 1, 1])
  assert.deepEqual(
    users.periods.map(({low, high}) => [low, high]),
    [
      [0, 1],
      [1, 1],
    ],
  )
})
