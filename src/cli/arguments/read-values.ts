import {constants} from 'node:os'
import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import {type Declarations, readDeclaredValue} from '../../protocol/declaration.ts'
import {describeValue} from '../../protocol/problem.ts'
import type {FieldValues} from '../../protocol/scalars.ts'
import * as scalars from '../../protocol/scalars.ts'

/** Reads the values of the reporting flags for both lanes, without the framework. */
export const readers = {
  run: (input: string): string => ifSaid(input, () => check(scalars.uuid, input.toLowerCase(), '--run')),
  seconds: (input: string): string =>
    ifSaid(input, () => String(check(scalars.durationSeconds, toNumber(input), 'the number of seconds'))),
  exitCode: (input: string): string =>
    ifSaid(input, () => String(check(scalars.exitCode, toNumber(input), '--exit-code'))),
  signal: (input: string): string => ifSaid(input, () => toSignalName(input)),
  count: (input: string): string => ifSaid(input, () => String(check(scalars.count, toNumber(input), '--count'))),
  started: (input: string): string => ifSaid(input, () => toTimeOf(input)),
}

/** An empty value counts as absent: a script may pass a variable that is not set. */
const ifSaid = (input: string, read: () => string): string => (input === '' ? '' : read())

/** Converts a text to a number. Any other text stays, so that the error shows it. */
const toNumber = (input: string): unknown =>
  input.trim() !== '' && !Number.isNaN(Number(input)) ? Number(input) : input

function check<T>(schema: v.GenericSchema<T>, input: unknown, name: string): T {
  const result = v.safeParse(schema, input)
  if (result.success) return result.output
  const message = result.issues[0].message
  const rule = message.startsWith('must ') ? message : `must be ${result.issues[0].expected}`
  throw new UsageError('USAGE_WRONG_USE', `${name}: ${rule}, got ${describeValue(input)}`)
}

function toSignalName(input: string): string {
  const upper = input.toUpperCase()
  const byNumber = Object.entries(constants.signals).find(([, number]) => String(number) === input)?.[0]
  const name = byNumber ?? (upper.startsWith('SIG') ? upper : `SIG${upper}`)
  return check(scalars.signalName, name, '--signal')
}

function toTimeOf(input: string): string {
  const milliseconds = /^\d{4}-\d\d-\d\dT.*(?:Z|[+-]\d\d:\d\d)$/.test(input) ? Date.parse(input) : Number.NaN
  if (Number.isNaN(milliseconds))
    throw new UsageError(
      'USAGE_WRONG_USE',
      `--started: must be a time in RFC 3339 format with a time zone, got ${describeValue(input)}`,
    )
  return check(scalars.time, new Date(milliseconds).toISOString(), '--started')
}

/**
 * Reads `K=V` pairs with the types that the project declares. Undeclared values stay text, and the recorder drops them.
 * Throws `USAGE_WRONG_USE` for a pair without `=`.
 */
export function readFields(declared: Declarations, pairs: readonly string[] | undefined, flag: string): FieldValues {
  const entries = (pairs ?? []).map(pair => {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new UsageError('USAGE_WRONG_USE', `${flag}: must be K=V, got ${describeValue(pair)}`)
    const name = pair.slice(0, equals)
    return [name, readDeclaredValue(declared[name], pair.slice(equals + 1))] as const
  })
  return Object.fromEntries(entries)
}
