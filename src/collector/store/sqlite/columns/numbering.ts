/** Numbers different keys from 0, in the order of their first use, and keeps a value for each. */
export interface Numbering<Key, Value> {
  readonly values: readonly Value[]
  numberOf(key: Key, make: () => Value): number
}

export function numbering<Key, Value>(): Numbering<Key, Value> {
  const numbers = new Map<Key, number>()
  const values: Value[] = []
  return {
    values,
    numberOf(key, make) {
      const known = numbers.get(key)
      if (known !== undefined) return known
      numbers.set(key, values.length)
      return values.push(make()) - 1
    },
  }
}
