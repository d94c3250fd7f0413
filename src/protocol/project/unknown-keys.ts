import type * as v from 'valibot'

/** A key that is not in the schema. `meant` is a similar key of the schema, or null. */
export interface UnknownKey {
  readonly path: readonly string[]
  readonly meant: string | null
}

type Schema = v.GenericSchema & {
  readonly wrapped?: Schema
  readonly entries?: Readonly<Record<string, Schema>>
  readonly value?: Schema
  readonly options?: readonly Schema[]
  readonly literal?: unknown
}

/** Finds the keys of a document that are not in its schema, at every depth. Pure. */
export function findUnknownKeys(schema: v.GenericSchema, input: unknown, path: readonly string[] = []): UnknownKey[] {
  const {wrapped, entries, value, options} = schema as Schema
  if (wrapped !== undefined) return findUnknownKeys(wrapped, input, path)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return []
  if (options !== undefined) {
    const {type} = input as {type?: unknown}
    const option = options.find(one => one.entries !== undefined && one.entries['type']?.literal === type)
    return option === undefined ? [] : findUnknownKeys(option, input, path)
  }
  return Object.entries(input).flatMap(([key, inner]) => {
    const known = entries === undefined ? value : Object.hasOwn(entries, key) ? entries[key] : undefined
    if (known !== undefined) return findUnknownKeys(known, inner, [...path, key])
    return [{path: [...path, key], meant: nearestWord(key, Object.keys(entries ?? {}))}]
  })
}

/** The most similar word, or null. At most a third of its letters, and at least one, may differ. */
export function nearestWord(written: string, words: readonly string[]): string | null {
  const near = words.map(word => ({word, steps: editSteps(written.toLowerCase(), word.toLowerCase())}))
  const [best] = near.sort((a, b) => a.steps - b.steps)
  return best !== undefined && best.steps <= Math.max(1, Math.floor(best.word.length / 3)) ? best.word : null
}

/** The Levenshtein distance of two words. For words beyond 64 characters it is their length, to stay fast. */
function editSteps(from: string, to: string): number {
  if (from.length > 64) return from.length
  let row = Array.from({length: to.length + 1}, (_, column) => column)
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
