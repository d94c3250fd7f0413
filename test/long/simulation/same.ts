import assert from 'node:assert/strict'
import {breakdowns} from '../../../src/stats/model/breakdowns.ts'
import type {FeatureDurations} from '../../../src/stats/model/model.ts'
import {trueWithinBound} from '../../support/within-bound.ts'

/** Lists whose order says nothing about the truth: their items are compared by what they say. */
const unordered: readonly string[] = ['features', 'values', 'vendors', ...breakdowns.map(({key}) => key)]

/**
 * Asserts that two answers say the same. Numbers may differ in the tenth place, because sums are taken in another
 * order.
 */
export function assertSame(actual: unknown, expected: unknown, about: string): void {
  const wanted = sorted(expected)
  assert.deepEqual(rounded(sorted(actual), wanted), wanted, about)
}

function sorted(value: unknown, key = ''): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(item => sorted(item))
    return unordered.includes(key) ? items.sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1)) : items
  }
  const entries = Object.entries(value).map(([name, inner]) => [name, sorted(inner, name)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Everything of an item that is no number. */
const nameOf = (item: unknown): string =>
  JSON.stringify(item, (_key, inner) => (typeof inner === 'number' ? undefined : inner))

/** The actual values, with those numbers replaced that are as good as the expected ones. */
function rounded(actual: unknown, expected: unknown): unknown {
  if (typeof actual === 'number' && typeof expected === 'number')
    return Math.abs(actual - expected) <= 1e-9 * Math.abs(expected) ? expected : actual
  if (typeof actual !== 'object' || actual === null || typeof expected !== 'object' || expected === null) return actual
  const other = expected as Record<string, unknown>
  if ('percentileBound' in actual && 'percentileBound' in other) {
    const [feature, truth] = [actual, other] as unknown as [FeatureDurations, FeatureDurations]
    return roundedAll(trueWithinBound(feature, truth), other)
  }
  if (Array.isArray(actual)) return actual.map((item, index) => rounded(item, other[index]))
  return roundedAll(actual, other)
}

const roundedAll = (actual: object, other: Record<string, unknown>): unknown =>
  Object.fromEntries(Object.entries(actual).map(([name, inner]) => [name, rounded(inner, other[name])]))
