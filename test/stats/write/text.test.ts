import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Stats} from '../../../src/stats/model/model.ts'
import {type Paint, plainPaint} from '../../../src/stats/write/text/paint.ts'
import {writeStats} from '../../../src/stats/write/text.ts'
import {hostile, hostileStats, measure, sample, usage} from '../sample-stats.ts'

const write = (changes: Partial<Stats> = {}, width = 80, paint: Paint = plainPaint): string =>
  writeStats({...sample, ...changes}, {paint, width})

test('it answers the questions of a maintainer in this order', () => {
  const text = write()
  const facts = [
    /^parsl {2}2026-01-01 to 2026-03-10, by month$/m,
    /^ {2}users {5}9 {2}▄█▂$/m,
    /^ {2}hosts {5}1 {2}█··$/m,
    /^ {2}3 months from 2026-01 \(the last is incomplete\)$/m,
    /^ {2}29 % more runs and 50 % fewer users than in the previous range \(31 runs\)\.$/m,
    /^Outcomes of 42 runs$/m,
    /^ {2}ok {7}30 {3}71 % {2}█+▍? +exit code 0$/m,
    /^ {2}83 % of the ended runs succeeded \(77 % if all lost and unknown runs failed,\n {2}85 % if all succeeded\)\.$/m,
    /Most common fault: exit code 137, in 4 of the 6 failed runs\./,
    /Exit codes: 0 in 30, 137 in 4, 1 in 1/,
    /^Duration of 38 ended runs$/m,
    /2 min 5 s on average\n {2}half took at most 9 s, 90 % at most 30.3 s, 99 % at most 2 h 1 min/,
    /^ {2}name +type +direct +internal +runs +users +mean$/m,
    /^ {2}Load\.v1 +Algorithm +1,100 +400 +4 +3 +0\.257 s$/m,
    /^Unused features: 2\n {2}Rebin\.v1, Fit\.v1$/m,
    /^ {2}3\.5\.2 +40 +9 {2}█+▎?$/m,
    /^ {2}unknown +2 +1 {2}▊$/m,
    /executors in 38 runs by 9 people: mean 2\.1, median 2, max 64\n {2}mode in 2 runs by 2 people: local in 2 by 1 person/,
    /3 runs of CI \(not counted as users\), 4 events received again and counted once,\n {2}1 event rejected/,
    /store of 123\.5 kB, 410 bytes a run\n$/,
  ]
  let after = 0
  for (const fact of facts) {
    const found = text.slice(after).search(fact)
    assert.ok(found >= 0, `${fact} after:\n${text.slice(0, after)}\n--- in:\n${text.slice(after)}`)
    after += found
  }
  assert.doesNotMatch(text, /unset|null|undefined|NaN/)
})

test('it says that a store does not know its duplicates, but not with a filter', () => {
  const quality = {...sample.quality, duplicates: null}
  const unknown = /unknown how many events were received again/
  assert.match(write({quality}), unknown)
  assert.doesNotMatch(write({quality, unanswered: ['quality.duplicates']}), unknown)
})

test('it fits into the width of the terminal', () => {
  const periods = Array.from({length: 365}, (_, index) => ({...sample.users.periods[0]!, period: String(index)}))
  const long = 'x'.repeat(128)
  for (const width of [40, 70, 80, 100, 120]) {
    const text = write(
      {
        users: {...sample.users, periods},
        runs: {...sample.runs!, periods: periods.map(one => ({...one, value: 1}))},
        features: [{...sample.features![0]!, name: long, type: long}],
        unusedFeatures: [long, 'b'],
        versions: [{version: long, ...usage(1, 1)}],
      },
      width,
    )
    const tables = text.split('\n').filter(line => /[▁-█]|x{9}/.test(line))
    assert.ok(tables.length > 5)
    for (const line of width < 70 ? [] : tables) assert.ok([...line].length <= width, `${width}: ${line}`)
  }
})

test('it shows new, returning and lost users of the last complete period, and marks the incomplete one', () => {
  const flow = {since: '2026-01-01', new: 3, returning: 4, lost: 1, reason: null, complete: true}
  const text = write({
    userFlow: [
      {...flow, period: '2026-02'},
      {...flow, lost: null, period: '2026-03', complete: false},
    ],
  })
  assert.match(
    text,
    /In 2026-02: 3 users first seen since 2026-01-01, 4 returning, 1 lost since the\s+previous month\./,
  )
  assert.match(text, /the last is incomplete/)
})

test('it says that there is no data', () => {
  const empty = {runs: measure(0, 0), users: {...sample.users, ...measure(0, 0)}, features: []}
  const text = write({...empty, quality: {...sample.quality, duplicates: 0, refused: 0, ciRuns: 0}})
  assert.match(text, /No data in this range/)
  assert.doesNotMatch(text, /Outcomes/)
})

test('it shows bounds if the number of users is not exact', () => {
  const text = write({users: {...sample.users, total: null, exact: false, low: 9, high: 15}})
  assert.match(text, /users {4}9 to 15 {2}▄/)
  assert.match(text, /There were between 9 and 15 users\. Pseudonyms changed during this time\./)
})

test('it says that users are unknown where no run says who started it, and names the year and the first day', () => {
  const unknown = {total: null, exact: false, low: 0, high: 400}
  const users = {...sample.users, ...unknown, runsWithUser: 0, runsWithoutUser: 400, daysWithoutUser: 90}
  const row = {version: '2025.03.17', ...usage(400, 0), users: null, usersHigh: 400, runsWithoutUser: 400}
  const flow = {period: '2026-01', since: '2026-01-01', new: 0, returning: 0, lost: 0, reason: null, complete: true}
  const text = write({users, versions: [row], year: 'FY2025/26', userFlow: [flow]})
  assert.match(text, /^parsl {2}FY2025\/26, 2026-01-01 to 2026-03-10, by month$/m)
  assert.match(text, /^ {2}users {4}unknown {2}/m)
  assert.match(text, /Users are unknown: 0 of 400 runs say who started them\./)
  assert.match(text, /2025\.03\.17 +400 +unknown/)
  assert.match(text, /data since 2025-06-01/)
  assert.doesNotMatch(text, /seen on at least two days|first seen since/)
})

test('it never rounds up to 100 %, and describes a single failed run and an unknown success rate', () => {
  const outcomes = {ok: 999, failed: 1, signal: 0, lost: 0, running: 0, unknown: 0, periods: []}
  const successRate = {value: 0.999, low: 0.999, high: 0.999, periods: []}
  const text = write({
    outcomes,
    successRate,
    runs: measure(500, 500),
    commonestFault: {exitCode: null, signal: 'SIGSEGV', runs: 1},
  })
  assert.match(text, />99 % of the ended runs succeeded\.$/m)
  assert.match(text, /The only failed run ended with signal SIGSEGV\./)
  const unknown = write({successRate: {value: null, low: 0, high: 1, periods: []}, commonestFault: null})
  assert.match(unknown, /The success rate is unknown \(0 % if .* 100 %/)
})

test('it replaces characters of names that move the cursor, hide text or change its direction', () => {
  const text = writeStats(hostileStats, {paint: plainPaint, width: 100, title: hostile})
  assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  assert.ok(text.split('?[2J').length > 8)
})

test('it draws the incomplete period dim, and outcomes in different colours', () => {
  const tagged = (tag: string) => (text: string) => `<${tag}>${text}</${tag}>`
  const [bold, dim, red, green, yellow, cyan] = ['bold', 'dim', 'red', 'green', 'yellow', 'cyan'].map(tagged)
  const text = write({}, 80, {bold, dim, red, green, yellow, cyan} as Paint)
  assert.match(text, /▄█<dim>▂<\/dim>/)
  assert.match(text, /ok .*<green>█/)
  assert.match(text, /failed .*<red>█/)
  assert.match(text, /lost .*<yellow>/)
})

test('it writes large changes as multiples instead of percentages', () => {
  const trend = {...sample.trend, runsChange: 24.6, usersChange: null}
  assert.match(write({trend}), /26 times as many runs as in the previous range \(31 runs\)\./)
  assert.match(
    write({trend: {...trend, runsChange: 4, usersChange: -0.5}}),
    /5 times as many runs as in the previous range \(31 runs\), and 50 % fewer\s+users\./,
  )
})

test('it draws success rate and duration over time if there are several periods', () => {
  const periods = [0.5, null, 1].map((value, index) => ({
    ...{period: `2026-0${index + 1}`, complete: true},
    ...{value, low: value, high: value},
    ...{n: 1, meanSeconds: value, p50Seconds: value, p90Seconds: value, p99Seconds: value, percentileBound: 0},
  }))
  const over = (count: number): string =>
    write({
      successRate: {...sample.successRate!, periods: periods.slice(0, count)},
      duration: {...sample.duration!, periods: periods.slice(0, count)},
    })
  assert.match(over(3), /success rate, over time {2}▄·█\n/)
  assert.match(over(3), /median, over time {2}▄·█\n/)
  assert.doesNotMatch(over(2), /over time/)
})

test('it shows runs without a batch system as none, and no users for CI', () => {
  const schedulers = [
    {name: null, ...usage(5, 2)},
    {name: 'slurm', ...usage(1, 1)},
  ]
  const ci = {runs: 3, share: 0.1, vendors: [{name: 'GitHub Actions', runs: 3}]}
  const text = write({schedulers, ci})
  assert.match(text, /Batch systems\n +runs +users\n {2}none +5 +2/)
  assert.match(text, /Continuous integration\n +runs\n {2}GitHub Actions +3 {2}█/)
})

test('it says which users may not be people, and how many runs coding agents started', () => {
  const agents = [
    {name: null, ...usage(30, 5)},
    {name: 'codex', ...usage(12, 4)},
  ]
  const text = write({agents, uncertainUsers: [{kind: 'only-agents', users: 3, usersLow: 3, usersHigh: 3}]})
  assert.match(text, /3 users were seen only through coding agents\./)
  assert.match(text, /Coding agents started 29 % or more of the runs\./)
  assert.match(text, /Coding agents\n +runs +users\n {2}none +30 +5/)
})

test('it says how the store grows and when its disk is full', () => {
  const quality = {...sample.quality, growthBytes: 1_200_000, diskFullOn: '2031-04-02'}
  assert.match(write({quality}), /growing by 1\.2 MB in 30 days,\s+at this rate, the disk is full on 2031-04-02/)
})
