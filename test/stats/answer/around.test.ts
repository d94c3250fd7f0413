import assert from 'node:assert/strict'
import {test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsQuestion, StatsSource} from '../../../src/stats/model/source.ts'
import {batchOf, dayMs, endOf, pseudonym, sampleHeader, sampleProject, startOf} from '../../collector/samples.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const dayOf = (atMs: number): string => new Date(atMs).toISOString().slice(0, 10)
const firstMs = Date.parse('2026-05-01T12:00:00Z')
const releaseMs = Date.parse('2026-07-01T12:00:00Z')

/** One run a day for a hundred days: from the release on those of 2.0, of which every second fails. */
const sent = Array.from({length: 100}, (_, day) => {
  const atMs = firstMs + day * dayMs
  const isNew = atMs >= releaseMs
  const header = sampleHeader({version: isNew ? '2.0' : '1.0', user: pseudonym(isNew ? `n${day % 8}` : `o${day % 3}`)})
  const end = {...endOf(day, atMs + 1_000), exitCode: isNew && day % 2 === 0 ? 1 : 0}
  return batchOf([startOf(day, atMs), end], {header})
})

async function answerAt(t: Parameters<typeof temporaryDirectory>[0], nowMs: number, from: string, filter = {}) {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  await store.insert(sent)
  const project = sampleProject({milestones: [{date: dayOf(releaseMs - 50 * dayMs), label: 'Paper'}]})
  return answerStats(source, project, parseStatsQuery({project: 'parsl', from, ...filter}, nowMs), nowMs)
}

test('it compares four weeks before and after a release, and names the time without data', async t => {
  const {marks, beforeAndAfter} = await answerAt(t, firstMs + 100 * dayMs, '2026-05-01')
  assert.deepEqual(
    marks.map(({day, label}) => [day, label]),
    [
      ['2026-05-12', 'Paper'],
      ['2026-07-01', '2.0'],
    ],
  )
  const [beforePaper, afterPaper, before, after] = beforeAndAfter!
  assert.deepEqual([beforePaper!.reason, beforePaper!.runs, afterPaper!.runs], ['not-collected', null, 28])
  assert.deepEqual(
    [before!.from, before!.to, after!.from, after!.to],
    ['2026-06-03', '2026-06-30', '2026-07-01', '2026-07-28'],
  )
  assert.deepEqual([before!.runs, before!.users, before!.successRate], [28, 3, 1])
  assert.deepEqual([after!.runs, after!.users, after!.successRate], [28, 8, 0.5])
})

test('it does not ask again for what it does not need', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  await store.insert(sent)
  const asked: StatsQuestion[] = []
  const nowMs = firstMs + 100 * dayMs
  const facts: StatsSource['facts'] = question => {
    asked.push(question)
    return source.facts(question)
  }
  await answerStats(
    {...source, facts},
    sampleProject(),
    parseStatsQuery({project: 'parsl', from: '2026-05-01'}, nowMs),
    nowMs,
  )
  assert.deepEqual(
    asked.map(({firstRuns, versionUsers}) => [firstRuns === null, versionUsers === null]),
    [
      [false, false],
      [true, true],
    ],
  )
})

test('it compares the days that have passed, at least seven, and nothing with a filter on features', async t => {
  const young = await answerAt(t, releaseMs + 9 * dayMs, '2026-06-20')
  assert.deepEqual(
    young.beforeAndAfter!.map(({side, from, to, runs}) => [side, from, to, runs]),
    [
      ['before', '2026-06-22', '2026-06-30', 9],
      ['after', '2026-07-01', '2026-07-09', 9],
    ],
  )
  assert.deepEqual((await answerAt(t, releaseMs + 6 * dayMs, '2026-06-20')).beforeAndAfter, [])
  const onFeatures = await answerAt(t, releaseMs + 9 * dayMs, '2026-06-20', {'feature-type': 'Algorithm'})
  assert.equal(onFeatures.beforeAndAfter, null)
  assert.ok(onFeatures.unanswered.includes('beforeAndAfter'))
})
