import type {StatsFacts} from '../../../src/stats/model/source.ts'

/** Sorts facts and rounds sums to seven digits, so that two ways of adding up can be compared. */
export function comparable(facts: Partial<StatsFacts>): unknown {
  const {named, ...lists} = facts
  const rounded = JSON.parse(JSON.stringify({...lists, ...named}), (_key, value) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(7)) : value,
  ) as Record<string, unknown>
  const sorted = (list: unknown): unknown => (list as unknown[]).map(one => sortKeys(one)).sort()
  return Object.fromEntries(
    Object.entries(rounded).map(([key, value]) => [key, key === 'spans' || key === 'quality' ? value : sorted(value)]),
  )
}

const sortKeys = (value: unknown): string =>
  JSON.stringify(Object.fromEntries(Object.entries(value as object).sort(([a], [b]) => (a < b ? -1 : 1))))
