import assert from 'node:assert/strict'
import type {StatsFacts} from '../../../src/stats/model/source.ts'
import {trueWithinBound} from '../../support/within-bound.ts'

/** Asserts that facts are those of a naive recomputation, and their percentiles within the bounds that they state. */
export function assertSameFacts(actual: Partial<StatsFacts>, truth: Partial<StatsFacts>, about?: string): void {
  const features = actual.features?.map(feature => {
    const known = truth.features?.find(({type, name}) => type === feature.type && name === feature.name)
    return known === undefined ? feature : trueWithinBound(feature, known)
  })
  assert.deepEqual(comparable({...actual, ...(features && {features})}), comparable(truth), about)
}

/** Sorts facts and rounds sums to ten digits, so that two ways of adding up can be compared. */
export function comparable(facts: Partial<StatsFacts>): unknown {
  const {named, fieldPeriods, ...lists} = facts
  const rounded = JSON.parse(JSON.stringify({...lists, ...named}), (_key, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(10)) : value,
  ) as Record<string, unknown>
  const sorted = (list: unknown): unknown => (list as unknown[] | null)?.map(one => sortKeys(one)).sort() ?? null
  const compared = Object.fromEntries(
    Object.entries(rounded).map(([key, value]) => [
      key,
      key === 'spans' || key === 'quality' || key === 'sinceMs' || key === 'fewUsers' ? value : sorted(value),
    ]),
  )
  return {...compared, ...(fieldPeriods && {fieldPeriods: fieldPeriods.map(comparable)})}
}

const sortKeys = (value: unknown): string =>
  JSON.stringify(
    Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1))),
    (_key, inner) => (Array.isArray(inner) ? [...inner].sort() : inner),
  )
