import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {isSafePattern, maxPatternLength, patternWords} from '../values/pattern.ts'
import {describeValue} from '../values/problem.ts'
import {type FieldValue, type FieldValues, fieldName, text} from '../values/scalars.ts'

const description = v.pipe(text(), v.description('What the value means, and the question that it answers.'))
const bounds = {min: v.optional(v.number()), max: v.optional(v.number())}

function isOrdered(declared: object): boolean {
  const {min, max} = declared as {readonly min?: number; readonly max?: number}
  return min === undefined || max === undefined || min <= max
}

/** The declaration of one field. Type and description are required. */
export const declaration = v.variant(
  'type',
  [
    v.object({type: v.literal('integer'), ...bounds, description}),
    v.object({type: v.literal('number'), ...bounds, description}),
    v.object({type: v.literal('boolean'), description}),
    v.object({
      type: v.literal('enum'),
      values: v.pipe(v.array(text(64)), v.minLength(1), v.maxLength(64)),
      description,
    }),
    v.object({
      type: v.literal('pattern'),
      pattern: v.pipe(
        v.string(),
        v.nonEmpty('must be a pattern'),
        v.maxLength(maxPatternLength, `must have at most ${maxPatternLength} characters`),
        v.check(isSafePattern, patternWords),
      ),
      description,
    }),
    v.object({type: v.literal('version'), description}),
  ],
  'must be a field of type integer, number, boolean, enum, pattern or version',
)
export const declarations = v.pipe(
  v.record(fieldName, declaration),
  v.maxEntries(limits.maxFields, `must have at most ${limits.maxFields} fields`),
  v.check(declared => Object.values(declared).every(isOrdered), 'must not declare a min above the max'),
)

export type Declaration = Readonly<v.InferOutput<typeof declaration>>
export type Declarations = Readonly<Record<string, Declaration>>

const versionPattern = /^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$/

/** Describes the valid values of a field for people: `an integer from 0 to 100000`. */
export function describeDeclaration(declared: Declaration): string {
  switch (declared.type) {
    case 'integer':
    case 'number': {
      const kind = declared.type === 'integer' ? 'an integer' : 'a number'
      const from = declared.min === undefined ? '' : ` from ${declared.min}`
      const to = declared.max === undefined ? '' : ` to ${declared.max}`
      return `${kind}${from}${to}`
    }
    case 'boolean':
      return 'true or false'
    case 'enum':
      return `one of ${declared.values.join(', ')}`
    case 'pattern':
      return `text like ${declared.pattern}`
    case 'version':
      return 'a version such as 1.2.3'
  }
}

/** Whether the declaration allows a value. A pattern must match the whole value. */
export function isDeclaredValue(declared: Declaration, value: FieldValue): boolean {
  switch (declared.type) {
    case 'integer':
      return Number.isSafeInteger(value) && isWithin(declared, value as number)
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) && isWithin(declared, value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'enum':
      return typeof value === 'string' && declared.values.includes(value)
    case 'pattern':
      return v.is(text(), value) && new RegExp(`^(?:${declared.pattern})$`, 'u').test(value)
    case 'version':
      return typeof value === 'string' && versionPattern.test(value)
  }
}

const isWithin = (range: {min?: number | undefined; max?: number | undefined}, value: number): boolean =>
  value >= (range.min ?? Number.NEGATIVE_INFINITY) && value <= (range.max ?? Number.POSITIVE_INFINITY)

/**
 * Converts a value from a command line to its declared type. A value that cannot be converted stays text, so that
 * `isDeclaredValue` rejects it and the message can show it.
 */
export function readDeclaredValue(declared: Declaration | undefined, written: string): FieldValue {
  if (declared?.type === 'boolean') return written === 'true' ? true : written === 'false' ? false : written
  if (declared === undefined || !isNumberType(declared.type)) return written
  return written.trim() !== '' && Number.isFinite(Number(written)) ? Number(written) : written
}

export interface KeptFields {
  readonly kept: FieldValues
  /** `isDeclared`: the field is declared, but its value is invalid. */
  readonly dropped: readonly {readonly name: string; readonly message: string; readonly isDeclared: boolean}[]
}

/**
 * Keeps the values that are declared and valid. The others are returned with the reason. Pure. Does not throw, whatever
 * a program passes.
 */
export function keepDeclared(declared: Declarations, values: unknown): KeptFields {
  const kept: Record<string, FieldValue> = {}
  const dropped: {name: string; message: string; isDeclared: boolean}[] = []
  for (const [name, value] of entriesOf(values)) {
    const rule = Object.hasOwn(declared, name) ? declared[name] : undefined
    if (rule === undefined)
      dropped.push({name, message: `field ${describeValue(name)} is not declared`, isDeclared: false})
    else if (isDeclaredValue(rule, value as FieldValue)) kept[name] = value as FieldValue
    else
      dropped.push({
        name,
        message: `field ${name}: must be ${describeDeclaration(rule)}, got ${describeValue(value)}`,
        isDeclared: true,
      })
  }
  return {kept, dropped}
}

/** What cannot be read is an entry without a value, so that it is counted. */
function entriesOf(values: unknown): [string, unknown][] {
  try {
    if (typeof values !== 'object' || values === null) return [['the fields', values]]
    return Object.keys(values).map(name => [name, readValue(values, name)])
  } catch {
    return [['the fields', undefined]]
  }
}

function readValue(values: object, name: string): unknown {
  try {
    return (values as Record<string, unknown>)[name]
  } catch {
    return undefined
  }
}

/** Whether values of a declared type are numbers. */
export const isNumberType = (type: Declaration['type']): boolean => type === 'integer' || type === 'number'
