import assert from 'node:assert/strict'

/**
 * Asserts that a value contains everything in a fixture. Keys that only the value has must be empty: null, false,
 * 0, or an object without keys. A later version may add optional keys, and the fixtures stay as they are.
 */
export function assertContains(actual: unknown, fixture: unknown): void {
  assert.deepEqual(withoutEmptyKeys(actual, fixture), fixture)
}

/** The value without its empty keys that the fixture does not have. */
function withoutEmptyKeys(actual: unknown, fixture: unknown): unknown {
  if (Array.isArray(actual) && Array.isArray(fixture))
    return actual.map((one, index) => withoutEmptyKeys(one, fixture[index]))
  if (!isObject(actual) || !isObject(fixture)) return actual
  const kept = Object.entries(actual).filter(([key, value]) => key in fixture || !isEmpty(value))
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutEmptyKeys(value, fixture[key])]))
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

const isEmpty = (value: unknown): boolean =>
  isObject(value) ? Object.keys(value).length === 0 : value === null || value === false || value === 0
