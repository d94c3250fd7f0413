const tokens = /"(?:[^"\\]|\\.)*"|[{}[\],:]/gs

/** A key of an object in a JSON text. */
export interface JsonKey {
  readonly key: string
  /** Whether it stands in the same object before. */
  readonly isRepeated: boolean
}

/**
 * Lists the keys of all objects in a JSON text, as they are written: `JSON.parse` reads a repeated key in silence, and
 * some readers take its first value, others the last one. `content` must be valid JSON. Pure.
 */
export function listJsonKeys(content: string): JsonKey[] {
  const keys: JsonKey[] = []
  const open: Set<string>[] = []
  let text = ''
  for (const [token] of content.matchAll(tokens)) {
    if (token === '{' || token === '[') open.push(new Set())
    else if (token === '}' || token === ']') open.pop()
    else if (token === ':') {
      const key = JSON.parse(text) as string
      keys.push({key, isRepeated: open.at(-1)?.has(key) ?? false})
      open.at(-1)?.add(key)
    } else text = token
  }
  return keys
}
