import assert from 'node:assert/strict'
import type {FeatureDurations} from '../../src/stats/model/model.ts'

const keys = ['p50Seconds', 'p90Seconds', 'p99Seconds'] as const

/** What stands in truth beside percentiles that are exact. */
export const exactly = (values: readonly number[], percentile: (share: number) => number | null): FeatureDurations => ({
  p50Seconds: percentile(0.5),
  p90Seconds: percentile(0.9),
  p99Seconds: percentile(0.99),
  maxSeconds: values.length === 0 ? null : Math.max(...values),
  percentileBound: values.length === 0 ? null : 0,
})

/**
 * A feature with the true percentiles, if its own are within the bound that it states. The bound must be at most 2.2 %:
 * that of scale 4.
 */
export function trueWithinBound<Feature extends FeatureDurations>(feature: Feature, truth: FeatureDurations): Feature {
  const {percentileBound: bound} = feature
  if (bound === null || truth.percentileBound === null) return feature
  assert.ok(bound >= 0 && bound < 0.022, `a bound of ${bound}`)
  for (const key of keys) {
    const [actual, expected] = [feature[key]!, truth[key]!]
    assert.ok(
      Math.abs(actual - expected) <= bound * expected + 1e-12,
      `${key} ${actual} of ${expected} within ${bound}`,
    )
  }
  const {p50Seconds, p90Seconds, p99Seconds, percentileBound} = truth
  return {...feature, p50Seconds, p90Seconds, p99Seconds, percentileBound}
}
