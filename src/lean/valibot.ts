/**
 * The part of valibot that our definitions use, without its messages: a value is accepted, in the form that valibot gives
 * it, or it is wrong. The fast lane is built with this in place of valibot, because loading and running valibot costs a
 * command a third of a bare Node.js. What is wrong here goes to the slow lane, which says why. A test runs all definitions
 * by both over thousands of right and wrong values.
 */

/** What a rule gives for a value that it does not take. */
const wrong = Symbol('wrong')

type Run = (value: unknown) => unknown
interface Schema {
  readonly run: Run
  /** Whether an object may lack it. */
  readonly isOptional?: boolean
  /** What stands for a value that is not there. */
  readonly standIn?: unknown
  readonly entries?: Readonly<Record<string, Schema>>
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const takes = (isRight: (value: never) => boolean): Schema => ({
  run: value => (isRight(value as never) ? value : wrong),
})

export const string = (): Schema => takes((value: unknown) => typeof value === 'string')
export const boolean = (): Schema => takes((value: unknown) => typeof value === 'boolean')
export const number = (): Schema => takes((value: unknown) => typeof value === 'number' && !Number.isNaN(value))
export const literal = (wanted: unknown): Schema => takes((value: unknown) => value === wanted)
export const picklist = (wanted: readonly unknown[]): Schema => takes((value: unknown) => wanted.includes(value))

export const integer = (): Schema => takes(Number.isInteger)
export const finite = (): Schema => takes(Number.isFinite)
export const minValue = (least: number): Schema => takes((value: number) => value >= least)
export const maxValue = (most: number): Schema => takes((value: number) => value <= most)
export const nonEmpty = (): Schema => takes(({length}: {length: number}) => length > 0)
export const minLength = (least: number): Schema => takes(({length}: {length: number}) => length >= least)
export const maxLength = (most: number): Schema => takes(({length}: {length: number}) => length <= most)
export const maxEntries = (most: number): Schema => takes((value: object) => Object.keys(value).length <= most)
export const regex = (pattern: RegExp): Schema => takes((value: string) => pattern.test(value))
export const check = (isRight: (value: never) => boolean): Schema => takes(isRight)
export const toLowerCase = (): Schema => ({run: value => (value as string).toLowerCase()})
export const transform = (change: (value: never) => unknown): Schema => ({run: value => change(value as never)})
export const readonly = (): Schema => ({run: value => value})
export const description = readonly

export function pipe(first: Schema, ...steps: Schema[]): Schema {
  const run: Run = value => {
    let taken = first.run(value)
    for (let index = 0; taken !== wrong && index < steps.length; index++) taken = steps[index]!.run(taken)
    return taken
  }
  return {...first, run}
}

export const nullable = (wrapped: Schema): Schema => ({run: value => (value === null ? null : wrapped.run(value))})

export const optional = (wrapped: Schema, standIn?: unknown): Schema =>
  absentable(wrapped, standIn, value => value === undefined)
export const nullish = (wrapped: Schema, standIn?: unknown): Schema =>
  absentable(wrapped, standIn, value => value === undefined || value === null)

function absentable(wrapped: Schema, standIn: unknown, isAbsent: (value: unknown) => boolean): Schema {
  const run: Run = value => {
    const taken = isAbsent(value) && standIn !== undefined ? standIn : value
    return isAbsent(taken) ? taken : wrapped.run(taken)
  }
  return {isOptional: true, standIn, run}
}

export function object(entries: Readonly<Record<string, Schema>>): Schema {
  const run: Run = input => {
    if (!isObject(input)) return wrong
    const output: Record<string, unknown> = {}
    for (const key in entries) {
      const {run: take, isOptional, standIn} = entries[key]!
      const isThere = key in input
      if (!isThere && standIn === undefined) {
        if (isOptional) continue
        return wrong
      }
      const taken = take(isThere ? input[key] : standIn)
      if (taken === wrong) return wrong
      output[key] = taken
    }
    return output
  }
  return {entries, run}
}

export function omit({entries}: Schema, keys: readonly string[]): Schema {
  return object(Object.fromEntries(Object.entries(entries!).filter(([key]) => !keys.includes(key))))
}

export function array(item: Schema): Schema {
  const run: Run = input => {
    if (!Array.isArray(input)) return wrong
    const output: unknown[] = []
    for (const value of input) {
      const taken = item.run(value)
      if (taken === wrong) return wrong
      output.push(taken)
    }
    return output
  }
  return {run}
}

/** Names that would reach an object's prototype are passed over. */
export function record(name: Schema, value: Schema): Schema {
  const run: Run = input => {
    if (!isObject(input)) return wrong
    const output: Record<string, unknown> = {}
    for (const key of Object.keys(input)) {
      if (key === '__proto__' || key === 'prototype' || key === 'constructor') continue
      const [takenName, taken] = [name.run(key), value.run(input[key])]
      if (takenName === wrong || taken === wrong) return wrong
      output[takenName as string] = taken
    }
    return output
  }
  return {run}
}

export function union(options: readonly Schema[]): Schema {
  const run: Run = input => {
    for (const option of options) {
      const taken = option.run(input)
      if (taken !== wrong) return taken
    }
    return wrong
  }
  return {run}
}

/** The key of an object says which of the definitions it has to be. */
export function variant(key: string, options: readonly Schema[]): Schema {
  const run: Run = input => {
    if (!isObject(input) || !(key in input)) return wrong
    const option = options.find(({entries}) => entries![key]!.run(input[key]) !== wrong)
    return option === undefined ? wrong : option.run(input)
  }
  return {run}
}

/** Says no more of what is wrong than that something is. */
export function safeParse(schema: Schema, input: unknown): object {
  const output = schema.run(input)
  if (output !== wrong) return {success: true, output}
  return {success: false, issues: [{message: 'must be another value', input}]}
}

export const is = (schema: Schema, input: unknown): boolean => schema.run(input) !== wrong
