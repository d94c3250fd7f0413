import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {FeatureCounts} from '../../../../src/collector/store/totals/feature-counts.ts'
import {mostRun} from '../../../../src/collector/store/totals/most-run.ts'
import {maxFeatures} from '../../../../src/stats/model/source.ts'

const countsOf = (runs: readonly number[]): FeatureCounts[] =>
  runs.map((one, feature) => ({feature, runs: one}) as FeatureCounts)

test('it finds the features with the most runs, of equal ones the first by name and then by type', () => {
  const names = ['d', 'b', 'c', 'b', 'a']
  const found = mostRun(countsOf([2, 2, 5, 2, 0]), feature => ({type: `T${9 - feature}`, name: names[feature]!}))
  assert.deepEqual(
    found.map(({name, type}) => `${name} ${type}`),
    ['c T7', 'b T6', 'b T8', 'd T9'],
  )
})

test('it is quick for many features with equally many runs', () => {
  const many = 300_000
  const counts = countsOf(Array.from({length: many}, () => 1))
  const digits = String(many).length
  const before = process.cpuUsage()
  const found = mostRun(counts, feature => ({
    type: 'Feature',
    name: String(1 + ((feature * 7919) % many)).padStart(digits, '0'),
  }))
  const seconds = process.cpuUsage(before).user / 1e6
  assert.deepEqual(
    found.map(({name}) => Number(name)),
    Array.from({length: maxFeatures}, (_, place) => place + 1),
  )
  assert.ok(seconds < 2.5, `${seconds} seconds`)
})
