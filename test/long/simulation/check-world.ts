import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {parseStatsQuery, rangeOf, type StatsQuery} from '../../../src/stats/model/query.ts'
import {describe, type Made} from './made.ts'
import {assertTrue} from './naive-people.ts'
import {NaiveStats} from './naive-stats.ts'
import {assertSame} from './same.ts'
import type {Universe} from './universe.ts'

/** Compares the end of a world with the truth about it. */
export async function checkWorld(universe: Universe): Promise<void> {
  for (const person of universe.people) for (const ledger of person.ledgers.values()) ledger.settle()
  checkReceived(universe)
  checkStored(universe)
  checkTimes(universe)
  for (const project of universe.collector.projects.keys())
    for (const query of queriesOf(universe, project)) await checkStats(universe, query)
}

/** Everything that a collector received was accepted, already imported or refused. */
function checkReceived({naive: {received}}: Universe): void {
  const {events, accepted, duplicates, rejected} = received
  assert.equal(events, accepted + duplicates + rejected, 'received = accepted + duplicates + rejected')
}

/** The tables hold exactly the events of the truth; whatever a machine takes for confirmed is among them. */
function checkStored({naive, collector, people}: Universe): void {
  const database = new DatabaseSync(join(collector.dataDirectory, 'usage.sqlite'), {readOnly: true})
  const columns = ['runs.start_event', 'runs.end_event', 'features.event', 'repeats.event', 'unpaired_ends.event']
  const parts = columns.map(column => {
    const [table, name] = column.split('.')
    return `SELECT lower(hex(${name})) AS id FROM ${table} WHERE ${name} IS NOT NULL`
  })
  const rows = database.prepare(parts.join(' UNION ALL ')).all()
  database.close()
  const inTables = rows.map(({id}) => String(id)).sort()
  const truth = naive.stored.map(({made}) => made.id.replaceAll('-', '')).sort()
  assert.deepEqual(inTables, truth, 'the events in the tables are those that were stored')
  const ids = new Set(naive.stored.map(({made}) => made.id))
  const ends = new Set(naive.stored.map(({made}) => keyOf(made)))
  for (const ledger of people.flatMap(person => [...person.ledgers.values()]))
    for (const id of ledger.confirmed) {
      const made = ledger.made.get(id)!
      assert.ok(ids.has(id) || ends.has(keyOf(made)), `confirmed and not stored: ${describe(made)}`)
    }
}

/** A second end of a run is already imported: the first one stands. */
const keyOf = ({run, what}: Made): string => (run === null || what.type === 'feature' ? '' : `${what.type} of ${run}`)

const minuteMs = 60_000

/** Where nobody set the clock in between and the event was sent from its own host, its time is right within the tolerance. */
function checkTimes({naive, tally}: Universe): void {
  const offsMs = naive.stored
    .filter(({isSteady}) => isSteady)
    .map(({made, atMs}) => {
      const beganMs = made.madeAtMs - (made.what.type === 'feature' ? (made.what.durationSeconds ?? 0) * 1000 : 0)
      const offMs = Math.abs(atMs - beganMs)
      // Less than 55 minutes is not corrected; a drifting clock adds minutes in a month.
      assert.ok(offMs < 58 * minuteMs, `the stored time is ${offMs} ms off for ${describe(made)}`)
      return offMs
    })
  tally.set('events whose time was checked', offsMs.length)
}

function queriesOf({agenda, dice}: Universe, project: string): StatsQuery[] {
  const nowMs = agenda.clock.nowMs
  const day = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 10)
  const fromMs = nowMs - dice.between(20, 300) * 86_400_000
  const written = [
    {},
    {from: '2019-01-01', by: 'year'},
    {from: '2019-09-01', by: 'month'},
    {from: day(fromMs), to: day(fromMs + dice.between(1, 60) * 86_400_000), by: 'week'},
    {from: day(fromMs), to: day(fromMs + dice.between(1, 20) * 86_400_000), by: 'day'},
  ]
  return written.map(one => parseStatsQuery({project, ...one}, nowMs))
}

async function checkStats({collector, naive, agenda, dice}: Universe, query: StatsQuery): Promise<void> {
  const nowMs = agenda.clock.nowMs
  const published = collector.projects.get(query.project)!
  // Few runs are just about to be lost at the usual hours: others are taken, at which one would be by its first sign.
  const hours = new NaiveStats(naive, published, nowMs).hoursWithinRuns()
  const project = {...published, lostAfterHours: dice.pick([published.lostAfterHours, ...hours])}
  const stats = await answerStats(collector.source, project, query, nowMs)
  const truth = new NaiveStats(naive, project, nowMs)
  const {storeBytes, ...quality} = stats.quality
  assert.ok(storeBytes > 0)
  const about = `stats of ${query.project} from ${query.from} to ${query.to} by ${query.by}`
  const wanted = truth.answer(query)
  assertSame(toldBy(wanted, {...stats, quality}), wanted, about)
  const people = truth.people(rangeOf(query))
  assertTrue(people.all, stats.users, about)
  for (const {version, users, usersLow, usersHigh} of stats.versions!)
    assertTrue(
      people.versions.get(version)!,
      {low: usersLow, high: usersHigh, exact: users !== null},
      `${about}, version ${version}`,
    )
}

/** What of an answer the truth tells too; the rest is compared with a recomputation of random use. */
function toldBy(truth: unknown, actual: unknown): unknown {
  if (Array.isArray(truth) && Array.isArray(actual)) {
    const keys = truth[0]
    return actual.map(item => toldBy(keys, item))
  }
  if (typeof truth !== 'object' || truth === null || typeof actual !== 'object' || actual === null) return actual
  const other = truth as Record<string, unknown>
  return Object.fromEntries(
    Object.entries(actual).flatMap(([key, value]) => (key in other ? [[key, toldBy(other[key], value)]] : [])),
  )
}
