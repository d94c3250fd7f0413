import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {FeatureCounts} from '../../../../src/collector/store/totals/feature-counts.ts'
import {mostOf} from '../../../../src/collector/store/totals/most-of.ts'
import {maxFeatures} from '../../../../src/stats/model/source.ts'

const countsOf = (runs: readonly number[]): FeatureCounts[] =>
  runs.map((one, feature) => ({feature, runs: one, count: 9 - one}) as FeatureCounts)

test('it finds the features with the most runs or uses, of equal ones the first by name and then by type', () => {
  const names = ['d', 'b', 'c', 'b', 'a']
  const nameOf = (feature: number) => ({type: `T${9 - feature}`, name: names[feature]!})
  const found = (by: 'runs' | 'count') =>
    mostOf(countsOf([2, 2, 5, 2, 0]), nameOf, by).map(({name, type}) => `${name} ${type}`)
  assert.deepEqual(found('runs'), ['c T7', 'b T6', 'b T8', 'd T9'])
  assert.deepEqual(found('count'), ['a T5', 'b T6', 'b T8', 'd T9', 'c T7'])
})

test('it is quick for many features with equally many runs', () => {
  const many = 300_000
  const counts = countsOf(Array.from({length: many}, () => 1))
  const digits = String(many).length
  const before = process.cpuUsage()
  const nameOf = (feature: number) => ({
    type: 'Feature',
    name: String(1 + ((feature * 7919) % many)).padStart(digits, '0'),
  })
  const found = mostOf(counts, nameOf, 'runs')
  const seconds = process.cpuUsage(before).user / 1e6
  assert.deepEqual(
    found.map(({name}) => Number(name)),
    Array.from({length: maxFeatures}, (_, place) => place + 1),
  )
  assert.ok(seconds < 2.5, `${seconds} seconds`)
})
