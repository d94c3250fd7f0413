import assert from 'node:assert/strict'
import {test} from 'node:test'
import {keepAnswers} from '../../../../../src/collector/store/clickhouse/facts/keep-answers.ts'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import type {StatsSource} from '../../../../../src/stats/model/source.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, hourMs, nowMs, startOf} from '../../../samples.ts'
import {question} from '../../contract-parts.ts'

const minuteMs = 60_000

/** A store, and a source of it that keeps answers, with a clock that the test moves. */
function openKept(t: Parameters<typeof temporaryDirectory>[0] & {after(end: () => unknown): void}) {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  const clock = {now: nowMs}
  const asked = {count: 0}
  const counting: StatsSource = {
    ...source,
    facts(one) {
      asked.count++
      return source.facts(one)
    },
  }
  t.after(() => source.close())
  t.after(() => store.close())
  return {store, source: keepAnswers(counting, () => clock.now), clock, asked}
}

test('it gives the same answer for five minutes, and then a new one', async t => {
  const {store, source, clock} = openKept(t)
  const runs = async () => (await source.facts(question)).spans[0]!.runs
  assert.equal(await runs(), 0)
  await store.insert([batchOf([startOf(1, nowMs)])])
  clock.now += 5 * minuteMs - 1
  assert.equal(await runs(), 0)
  clock.now += 1
  assert.equal(await runs(), 1)
})

test('it asks once for equal questions at the same time, also if they end at the present', async t => {
  const {source, asked} = openKept(t)
  const at = (ms: number) => ({
    ...question,
    lostBeforeMs: nowMs + ms,
    spans: [{fromMs: nowMs - hourMs, toMs: nowMs + ms}],
  })
  await Promise.all([source.facts(at(1)), source.facts(at(2_000)), source.facts(at(1))])
  assert.equal(asked.count, 1)
  await source.facts(at(5 * minuteMs))
  await source.facts({...at(1), project: 'other'})
  assert.equal(asked.count, 3)
})

test('it asks again after a failure, and after the clock was set back', async t => {
  const {source, clock, asked} = openKept(t)
  const wrong = {...question, rotation: []}
  await assert.rejects(source.facts(wrong))
  await assert.rejects(source.facts(wrong))
  assert.equal(asked.count, 2)
  await source.facts(question)
  clock.now -= hourMs
  await source.facts(question)
  assert.equal(asked.count, 4)
})
