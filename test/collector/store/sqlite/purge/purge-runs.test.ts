import assert from 'node:assert/strict'
import {type TestContext, test} from 'node:test'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs, sampleProject, startOf, uuid} from '../../../samples.ts'

const januaryMs = Date.parse('2024-01-05T00:00:00Z')
const juneMs = Date.parse('2024-06-05T00:00:00Z')
const many = Array.from({length: 2_500}, (_, number) => number)

/** How many threads a purge of January starts. */
async function threadsOf(t: TestContext, events: Parameters<typeof batchOf>[0], withYear: boolean): Promise<number> {
  const store = openSqliteStore(temporaryDirectory(t))
  t.after(() => store.close())
  await store.insert([batchOf([startOf(9_999, januaryMs), ...events])])
  let threads = 0
  const count = (): void => void threads++
  process.on('worker', count)
  assert.equal(await store.purgeRuns(sampleProject(), '2024-01', withYear, nowMs), 1)
  process.off('worker', count)
  return threads
}

test('it totals the runs of a large year in a thread, also if the first month is small', async t => {
  const runs = many.map(number => startOf(number, juneMs + number))
  assert.deepEqual([await threadsOf(t, runs, true), await threadsOf(t, runs, false)], [1, 0])
})

test('it totals a month with many uses of features in a thread, also if it has few runs', async t => {
  const uses = many.map(number => featureOf(number, januaryMs + number, {run: uuid('r', 9_999)}))
  assert.deepEqual([await threadsOf(t, uses, false), await threadsOf(t, [], false)], [1, 0])
})
