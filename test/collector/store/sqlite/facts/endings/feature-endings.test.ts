import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {FeatureColumns} from '../../../../../../src/collector/store/sqlite/columns/columns.ts'
import type {KnownHeaders} from '../../../../../../src/collector/store/sqlite/columns/headers.ts'
import {
  createEndSum,
  featureEndings,
} from '../../../../../../src/collector/store/sqlite/facts/endings/feature-endings.ts'
import type {MonthCounts, MonthSummary} from '../../../../../../src/collector/store/sqlite/facts/month-summaries.ts'

test('it tells the endings of very many versions and exit codes apart', () => {
  const exits = Array.from({length: 300_000}, (_, place) => ({exitCode: place + 1, signal: null}))
  const versions = Array.from({length: 10_000}, (_, version) => `v${version}`)
  const headers = {name: {version: Int32Array.of(9_999)}, names: {version: versions}} as unknown as KnownHeaders
  const runs = {
    header: Int32Array.of(0),
    result: Uint8Array.of(2),
    exit: Int32Array.of(299_999),
    exits,
    lastSignAt: Float64Array.of(0),
  }
  const month = {runs, crossing: new Map()} as unknown as FeatureColumns & MonthSummary
  const sum = createEndSum(month, headers)
  sum.add(0)
  const found = featureEndings([{summary: month, counts: sum.take() as MonthCounts}], headers, 0)
  assert.deepEqual(found, [{version: 'v9999', outcome: 'failed', exitCode: 300_000, signal: null, runs: 1}])
})
