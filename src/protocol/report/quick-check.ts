/** The parts of a schema of valibot, or of a step of its pipe, that decide which values it leaves as they are. */
interface Rule {
  readonly kind: string
  readonly type: string
  readonly requirement?: unknown
  readonly entries?: Readonly<Record<string, Rule>>
  readonly key?: Rule
  readonly value?: Rule
  readonly item?: Rule
  readonly wrapped?: Rule
  readonly default?: unknown
  readonly literal?: unknown
  readonly options?: readonly Rule[]
  readonly check?: (value: unknown) => boolean
  readonly pipe?: readonly Rule[]
}

type Check = (value: never) => boolean
type AnyObject = Readonly<Record<string, unknown>>

/**
 * Whether a schema surely accepts a value and returns an equal one. Then the schema need not read it, which takes twice
 * the time, because it copies every value. False proves nothing: only the schema refuses and changes values. Pure.
 *
 * The check follows the rules of the schema itself, so that there is no second list of keys and limits.
 *
 * @param schema a schema of valibot. No value is sure for one with a rule that is not known here.
 */
export function isSure(schema: object, value: unknown): boolean {
  let check = known.get(schema)
  if (check === undefined) {
    check = checkOf(schema as Rule)
    known.set(schema, check)
  }
  return check(value as never)
}

const known = new Map<object, Check>()
const never: Check = () => false

function checkOf(rule: Rule): Check {
  // Keys are counted before they are read one by one.
  if (rule.pipe !== undefined) return all(rule.pipe.toSorted(countingFirst).map(checkOf))
  if (rule.kind === 'metadata') return () => true
  return (rule.kind === 'schema' ? checkOfSchema(rule) : checkOfStep(rule)) ?? never
}

const countingFirst = (a: Rule, b: Rule): number => Number(b.type === 'max_entries') - Number(a.type === 'max_entries')

function all(checks: readonly Check[]): Check {
  return value => {
    for (const check of checks) if (!check(value)) return false
    return true
  }
}

function checkOfSchema(rule: Rule): Check | null {
  switch (rule.type) {
    case 'string':
    case 'boolean':
      return value => typeof value === rule.type
    case 'number':
      return value => typeof value === 'number' && !Number.isNaN(value)
    case 'literal':
      return value => value === rule.literal
    case 'custom':
      return rule.check!
    case 'object':
      return checkOfObject(rule.entries!)
    case 'record':
      return checkOfRecord(checkOf(rule.key!), checkOf(rule.value!))
    case 'array':
      return checkOfArray(checkOf(rule.item!))
    case 'union':
      return checkOfUnion(rule.options!.map(checkOf))
    case 'nullish':
      return checkOfNullish(rule)
    case 'optional':
      return checkOf(rule.wrapped!)
    default:
      return null
  }
}

function checkOfStep({type, requirement}: Rule): Check | null {
  const bound = requirement as number
  switch (type) {
    case 'regex':
      return (value: string) => (requirement as RegExp).test(value)
    case 'check':
      return requirement as Check
    case 'non_empty':
      return ({length}: string) => length > 0
    case 'min_length':
      return ({length}: string) => length >= bound
    case 'max_length':
      return ({length}: string) => length <= bound
    case 'max_entries':
      return value => countKeys(value, bound) <= bound
    case 'min_value':
      return (value: number) => value >= bound
    case 'max_value':
      return (value: number) => value <= bound
    case 'integer':
      return Number.isInteger
    case 'finite':
      return Number.isFinite
    case 'to_lower_case':
      return (value: string) => value.toLowerCase() === value
    default:
      return null
  }
}

/** An object as JSON has it. A schema also reads lists and inherited keys, but does not return them as they are. */
const isPlain = (value: unknown): value is AnyObject =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** The number of keys, or one more than `most`. */
function countKeys(value: unknown, most: number): number {
  let count = 0
  for (const _ in value as object) if (++count > most) break
  return count
}

/** A value with a key that the schema does not have is not sure: the schema leaves the key out. */
function checkOfObject(entries: Readonly<Record<string, Rule>>): Check {
  const parts = Object.entries(entries).map(([key, rule]) => ({key, check: checkOf(rule), mayLack: mayLack(rule)}))
  return (value: unknown) => {
    if (!isPlain(value)) return false
    let found = 0
    for (const {key, check, mayLack} of parts) {
      const inner = value[key]
      if (inner === undefined) {
        if (!mayLack || key in value) return false
      } else if (check(inner as never)) found++
      else return false
    }
    return countKeys(value, found) === found
  }
}

/** Whether an object without the key stays without it. */
const mayLack = (rule: Rule): boolean => ['nullish', 'optional'].includes(rule.type) && rule.default === undefined

/** Keys that a record of valibot leaves out. */
const unsafeKeys = ['__proto__', 'prototype', 'constructor']

function checkOfRecord(checkKey: Check, checkValue: Check): Check {
  return (value: unknown) => {
    if (!isPlain(value)) return false
    for (const key in value)
      if (unsafeKeys.includes(key) || !checkKey(key as never) || !checkValue(value[key] as never)) return false
    return true
  }
}

const checkOfArray =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && (value as readonly never[]).every(check)

const checkOfUnion =
  (checks: readonly Check[]): Check =>
  value =>
    checks.some(check => check(value))

/** Null stays null unless the schema has another value for it. */
function checkOfNullish({wrapped, default: fallback}: Rule): Check {
  const check = checkOf(wrapped!)
  const keepsNull = fallback === undefined || fallback === null
  return value => (value === null ? keepsNull : check(value))
}
