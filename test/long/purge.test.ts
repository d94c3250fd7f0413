import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fillWithDemo} from '../../src/collector/demo/fill.ts'
import {demoProject} from '../../src/collector/demo/project.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {purge} from '../../src/collector/upkeep/retention.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import type {Stats} from '../../src/stats/model/model.ts'
import {periodsIn} from '../../src/stats/model/period.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

const filledMs = Date.parse('2026-11-25T12:00:00Z')
/** All of the demo's two years is past the limit of runs, and closed. */
const laterMs = Date.parse('2032-03-10T00:00:00Z')
const day = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)

/** What a purge changes on purpose: since when there are single events, the size, and what a range is compared with. */
function comparable(stats: Stats, isMonth: boolean): unknown {
  const {trend: _trend, quality, features, ...others} = stats
  // Totals contain neither days nor which run used what, nor who is in several rows.
  const {marks: _m, beforeAndAfter: _a, upgrades: _u, conspicuous: _c, ...answers} = others
  const {featureOutcomes: _o, featureVersionOutcomes: _v, details: _d, fewUsers: _w, ...known} = answers
  const {featuresSince: _f, runsSince: _r, storeBytes: _s, freeBytes: _b, ...counters} = quality
  // Different runs and users of features are known of months, and of years that were counted for themselves.
  const counted = features!.map(({runs, users, meanSeconds, ...sums}) => ({
    // Sums of fractions depend on their order in the last of their digits.
    ...{...sums, meanSeconds: Number(meanSeconds?.toPrecision(9))},
    ...(isMonth ? {runs, users} : {}),
  }))
  return {...known, counters, features: counted}
}

test('it answers each month and year of two years of believable use the same when nothing but totals is left', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  await fillWithDemo(store, filledMs)
  const project = demoProject()
  const whole = {fromMs: Date.UTC(2024, 10, 1), toMs: Date.UTC(2026, 11, 1)}
  const queries = (['month', 'year'] as const).flatMap(by =>
    periodsIn(by === 'month' ? whole : {fromMs: Date.UTC(2024, 0, 1), toMs: Date.UTC(2027, 0, 1)}, by, laterMs).map(
      ({span: {fromMs, toMs}}) => ({project: project.project, from: day(fromMs), to: day(toMs - 1), by}),
    ),
  )
  const askAll = () =>
    Promise.all(queries.map(query => answerStats(source, project, parseStatsQuery(query, laterMs), laterMs)))
  const before = await askAll()
  let months = 0
  for await (const _ of purge(store, [project], {nowMs: laterMs})) months++
  assert.ok(months >= 50, String(months))
  const after = await askAll()
  for (const [index, {from, to, by}] of queries.entries())
    assert.deepEqual(
      comparable(after[index]!, by === 'month'),
      comparable(before[index]!, by === 'month'),
      `${from} ${to}`,
    )
  assert.equal(after[0]!.quality.runsSince, '2027-03-01')
  assert.ok(after.every(({users}) => users.high > 0))
})
