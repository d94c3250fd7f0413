import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it} from 'node:test'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, endOf, nowMs, sampleHeader, sampleProject, startOf} from '../../../samples.ts'
import {factsOf} from '../../contract-parts.ts'

it('reads old totals that lack a word of the header: it is unknown for their runs', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  const [september, october] = ['2026-09-10T10:00:00Z', '2026-10-10T10:00:00Z'].map(time => Date.parse(time))
  const header = sampleHeader({scheduler: 'slurm'})
  await store.insert([batchOf([startOf(1, september!), startOf(2, september!), startOf(3, october!)], {header})])
  await store.purgeRuns(sampleProject(), '2026-09', false, nowMs)
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  database.exec("UPDATE run_totals SET facts = json_remove(facts, '$.named.scheduler') WHERE span = '2026-09'")
  database.close()
  const range = {fromMs: Date.UTC(2026, 8, 1), toMs: nowMs}
  const known = {usesWithoutUser: 0, daysWithoutUser: 0}
  const {named} = await factsOf(source, {range, spans: [range], periods: [range]})
  assert.deepEqual(named.scheduler, [
    {name: null, runs: 2, users: {low: 0, high: 1}, ...known},
    {name: 'slurm', runs: 1, users: {low: 1, high: 1}, ...known},
  ])
  assert.deepEqual(named.version, [{name: '1.0', runs: 3, users: {low: 1, high: 2}, ...known}])
})

it('reads old totals that lack a histogram: percentiles of several parts are unknown, those of one are exact', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  const [september, october] = ['2026-09-10T10:00:00Z', '2026-10-10T10:00:00Z'].map(time => Date.parse(time))
  await store.insert([batchOf([endOf(1, september!, {durationSeconds: 8}), endOf(2, october!, {durationSeconds: 2})])])
  await store.purgeRuns(sampleProject(), '2026-09', false, nowMs)
  const range = {fromMs: Date.UTC(2026, 8, 1), toMs: nowMs}
  const month = {fromMs: range.fromMs, toMs: Date.UTC(2026, 9, 1)}
  const durations = async () => {
    const {spans} = await factsOf(source, {range, spans: [range, month], periods: [range]})
    return spans.map(({duration: {p50Seconds, percentileBound}}) => [p50Seconds, percentileBound])
  }
  assert.deepEqual((await durations())[1], [8, 0])
  const [[median, bound]] = (await durations()) as [[number, number]]
  assert.ok(bound < 0.011 && Math.abs(median - 5) <= 5 * bound, `${median} ${bound}`)
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  database.exec(
    `UPDATE run_totals SET facts = json_remove(facts, '$.span.durations', '$.span.duration.percentileBound')`,
  )
  database.close()
  assert.deepEqual(await durations(), [
    [null, null],
    [8, 0],
  ])
})
