import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createAsk} from '../../../src/dashboard/site/ask.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {naiveFacts} from '../../collector/naive-facts.ts'
import {nowMs, sampleProject} from '../../collector/samples.ts'

/** A cache over an empty source that counts its questions, with a clock that the test sets. */
function askingOnce(fails = 0) {
  const clock = {nowMs, asked: 0, fails}
  const counters = {
    duplicates: 0,
    clients: [],
    refused: 0,
    clamped: 0,
    wrongPeriods: 0,
    undeclaredFields: 0,
    folded: 0,
    beyondBudget: 0,
    pending: 0,
    storeBytes: 0,
    ...{datagrams: 0, datagramsLost: 0, datagramsUnknown: 0},
  }
  const source: StatsSource = {
    projects: async () => [],
    facts: async question => {
      clock.asked++
      if (clock.fails-- > 0) throw new Error('disk I/O error')
      const facts = naiveFacts([], question)
      return {
        ...facts,
        quality: {
          ...counters,
          erased: {runs: 0, features: 0},
          unpaired: 0,
          featuresSinceMs: null,
          runsSinceMs: null,
          tables: null,
          freeBytes: null,
          lastReportMs: null,
          growth: null,
        },
      }
    },
    close: async () => {},
  }
  const ask = createAsk(source, () => clock.nowMs, 1000)
  const query = (from: string) => parseStatsQuery({project: 'parsl', from}, nowMs)
  return {clock, ask: (from = '2026-01-01') => ask(sampleProject(), query(from))}
}

test('it asks the store once for simultaneous queries, and again when the answer is old', async () => {
  const {clock, ask} = askingOnce()
  const [first, second] = await Promise.all([ask(), ask()])
  assert.equal(first, second)
  clock.nowMs += 999
  await ask()
  assert.equal(clock.asked, 1)
  await ask('2026-02-01')
  clock.nowMs += 1
  await ask()
  assert.equal(clock.asked, 3)
})

test('it asks again after the clock was set back', async () => {
  const {clock, ask} = askingOnce()
  await ask()
  clock.nowMs -= 5
  await ask()
  assert.equal(clock.asked, 2)
})

test('it stores no failure', async () => {
  const {clock, ask} = askingOnce(1)
  await assert.rejects(ask(), /disk/)
  await ask()
  assert.equal(clock.asked, 2)
})

test('it stores few answers with thousands of periods', async () => {
  const {clock, ask} = askingOnce()
  const starts = ['1701-01-01', '1702-01-01', '1703-01-01', '1704-01-01', '1705-01-01', '1706-01-01']
  for (const start of starts) await ask(start)
  await ask(starts.at(-1))
  assert.equal(clock.asked, 6)
  await ask(starts[0])
  assert.equal(clock.asked, 7)
})
