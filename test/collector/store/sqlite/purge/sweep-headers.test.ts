import assert from 'node:assert/strict'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {test} from 'node:test'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {purge} from '../../../../../src/collector/upkeep/retention.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs, pseudonym, sampleHeader, sampleProject, startOf} from '../../../samples.ts'

/** More than one piece of each table. */
const people = 4_500

test('it sweeps headers in pieces, and keeps those that reports use meanwhile', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const headerOf = (person: number) => sampleHeader({user: pseudonym(`person ${person}`)})
  const oldMs = Date.parse('2025-03-02T00:00:00Z')
  await store.insert(
    Array.from({length: people}, (_, person) =>
      batchOf(person % 2 === 0 ? [startOf(person, oldMs)] : [featureOf(person, oldMs)], {header: headerOf(person)}),
    ),
  )
  // Rows that stay, of one person: many pieces are read before the first header is deleted.
  const kept = Array.from({length: 9_000}, (_, number) => featureOf(people + number, nowMs))
  await store.insert([batchOf(kept, {header: headerOf(0)})])
  let isPurging = true
  const purging = (async () => {
    for await (const _ of purge(store, [sampleProject({retention: {features: '6m', runs: '6m'}})], {nowMs}));
    isPurging = false
  })()
  let returned = 0
  while (isPurging) {
    // People come back one by one, also while headers are read and deleted.
    const person = people - 1 - (returned % people)
    await store.insert([batchOf([startOf(100_000 + returned++, nowMs)], {header: headerOf(person)})])
    await new Promise(setImmediate)
  }
  await purging
  const database = new DatabaseSync(join(directory, 'usage.sqlite'))
  t.after(() => database.close())
  const count = (sql: string): number =>
    Number(database.prepare(`SELECT count(*) AS count FROM ${sql}`).get()?.['count'])
  const used = 'SELECT header FROM runs UNION SELECT header FROM features UNION SELECT header FROM presences'
  assert.equal(count('runs WHERE header NOT IN (SELECT id FROM headers)'), 0)
  assert.equal(count(`headers WHERE id NOT IN (${used})`), 0)
  assert.equal(count('month_marks WHERE month = -2'), 0)
  assert.ok(returned > 10, `${returned}`)
  assert.ok(count('headers') < people, `${count('headers')}`)
})
