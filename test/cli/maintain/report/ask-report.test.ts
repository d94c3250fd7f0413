import assert from 'node:assert/strict'
import {test} from 'node:test'
import {formatDay, startOfNextPeriod} from '../../../../src/stats/model/period.ts'
import {dayMs} from '../../../collector/samples.ts'
import {day, peopleIn, type Run, reportAbout, within} from './report-about.ts'
import {reportsGiveNoFewAway} from './small-cells-contract.ts'

/** Runs of so many people on the first days of a month, so that each has several. */
const busy = (month: string, people: number, runsEach = 2): Run[] =>
  Array.from({length: people * runsEach}, (_, number) => ({
    person: `p${number % people}`,
    atMs: day(`${month}-01`) + (number % 25) * dayMs + number,
  }))

test('it puts reporting years side by side with the runs and people that an independent count finds', async t => {
  const runs = ['2024-06', '2025-01', '2025-06', '2025-11', '2026-02', '2026-10'].flatMap((month, index) =>
    busy(month, 6 + index, 1 + (index % 3)),
  )
  for (const [yearBegins, year] of [
    ['01-01', '2025'],
    ['10-01', '2025'],
    ['04-06', '2025'],
  ] as const) {
    const {years, from, to} = await reportAbout(t, {runs, yearBegins, written: {year}})
    let soFar = 0
    for (const row of years!.rows) {
      const startMs = day(row.from)
      assert.equal(row.from.slice(5), yearBegins)
      assert.equal(formatDay(startOfNextPeriod(startMs, 'year', yearBegins) - dayMs), row.to)
      const own = within(runs, startMs, day(row.to) + dayMs)
      soFar += own.length
      assert.deepEqual([row.runs, row.users, row.runsSoFar], [own.length, peopleIn(own), soFar], row.year)
    }
    assert.deepEqual([years!.rows.at(-1)!.from, years!.rows.at(-1)!.to], [from, to])
    assert.equal(years!.total!.runs, soFar)
  }
})

test('it compares a year in progress with the same part of the year before, and nothing with a time before the data', async t => {
  const runs = [...busy('2024-03', 6), ...busy('2025-02', 8), ...busy('2025-12', 9), ...busy('2026-02', 16)]
  const {years, sentences} = await reportAbout(t, {runs, written: {year: '2026'}})
  const compared = years!.rows.map(({year, compared: one}) => [year, one.reason, one.runsChange, one.from, one.to])
  assert.deepEqual(compared, [
    ['2024', 'first-year', null, null, null],
    ['2025', 'not-collected', null, null, null],
    // 16 runs in February 2025, 32 in February 2026; the runs of December 2025 are not compared.
    ['2026', null, 1, '2025-01-01', '2025-11-22'],
  ])
  assert.match(
    sentences[0]!,
    /^In 2026 so far, 16 people used parsl, as many again as|^In 2026 so far, 16 people used parsl, 100 % more than in the same part of 2025\.$/,
  )
})

test('it leaves out a comparison with a part of a year if the rest of that year is about few people', async t => {
  const runs = [...busy('2024-03', 6), ...busy('2025-02', 8), ...busy('2025-12', 2), ...busy('2026-02', 16)]
  const {years, figures, sentences} = await reportAbout(t, {runs, written: {year: '2026'}})
  const {compared} = years!.rows.at(-1)!
  assert.deepEqual([compared.reason, compared.runsChange, compared.usersChange], ['few-users', null, null])
  assert.doesNotMatch(
    [...sentences, ...figures.map(({sentence}) => sentence)].join(' '),
    /% more|% fewer|times as many/,
  )
})

test('it shows years back to one of few users, and no total contains that one', async t => {
  const runs = [...busy('2022-03', 9), ...busy('2023-05', 3), ...busy('2024-03', 7), ...busy('2025-03', 8)]
  const {years} = await reportAbout(t, {runs, written: {year: '2025'}})
  assert.deepEqual(
    years!.rows.map(({year}) => year),
    ['2024', '2025'],
  )
  assert.deepEqual([years!.leftOut, years!.total!.runs], [2, 30])
})

test('it leaves out how many people all years have if they are few more than those of one year', async t => {
  const many = busy('2025-03', 12)
  const more = (people: number): Run[] =>
    [...busy('2024-03', 6), ...many].concat(
      Array.from({length: people}, (_, number) => ({person: `q${number}`, atMs: day('2024-04-02') + number})),
    )
  const totalOf = async (people: number) =>
    (await reportAbout(t, {runs: more(people), rotate: 'never', written: {year: '2025'}})).years!.total!
  assert.equal((await totalOf(0)).users, 12)
  const {users, usersLow, usersHigh} = await totalOf(2)
  assert.deepEqual([users, usersLow, usersHigh], [null, 12, 20])
  assert.equal((await totalOf(5)).users, 17)
})

test('it reports on a young project, on one with few users, and refuses one without data', async t => {
  const young = await reportAbout(t, {runs: busy('2026-10', 7)})
  assert.deepEqual([young.year, young.years, young.fewUsers], [null, null, false])
  const few = await reportAbout(t, {runs: busy('2026-10', 4)})
  assert.deepEqual([few.fewUsers, few.figures], [true, []])
  await assert.rejects(reportAbout(t, {runs: []}), {code: 'USAGE_NOTHING_TO_REPORT'})
})

reportsGiveNoFewAway(Array.from({length: 10}, (_, index) => index + 1))
