import assert from 'node:assert/strict'
import {type TestContext, test} from 'node:test'
import {oldIds} from '../../../src/collector/compat/old-ids.ts'
import {exportLinesOf} from '../../../src/collector/history/export-lines.ts'
import {storeRecords} from '../../../src/collector/history/store-records.ts'
import type {EventSource, Store} from '../../../src/collector/store/store.ts'
import {purge} from '../../../src/collector/upkeep/retention.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../../src/stats/model/query.ts'
import type {StatsSource} from '../../../src/stats/model/source.ts'
import {randomUse, seededRandom} from '../random-use.ts'
import {admitted, batchOf, dayMs, featureOf, pseudonym, sampleHeader, sampleProject, startOf, uuid} from '../samples.ts'
import {withoutDisk} from './comparable-stats.ts'

/** An empty store, its reader, and the function that opens a reader of all its events. */
export type MakeMovable = (t: TestContext) => Promise<{
  readonly store: Pick<Store, 'insert' | 'saveProjects' | 'restore'>
  readonly source: StatsSource
  readonly events: () => Promise<EventSource>
}>
type Movable = Awaited<ReturnType<MakeMovable>>

const project = sampleProject()
/** Some of the random use is older than a year then. */
const laterMs = Date.parse('2027-02-10T00:00:00Z')
const questions = [
  {from: '2025-01-01', to: '2025-12-31', by: 'year'},
  {from: '2025-09-01', by: 'month'},
  {from: '2026-10-01', by: 'week'},
  {from: '2026-09-01', 'app-version': '1.1', by: 'month'},
  {from: '2026-08-01', by: 'month', internal: '1'},
]

/** Fills a store with everything that an export carries: events, totals, counters, days, pending and erased events. */
async function fill({store: opened}: Movable): Promise<void> {
  const store = opened as Store
  await store.saveProjects([project])
  await store.insert(randomUse(250, seededRandom(31)).map(({header, event}) => batchOf([event], {header})))
  const old = laterMs - 300 * dayMs
  const header = sampleHeader({user: pseudonym('lone')})
  // A run of which only a feature tells, and a person of whom only a day is left.
  await store.insert([batchOf([featureOf(901, old, {run: uuid('r', 901)}), featureOf(902, old + 1)], {header})])
  const clamped = {...admitted(featureOf(903, laterMs - 2 * dayMs)), isClamped: true, undeclaredFields: 2}
  const pending = [admitted(featureOf(904, laterMs - dayMs, {name: 'New.v1'}))]
  await store.insert([batchOf([], {events: [clamped], pending, refused: 3, receivedAtMs: laterMs - dayMs})])
  await store.insert([batchOf([startOf(905, laterMs - dayMs)], {header: sampleHeader({user: pseudonym('gone')})})])
  const receipt = {project: 'parsl', receipt: uuid('q', 1), receivedAtMs: laterMs}
  await store.erase({...receipt, users: [pseudonym('gone')]})
  await store.addQuality({'datagrams-unknown': 2, 'datagrams-lost': 1}, laterMs - dayMs)
  for await (const _ of purge(store, [project], {nowMs: laterMs, olderThan: '1y', only: 'runs'}));
  for await (const _ of purge(store, [project], {nowMs: laterMs, olderThan: '7m', only: 'features'}));
}

async function linesOf({events}: Movable): Promise<string[]> {
  const lines: string[] = []
  for await (const line of exportLinesOf(await events(), 'parsl', {name: 'usage', version: '1'})) lines.push(line)
  return lines
}

async function importLines({store}: Movable, lines: readonly string[], together = 40): Promise<void> {
  const context = {project, ids: oldIds('secret'), atMs: laterMs, nowMs: laterMs}
  for (let from = 0; from < lines.length; from += together) {
    const records = lines.slice(from, from + together).map((text, index) => ({line: from + index + 1, text}))
    const {damaged} = await storeRecords('usage', records, context, {
      write: batches => store.insert(batches),
      restore: part => store.restore('parsl', part),
    })
    assert.deepEqual(damaged, [])
  }
}

async function answersOf({source}: Movable): Promise<unknown[]> {
  const asked = questions.map(written =>
    answerStats(source, project, parseStatsQuery({project: 'parsl', ...written}, laterMs), laterMs),
  )
  return (await Promise.all(asked)).map(withoutDisk)
}

/** Lines without the id of their store. */
const withoutStore = (lines: readonly string[]): string[] =>
  lines.map(line => line.replace(/"store":"[0-9a-f]{32}"/, '')).sort()

/** A move of everything from one store to another. */
export function movingContract(name: string, makeFrom: MakeMovable, makeTo: MakeMovable): void {
  test(`${name}: it moves events, totals and counters, and gives the same answers`, async t => {
    const [from, to, back] = [await makeFrom(t), await makeTo(t), await makeFrom(t)]
    await fill(from)
    const lines = await linesOf(from)
    const parts = new Set(lines.map(line => JSON.parse(line).part ?? 'events'))
    assert.deepEqual([...parts].sort(), [
      'begin',
      'counters',
      'days',
      'end',
      'events',
      'feature-totals',
      'pending',
      'run-totals',
      'runs',
    ])
    const answers = await answersOf(from)
    await to.store.saveProjects([project])
    await importLines(to, lines)
    assert.deepEqual(await answersOf(to), answers)
    await back.store.saveProjects([project])
    await importLines(back, await linesOf(to))
    assert.deepEqual(await answersOf(back), answers)
    assert.deepEqual(withoutStore(await linesOf(back)), withoutStore(lines))
  })

  test(`${name}: it counts once what is imported again after an interruption, also in other pieces`, async t => {
    const [from, to] = [await makeFrom(t), await makeTo(t)]
    await fill(from)
    const lines = await linesOf(from)
    await to.store.saveProjects([project])
    await importLines(to, lines.slice(0, lines.length / 2))
    await importLines(to, lines.slice(0, -3), 7)
    await importLines(to, lines)
    assert.deepEqual(await answersOf(to), await answersOf(from))
    await importLines(to, lines)
    assert.deepEqual(await answersOf(to), await answersOf(from))
    await (from.store as Store).addQuality({'datagrams-unknown': 5, 'datagrams-lost': 0}, laterMs - dayMs)
    await importLines(to, await linesOf(from))
    assert.deepEqual(await answersOf(to), await answersOf(from))
  })

  test(`${name}: it refuses totals of a time of which the store has data of its own`, async t => {
    const [from, to] = [await makeFrom(t), await makeTo(t)]
    await fill(from)
    const lines = await linesOf(from)
    await to.store.saveProjects([project])
    await to.store.insert([batchOf([startOf(1, Date.parse('2025-12-03T00:00:00Z'))])])
    await assert.rejects(importLines(to, lines), {code: 'USAGE_IMPORT_CONFLICT'})
    const kept = (await linesOf(to)).filter(line => line.includes('"events"'))
    assert.equal(kept.length, 1)
    await assert.rejects(importLines(to, lines.slice(1)), {code: 'USAGE_IMPORT_UNREADABLE'})
  })
}
