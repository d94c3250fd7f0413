/**
 * The part of valibot that our schemas use, without its messages: a value is accepted, with the same output as valibot,
 * or rejected. The fast lane's bundle contains this instead of valibot, because loading and running valibot takes a
 * third of the time of `node -e 0`. If a value is rejected here, the slow lane runs and says why. A test compares both
 * over thousands of valid and invalid values.
 */

/** The output of a rule for a value that it rejects. */
const rejected = Symbol('rejected')

type Run = (value: unknown) => unknown
interface Schema {
  readonly run: Run
  /** Whether the key may be absent from an object. */
  readonly isOptional?: boolean
  /** The default for an absent value. */
  readonly fallback?: unknown
  readonly entries?: Readonly<Record<string, Schema>>
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const accepts = (isRight: (value: never) => boolean): Schema => ({
  run: value => (isRight(value as never) ? value : rejected),
})

export const string = (): Schema => accepts((value: unknown) => typeof value === 'string')
export const boolean = (): Schema => accepts((value: unknown) => typeof value === 'boolean')
export const number = (): Schema => accepts((value: unknown) => typeof value === 'number' && !Number.isNaN(value))
export const literal = (expected: unknown): Schema => accepts((value: unknown) => value === expected)
export const picklist = (expected: readonly unknown[]): Schema => accepts((value: unknown) => expected.includes(value))

export const integer = (): Schema => accepts(Number.isInteger)
export const finite = (): Schema => accepts(Number.isFinite)
export const minValue = (least: number): Schema => accepts((value: number) => value >= least)
export const maxValue = (most: number): Schema => accepts((value: number) => value <= most)
export const notValues = (taken: readonly unknown[]): Schema => accepts((value: unknown) => !taken.includes(value))
export const nonEmpty = (): Schema => accepts(({length}: {length: number}) => length > 0)
export const minLength = (least: number): Schema => accepts(({length}: {length: number}) => length >= least)
export const maxLength = (most: number): Schema => accepts(({length}: {length: number}) => length <= most)
export const maxEntries = (most: number): Schema => accepts((value: object) => Object.keys(value).length <= most)
export const regex = (pattern: RegExp): Schema => accepts((value: string) => pattern.test(value))
export const check = (isRight: (value: never) => boolean): Schema => accepts(isRight)
export const toLowerCase = (): Schema => ({run: value => (value as string).toLowerCase()})
export const transform = (change: (value: never) => unknown): Schema => ({run: value => change(value as never)})
export const readonly = (): Schema => ({run: value => value})
export const description = readonly

export function pipe(first: Schema, ...steps: Schema[]): Schema {
  const run: Run = value => {
    let result = first.run(value)
    for (let index = 0; result !== rejected && index < steps.length; index++) result = steps[index]!.run(result)
    return result
  }
  return {...first, run}
}

export const nullable = (wrapped: Schema): Schema => ({run: value => (value === null ? null : wrapped.run(value))})

export const optional = (wrapped: Schema, fallback?: unknown): Schema =>
  absentable(wrapped, fallback, value => value === undefined)
export const nullish = (wrapped: Schema, fallback?: unknown): Schema =>
  absentable(wrapped, fallback, value => value === undefined || value === null)

function absentable(wrapped: Schema, fallback: unknown, isAbsent: (value: unknown) => boolean): Schema {
  const run: Run = value => {
    const result = isAbsent(value) && fallback !== undefined ? fallback : value
    return isAbsent(result) ? result : wrapped.run(result)
  }
  return {isOptional: true, fallback, run}
}

export function object(entries: Readonly<Record<string, Schema>>): Schema {
  const run: Run = input => {
    if (!isObject(input)) return rejected
    const output: Record<string, unknown> = {}
    for (const key in entries) {
      const {run: read, isOptional, fallback} = entries[key]!
      const isThere = key in input
      if (!isThere && fallback === undefined) {
        if (isOptional) continue
        return rejected
      }
      const result = read(isThere ? input[key] : fallback)
      if (result === rejected) return rejected
      output[key] = result
    }
    return output
  }
  return {entries, run}
}

/** An object without other keys. */
export function strictObject(entries: Readonly<Record<string, Schema>>): Schema {
  const {run} = object(entries)
  return {
    entries,
    run: input => (isObject(input) && Object.keys(input).every(key => key in entries) ? run(input) : rejected),
  }
}

export function omit({entries}: Schema, keys: readonly string[]): Schema {
  return object(Object.fromEntries(Object.entries(entries!).filter(([key]) => !keys.includes(key))))
}

export function array(item: Schema): Schema {
  const run: Run = input => {
    if (!Array.isArray(input)) return rejected
    const output: unknown[] = []
    for (const value of input) {
      const result = item.run(value)
      if (result === rejected) return rejected
      output.push(result)
    }
    return output
  }
  return {run}
}

/** Skips names that would reach the prototype of the output. */
export function record(name: Schema, value: Schema): Schema {
  const run: Run = input => {
    if (!isObject(input)) return rejected
    const output: Record<string, unknown> = {}
    for (const key of Object.keys(input)) {
      if (key === '__proto__' || key === 'prototype' || key === 'constructor') continue
      const [outputName, result] = [name.run(key), value.run(input[key])]
      if (outputName === rejected || result === rejected) return rejected
      output[outputName as string] = result
    }
    return output
  }
  return {run}
}

export function union(options: readonly Schema[]): Schema {
  const run: Run = input => {
    for (const option of options) {
      const result = option.run(input)
      if (result !== rejected) return result
    }
    return rejected
  }
  return {run}
}

/** The value of one key selects the schema of an object. */
export function variant(key: string, options: readonly Schema[]): Schema {
  const run: Run = input => {
    if (!isObject(input) || !(key in input)) return rejected
    const option = options.find(({entries}) => entries![key]!.run(input[key]) !== rejected)
    return option === undefined ? rejected : option.run(input)
  }
  return {run}
}

/** Reports that a value is invalid, without the reason. */
export function safeParse(schema: Schema, input: unknown): object {
  const output = schema.run(input)
  if (output !== rejected) return {success: true, output}
  return {success: false, issues: [{message: 'must be another value', input}]}
}

export const is = (schema: Schema, input: unknown): boolean => schema.run(input) !== rejected
