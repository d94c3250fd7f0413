import {type Breakdowns, breakdowns, type UserBounds} from '../../src/stats/model/breakdowns.ts'
import {noFilters} from '../../src/stats/model/filters.ts'
import type {DetailStats, FieldCounts, FieldStats, Stats} from '../../src/stats/model/model.ts'

export const exact = (total: number) => ({total, exact: true, low: total, high: total})
export const measure = (...values: number[]) => ({
  onSeveralDays: exact(0),
  ...exact(values.reduce((sum, value) => sum + value, 0)),
  periods: values.map((value, index) => ({
    period: `2026-0${index + 1}`,
    value,
    complete: index < values.length - 1,
    exact: true,
    low: value,
    high: value,
    onSeveralDays: exact(0),
    ...allSay(value),
  })),
})
const allSay = (runs: number) => ({runsWithUser: runs, runsWithoutUser: 0, daysWithoutUser: 0})

const usersOf = (users: number) => ({
  ...{reason: null, users, usersExact: true, usersLow: users, usersHigh: users},
  ...allSay(10),
})

/** An exact number of users in a row of a table. */
export const people = (users: number) => ({users, usersLow: users, usersHigh: users})
/** A row in which all runs say who started them. */
export const usage = (runs: number, users: number) => ({runs, ...people(users), runsWithoutUser: 0, daysWithoutUser: 0})
/** A field of the whole range, and the same in its first period. */
const fieldOf = (counts: Omit<FieldCounts, keyof UserBounds | 'runsWithoutUser' | 'daysWithoutUser'>): FieldStats => {
  const {runs: _, ...ofPeople} = usage(counts.n, Math.min(9, counts.n))
  const field = {...counts, ...ofPeople}
  return {...field, periods: [{period: '2026-01', ...field, complete: true}]}
}
/** Ten uses by three people. */
const detailOf = (changes: Partial<DetailStats>): DetailStats => ({
  ...{type: 'Algorithm', name: 'Load.v1', detail: 'mode', value: 'local', count: 10, ...ofFeature(3)},
  ...{mean: null, median: null, max: null},
  ...changes,
})
const ofFeature = (users: number) => ({...people(users), usesWithoutUser: 0, daysWithoutUser: 0})

const breakdownsOf = (items: (column: string) => readonly object[]): Breakdowns =>
  Object.fromEntries(breakdowns.map(({key, columns}) => [key, items(columns[0])])) as unknown as Breakdowns

const fault = (signal: string) => ({exitCode: null, signal, runs: 42, share: 0.42})
const outcomesOfSample = {
  ...{runs: 4, ok: 1, failed: 1, signal: 1, lost: 1, running: 0, unknown: 0, successRate: 1 / 3},
  faults: [
    {exitCode: 1, signal: null, runs: 1, share: 1 / 3},
    {exitCode: null, signal: 'SIGSEGV', runs: 1, share: 1 / 3},
  ],
}
const outcomesOfHostile = {...outcomesOfSample, faults: [outcomesOfSample.faults[1]!]}

/** Sample answers for tests of formats. */
export const sample: Stats = {
  project: 'parsl',
  from: '2026-01-01',
  to: '2026-03-10',
  by: 'month',
  year: null,
  filters: noFilters,
  unanswered: [],
  unknownFilters: [],
  periods: ['2026-01', '2026-02', '2026-03'].map(period => ({
    period,
    from: `${period}-01`,
    to: `${period}-28`,
    complete: true,
  })),
  fewUsers: [],
  beforeAndAfter: [
    {
      ...{day: '2026-01-20', label: 'Paper', kind: 'milestone', side: 'before', from: '2025-12-23', to: '2026-01-19'},
      ...{reason: 'not-collected', runs: null, users: null, usersLow: null, usersHigh: null},
      ...{successRate: null, successLow: null, successHigh: null},
    },
    {
      ...{day: '2026-01-20', label: 'Paper', kind: 'milestone', side: 'after', from: '2026-01-20', to: '2026-02-16'},
      ...{reason: null, runs: 18, ...people(7), successRate: 0.9, successLow: 0.8, successHigh: 0.95},
    },
    {
      ...{day: '2026-02-03', label: '2.0', kind: 'version', side: 'before', from: '2026-01-06', to: '2026-02-02'},
      ...{reason: null, runs: 15, ...people(6), successRate: 0.9, successLow: 0.8, successHigh: 0.95},
    },
    {
      ...{day: '2026-02-03', label: '2.0', kind: 'version', side: 'after', from: '2026-02-03', to: '2026-03-02'},
      ...{reason: null, runs: 22, ...people(8), successRate: 0.58, successLow: 0.5, successHigh: 0.7},
    },
  ],
  marks: [{day: '2026-02-03', label: '2.0', kind: 'version'}],
  uncertainUsers: [],
  userFlow: [],
  since: '2025-06-01',
  users: {...measure(4, 8, 2), ...exact(9), ...allSay(42)},
  hosts: measure(1, 0, 0),
  runs: measure(10, 20, 12),
  scripts: measure(1, 1, 1),
  duration: {
    ...{n: 38, meanSeconds: 125, p50Seconds: 9, p90Seconds: 30.25, p99Seconds: 7260},
    percentileBound: 0,
    periods: [],
  },
  outcomes: {ok: 30, failed: 5, signal: 1, lost: 2, running: 3, unknown: 1, periods: []},
  successRate: {value: 30 / 36, low: 30 / 39, high: 33 / 39, periods: []},
  commonestFault: {exitCode: 137, signal: null, runs: 4},
  exitCodes: [
    {exitCode: 0, runs: 30},
    {exitCode: 137, runs: 4},
    {exitCode: 1, runs: 1},
  ],
  versionOutcomes: [
    {
      version: '3.5.2',
      ...{runs: 40, ok: 30, failed: 4, signal: 1, lost: 2, running: 2, unknown: 1, successRate: 30 / 35},
      faults: [
        {exitCode: 137, signal: null, runs: 4, share: 4 / 35},
        {exitCode: null, signal: 'SIGSEGV', runs: 1, share: 1 / 35},
      ],
    },
    {
      version: null,
      ...{runs: 2, ok: 0, failed: 0, signal: 1, lost: 0, running: 1, unknown: 0, successRate: 0},
      faults: [{exitCode: null, signal: 'SIGSEGV', runs: 1, share: 1}],
    },
  ],
  featureOutcomes: [
    {type: 'Algorithm', name: 'Load.v1', ...outcomesOfSample},
    {type: 'Algorithm', name: 'Fit.v1', ...outcomesOfHostile},
  ],
  featureVersionOutcomes: [
    {type: 'Algorithm', name: 'Load.v1', version: '3.5.2', ...outcomesOfSample},
    {type: 'Algorithm', name: 'Fit.v1', version: '3.5.2', ...outcomesOfHostile},
  ],
  conspicuous: [
    {
      ...{version: '3.5.2', type: 'Algorithm', name: 'Load.v1', runs: 100, failures: 45, failureShare: 0.45},
      ...{otherRuns: 1000, otherShare: 0.08, faults: [fault('SIGSEGV')]},
    },
    {
      ...{version: '3.5.1', type: null, name: null, runs: 50, failures: 20, failureShare: 0.4},
      ...{otherRuns: 1000, otherShare: 0.08, faults: [{exitCode: 3, signal: null, runs: 20, share: 0.4}]},
    },
  ],
  features: [
    {
      ...{type: 'Algorithm', name: 'Load.v1', count: 1500, internalCount: 400, runs: 4, ...ofFeature(3)},
      ...{meanSeconds: 0.2571},
      ...{p50Seconds: 0.21, p90Seconds: 0.4, p99Seconds: 1.25, maxSeconds: 7.5, percentileBound: 0.0108},
    },
    {
      ...{type: 'Interface', name: 'ISIS Reflectometry', count: 1, internalCount: 0, runs: 1, ...ofFeature(1)},
      ...{
        meanSeconds: null,
        p50Seconds: null,
        p90Seconds: null,
        p99Seconds: null,
        maxSeconds: null,
        percentileBound: null,
      },
    },
  ],
  details: [detailOf({value: 'local'}), detailOf({detail: 'depth', value: null, mean: 2.5, median: 2, max: 4})],
  unusedFeatures: ['Rebin.v1', 'Fit.v1'],
  ...breakdownsOf(() => []),
  versions: [
    {version: '3.5.2', ...usage(40, 9)},
    {version: null, ...usage(2, 1)},
  ],
  systems: [{name: 'Linux', ...usage(42, 9)}],
  adoption: [],
  upgrades: {
    month: '2026-02',
    users: 8,
    versions: [
      {
        ...{version: '3.5.2', users: 6, share: 0.75, usersUpTo: 8, shareUpTo: 1},
        ...{firstDay: '2026-01-12', halfAfterDays: 21},
      },
      {version: '3.5.1', users: 3, share: 0.375, usersUpTo: 2, shareUpTo: 0.25, firstDay: null, halfAfterDays: null},
    ],
  },
  readableSystems: [{name: null, ...usage(42, 9)}],
  schedulers: [{name: 'slurm', ...usage(42, 9)}],
  agents: [{name: 'codex', ...usage(42, 9)}],
  ci: {runs: 3, share: 3 / 42, vendors: [{name: 'gitlab', runs: 3}]},
  fields: {
    executors: fieldOf({n: 38, mean: 2.105, median: 2, max: 64, values: null}),
    mode: fieldOf({n: 2, mean: null, median: null, max: null, values: [{value: 'local', ...usage(2, 1)}]}),
    unset: fieldOf({n: 0, mean: null, median: null, max: null, values: []}),
  },
  trend: {
    previous: {from: '', to: '', runs: 31, ...usersOf(9)},
    yearBefore: {from: '', to: '', runs: 21, ...usersOf(9), runsChange: 1, usersChange: 0},
    runsChange: 0.29,
    usersChange: -0.5,
    complete: false,
  },
  clients: [
    {name: 'usage', version: '1.2.0', reports: 40},
    {name: null, version: null, reports: 2},
  ],
  quality: {
    duplicates: 4,
    refused: 1,
    unpaired: 0,
    clamped: 0,
    wrongPeriods: 0,
    undeclaredFields: 0,
    folded: 0,
    beyondBudget: 0,
    pending: 0,
    erased: {runs: 0, features: 0},
    datagrams: 0,
    datagramsLost: 0,
    datagramsUnknown: 0,
    ciRuns: 3,
    lastReport: null,
    featuresSince: null,
    runsSince: null,
    tables: [{name: 'runs', bytes: 4_096, rows: 10}],
    bytesPerRun: 410,
    bytesPerFeature: null,
    storeBytes: 123_456,
    freeBytes: 9_000_000,
    growthBytes: null,
    diskFullOn: null,
  },
}

/** A hostile name: markup, formulas, cursor movement, changed direction of writing. */
export const hostile =
  '=cmd()|\u001b[2J</script><img src=x onerror=alert(1)>\u0007\r\n\u009b31m\u202eb\u2066\t"\'`*[x](y)'

/** Answers in which every name is hostile. */
export const hostileStats: Stats = {
  ...sample,
  project: hostile,
  filters: {...noFilters, application: hostile, appVersion: hostile},
  features: [{...sample.features![0]!, name: hostile, type: hostile}],
  versionOutcomes: [{...sample.versionOutcomes![0]!, version: hostile, faults: [fault(hostile)]}],
  featureOutcomes: [{type: hostile, name: hostile, ...outcomesOfHostile}],
  featureVersionOutcomes: [{type: hostile, name: hostile, version: hostile, ...outcomesOfHostile}],
  conspicuous: [{...sample.conspicuous![0]!, type: hostile, name: hostile, version: hostile, faults: [fault(hostile)]}],
  details: [detailOf({type: hostile, name: hostile, detail: hostile, value: hostile})],
  clients: [{name: hostile, version: hostile, reports: 1}],
  unusedFeatures: [hostile],
  ...breakdownsOf(column => [
    {[column]: hostile, ...usage(1, 1)},
    {[column]: 'b', ...usage(1, 1)},
  ]),
  upgrades: {...sample.upgrades!, versions: [{...sample.upgrades!.versions[0]!, version: hostile}]},
  adoption: [{period: '2026-01', versions: [{version: hostile, ...usage(1, 1)}], complete: true}],
  ci: {runs: 1, share: 1, vendors: [{name: hostile, runs: 1}]},
  fields: {[hostile]: fieldOf({n: 1, mean: null, median: null, max: null, values: [{value: hostile, ...usage(1, 1)}]})},
  commonestFault: {exitCode: null, signal: hostile, runs: 2},
}
