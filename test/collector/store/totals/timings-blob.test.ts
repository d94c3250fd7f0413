import assert from 'node:assert/strict'
import {test} from 'node:test'
import {openSqliteEvents} from '../../../../src/collector/store/sqlite/export.ts'
import {openSqliteStore} from '../../../../src/collector/store/sqlite/sqlite.ts'
import {
  decodeDurations,
  decodeTimings,
  encodeDurations,
  encodeTimings,
} from '../../../../src/collector/store/totals/timings-blob.ts'
import {Durations} from '../../../../src/protocol/durations/durations.ts'
import type {Timings} from '../../../../src/protocol/durations/timings.ts'
import type {Event} from '../../../../src/protocol/report/event.ts'
import {readJsonFixture} from '../../../support/fixtures.ts'
import {temporaryDirectory} from '../../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs} from '../../samples.ts'

const all = (readJsonFixture('timings/records.json') as {json: string}[]).map(({json}) => JSON.parse(json) as Timings)
const huge: Timings = {...all[0]!, n: 2 ** 53 - 1, counts: [2 ** 53 - 1]}

test('it keeps timings and durations in few bytes, without a loss', () => {
  for (const timings of [...all, huge]) {
    const blob = encodeTimings(timings)
    assert.deepEqual(decodeTimings(blob, timings.sumSeconds), timings)
    assert.ok(blob.length <= 24 + timings.counts.length + 7 * Math.log2(timings.n), `${blob.length}`)
    const durations = new Durations()
    durations.addTimings(timings)
    const parts = durations.toParts()
    assert.deepEqual(decodeDurations(encodeDurations(parts)), parts)
  }
})

test('it exports the timings that it stored', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const events = all.map((timings, number) => featureOf(number, nowMs, {count: timings.n + 1, timings}))
  await store.insert([batchOf(events)])
  const source = openSqliteEvents(directory)
  t.after(() => source.close())
  const exported: Event[] = []
  for await (const group of source.groups('parsl')) exported.push(...group.events)
  assert.deepEqual(exported, events)
})
