import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Stats} from '../../../src/stats/model/model.ts'
import {hideSmallCells} from '../../../src/stats/public/small-cells.ts'
import {sample, usage} from '../sample-stats.ts'

const exact = (total: number) => ({total, exact: true, low: total, high: total})
const month = (period: string, value: number) => ({period, value, complete: true, exact: true, low: value, high: value})

const allSay = {runsWithUser: 50, runsWithoutUser: 0, daysWithoutUser: 0}

/** The sample with these users and runs in each month. */
function statsOf(months: readonly (readonly [users: number, runs: number])[]): Stats {
  const labels = months.map((_, index) => `2026-0${index + 1}`)
  const total = Math.max(0, ...months.map(([users]) => users))
  const runs = {...exact(1), periods: months.map(([, count], index) => month(labels[index]!, count))}
  const users = months.map(([count], index) => ({...month(labels[index]!, count), ...allSay, onSeveralDays: exact(0)}))
  return {...sample, users: {...exact(total), ...allSay, onSeveralDays: exact(0), periods: users}, runs}
}

const shownMonths = (stats: Stats): string[] => stats.runs!.periods.map(({period}) => period)

test('it leaves out months of few users and the next smallest month, which a sum would reveal', () => {
  const found = hideSmallCells(
    statsOf([
      [9, 20],
      [3, 5],
      [7, 10],
      [12, 30],
      [0, 0],
    ]),
  )!
  assert.deepEqual(found.hiddenPeriods, ['2026-02', '2026-03'])
  for (const {periods} of [found.stats.runs!, found.stats.users])
    assert.deepEqual(
      periods.map(({period}) => period),
      ['2026-01', '2026-04', '2026-05'],
    )
})

test('it leaves out a month with runs but without known users', () => {
  const found = hideSmallCells(
    statsOf([
      [9, 20],
      [0, 5],
      [7, 10],
    ]),
  )!
  assert.deepEqual(shownMonths(found.stats), ['2026-01'])
})

test('it changes nothing if all cells have enough users', () => {
  const stats = statsOf([
    [9, 20],
    [5, 10],
  ])
  const {hiddenPeriods, stats: shown} = hideSmallCells(stats)!
  assert.deepEqual([hiddenPeriods, shownMonths(shown)], [[], ['2026-01', '2026-02']])
})

test('it hides rows of few users and the next smallest row, and counts them', () => {
  const named = [
    ['big', 90],
    ['middle', 20],
    ['small', 2],
  ] as const
  const systems = named.map(([name, users]) => ({name, ...usage(users * 10, users)}))
  const versions = systems.map(({name, ...counts}) => ({version: name, ...counts}))
  const stats: Stats = {...statsOf([[9, 20]]), systems, versions, schedulers: [], applications: [], features: []}
  const found = hideSmallCells(stats)!
  assert.deepEqual(found.stats.systems, [systems[0]])
  assert.deepEqual(found.stats.versions, [versions[0]])
  assert.equal(found.hiddenRows, 4)
})

test('it leaves out small rows alone if enough people are behind them together', () => {
  const row = (version: string, users: number) => ({version, ...usage(users * 10, users)})
  const rows = [row('2.0', 90), row('1.1', 4), row('1.0', 4)]
  const shown = (together: number, versions = rows) => {
    const fewUsers = [{answer: 'versions', usersLow: together}] as const
    return hideSmallCells({...statsOf([[99, 980]]), versions, fewUsers, adoption: []})!.stats.versions!.map(
      ({version}) => version,
    )
  }
  assert.deepEqual([shown(4), shown(5)], [[], ['2.0']])
})

test('it hides how many users are not in a row if they are one to four', () => {
  const bounds = (users: number) => {
    const versions = [{version: '2.0', ...usage(500, users)}]
    const {versions: shown} = hideSmallCells({...statsOf([[100, 500]]), versions, adoption: []})!.stats
    const [{users: exactly, usersLow, usersHigh}] = shown as [(typeof versions)[number]]
    return [exactly, usersLow, usersHigh]
  }
  assert.deepEqual([95, 96, 99, 100].map(bounds), [
    [95, 95, 95],
    [null, 95, 100],
    [null, 95, 100],
    [100, 100, 100],
  ])
})

test('it removes longest runs, field values, exit codes, full system names and user flow', () => {
  const {stats} = hideSmallCells(statsOf([[9, 20]]))!
  const {fields, exitCodes, readableSystems, userFlow, duration} = stats
  assert.deepEqual([fields, exitCodes, readableSystems, userFlow], [null, null, null, []])
  const {versionOutcomes, featureOutcomes, featureVersionOutcomes, conspicuous, upgrades} = stats
  for (const one of [versionOutcomes, featureOutcomes, featureVersionOutcomes, conspicuous, upgrades])
    assert.equal(one, null)
  assert.ok([duration!, ...duration!.periods].every(({p99Seconds}) => p99Seconds === null))
  const [load] = sample.features!
  const {features} = hideSmallCells({
    ...statsOf([[9, 20]]),
    features: [{...load!, users: 9, usersLow: 9, usersHigh: 9}],
  })!.stats
  assert.deepEqual([features![0]!.p50Seconds, features![0]!.p99Seconds, features![0]!.maxSeconds], [0.21, null, null])
})

test('it hides a second cell of a version over time if the row for the range would reveal the first', () => {
  const row = (version: string, users: number) => ({version, ...usage(users, users)})
  const adoption = [
    {period: '2026-01', complete: true, versions: [row('1', 9), row('2', 8)]},
    {period: '2026-02', complete: true, versions: [row('1', 9), row('3', 6), row('2', 2)]},
    {period: '2026-03', complete: true, versions: [row('1', 30), row('2', 20), row('3', 10)]},
  ]
  const stats = statsOf([
    [9, 17],
    [9, 17],
    [30, 60],
  ])
  const shown = (versions: Stats['versions']) =>
    hideSmallCells({...stats, versions, adoption})!.stats.adoption!.map(one => one.versions.map(({version}) => version))
  assert.deepEqual(shown([row('1', 48), row('2', 30), row('3', 16)]), [[], [], ['1', '2', '3']])
})

test('it leaves out durations of few runs, and with them the next smallest, which the mean of all would reveal', () => {
  const times = {meanSeconds: 7, p50Seconds: 7, p90Seconds: 7, p99Seconds: 7, percentileBound: 0}
  const labels = ['2026-01', '2026-02', '2026-03', '2026-04']
  const meansOf = (counts: readonly number[]) => {
    const periods = counts.map((n, index) => ({period: labels[index]!, complete: true, n, ...times}))
    const n = counts.reduce((sum, one) => sum + one, 0)
    const stats = statsOf(counts.map(() => [9, 20]))
    const {duration} = hideSmallCells({...stats, duration: {n, ...times, periods}})!.stats
    return [duration!, ...duration!.periods].map(({meanSeconds}) => meanSeconds)
  }
  assert.deepEqual(meansOf([9, 1, 5, 20]), [7, 7, null, null, 7])
  assert.deepEqual(meansOf([9, 3, 3, 20]), [7, 7, null, null, 7])
  assert.deepEqual(meansOf([9, 5, 20]), [7, 7, 7, 7])
  assert.deepEqual(meansOf([1, 3]), [null, null, null])
})

const bounds = (low: number, high: number) => ({total: null, exact: false, low, high})
const say = (runsWithUser: number, runsWithoutUser: number, daysWithoutUser: number) => ({
  runsWithUser,
  runsWithoutUser,
  daysWithoutUser,
})
const withUsers = (users: object): Stats => {
  const stats = statsOf([[9, 20]])
  return {...stats, users: {...stats.users, ...users}}
}

test('it shows data without users if there are enough runs on enough days', () => {
  assert.equal(hideSmallCells(withUsers({...bounds(0, 400), ...say(0, 19, 30)})), null)
  assert.equal(hideSmallCells(withUsers({...bounds(0, 400), ...say(0, 400, 4)})), null)
  const {users} = hideSmallCells(withUsers({...bounds(0, 400), ...say(0, 400, 5)}))!.stats
  assert.deepEqual([users.low, users.high, users.runsWithUser, users.runsWithoutUser], [0, 400, 0, 400])
})

test('it hides how many runs few known users made beside many unknown runs', () => {
  const {users} = hideSmallCells(withUsers({...bounds(3, 403), ...say(20, 400, 30)}))!.stats
  assert.deepEqual([users.low, users.high, users.runsWithUser, users.runsWithoutUser], [0, 403, null, null])
  const few = hideSmallCells(withUsers({...bounds(9, 11), ...say(80, 2, 2)}))!.stats.users
  assert.deepEqual([few.low, few.high, few.runsWithUser, few.daysWithoutUser], [9, 14, null, null])
})

test('it hides how many users were seen on several days if they or the others are few', () => {
  const shown = (total: number) =>
    hideSmallCells(withUsers({...exact(12), onSeveralDays: exact(total)}))!.stats.users.onSeveralDays
  for (const few of [1, 4, 8, 11]) assert.deepEqual(shown(few), bounds(0, 12), `${few}`)
  for (const many of [0, 5, 7, 12]) assert.deepEqual(shown(many), exact(many))
})

test('it hides users who may not be people if the others, a hidden row of agents, are few', () => {
  const shown = (users: number) => {
    const uncertainUsers = [{kind: 'only-agents', users, usersLow: users, usersHigh: users}] as const
    return hideSmallCells({...withUsers(exact(12)), uncertainUsers})!.stats.uncertainUsers.length
  }
  assert.deepEqual([4, 5, 7, 8, 11, 12].map(shown), [0, 1, 1, 0, 0, 1])
})

test('it hides an earlier time of few users, and with it the change', () => {
  const stats = statsOf([[9, 20]])
  const previous = {...stats.trend.previous, users: 3, usersLow: 3, usersHigh: 3}
  const {trend} = hideSmallCells({...stats, trend: {...stats.trend, previous}})!.stats
  assert.deepEqual([trend.previous.reason, trend.previous.runs, trend.runsChange], ['few-users', null, null])
  assert.equal(trend.yearBefore.runsChange, stats.trend.yearBefore.runsChange)
})

test('it returns null for fewer than five users', () => {
  assert.equal(hideSmallCells(statsOf([[4, 100]])), null)
  assert.ok(hideSmallCells(statsOf([[5, 100]])))
})
