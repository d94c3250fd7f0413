import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import {type Declarations, readDeclaredValue} from '../../protocol/project/declaration.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import type {FieldValues} from '../../protocol/values/scalars.ts'
import {durationSeconds} from '../../protocol/values/scalars.ts'

/** Reads the seconds of a flag. Throws `USAGE_WRONG_USE`. An empty value counts as absent. */
export function readSeconds(input: string): string {
  if (input === '') return ''
  const result = v.safeParse(durationSeconds, toNumber(input))
  if (result.success) return String(result.output)
  const rule = result.issues[0].message
  throw new UsageError('USAGE_WRONG_USE', `the number of seconds: ${rule}, got ${describeValue(input)}`)
}

/** Reads the name of a period: a year, a month, the first day of a year, or `always`. Throws `USAGE_WRONG_USE`. */
export function readPeriod(input: string): string {
  const day = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?$/.exec(input)
  const isDay = day !== null && !Number.isNaN(Date.parse([day[1], day[2] ?? '01', day[3] ?? '01'].join('-')))
  if (isDay || input === 'always') return input
  throw new UsageError(
    'USAGE_WRONG_USE',
    `--period must be a year, a month or a first day, such as 2025, 2025-11 or 2025-07-01, got ${describeValue(input)}`,
  )
}

/** Converts a text to a number. Any other text stays, so that the error shows it. */
export const toNumber = (input: string): unknown =>
  input.trim() !== '' && !Number.isNaN(Number(input)) ? Number(input) : input

/**
 * Reads `K=V` pairs with the types that the project declares. Undeclared values stay text, and the recorder drops them.
 * A pair without `=` is left out and named in `misread`.
 */
export function readFields(
  declared: Declarations,
  pairs: readonly string[] | undefined,
  flag: string,
): {readonly fields: FieldValues; readonly misread: readonly string[]} {
  const [right, wrong] = [[] as string[], [] as string[]]
  for (const pair of pairs ?? []) (pair.indexOf('=') < 1 ? wrong : right).push(pair)
  const entries = right.map(pair => {
    const equals = pair.indexOf('=')
    const name = pair.slice(0, equals)
    return [name, readDeclaredValue(declared[name], pair.slice(equals + 1))] as const
  })
  const misread = wrong.map(pair => `${flag}: must be K=V, got ${describeValue(pair)}`)
  return {fields: Object.fromEntries(entries), misread}
}
