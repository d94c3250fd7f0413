import assert from 'node:assert/strict'
import {join} from 'node:path'
import {test} from 'node:test'
import {countUses} from '../../../../../src/collector/store/sqlite/purge/count-uses.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import {databaseName, openForReading} from '../../../../../src/collector/store/sqlite/tables/database.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, featureOf, hourMs, nowMs, sampleProject} from '../../../samples.ts'

test('it counts an hour in a piece, and then totals a feature in a piece', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const names = ['Load', 'Rebin', 'Save']
  const events = names.map((name, number) => featureOf(number, nowMs, {name, internal: false}))
  await store.insert([batchOf(events)])
  const database = openForReading(join(directory, databaseName))
  t.after(() => database.close())
  const span = {fromMs: nowMs - hourMs, toMs: nowMs + hourMs}
  const counting = countUses(database, 1, sampleProject(), span)
  const features: number[] = []
  while (counting.countNext()) features.push(new Set(counting.totals().map(({feature}) => feature)).size)
  assert.deepEqual(features, [0, 0, 1, 2, 3])
})
