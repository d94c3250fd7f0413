import {constants} from 'node:os'
import * as v from 'valibot'
import type {ErrorCode} from '../../errors.ts'
import {type Declarations, keepDeclared} from '../../protocol/project/declaration.ts'
import {localBlock} from '../../protocol/report/buffered-event.ts'
import {type ProgramHeader, programHeader} from '../../protocol/report/header.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import * as scalars from '../../protocol/values/scalars.ts'

/** Something that was not as it should be, although the event may have been recorded. */
export interface Warning {
  readonly code: ErrorCode
  readonly message: string
}

/** What an event says beside its fields: how a value is brought into the form of the wire, its name for people, and the rule. */
const rules = {
  run: [scalars.uuid, 'run id', 'a UUID'],
  exitCode: [scalars.exitCode, 'exit code', 'an integer of 32 bits'],
  signal: [scalars.signalName, 'signal', 'a name such as TERM or a number from 1 to 127'],
  startedAt: [scalars.time, 'start time', 'a time in RFC 3339 format with a time zone'],
  durationSeconds: [scalars.durationSeconds, 'duration', 'a number of seconds, 0 or more'],
  count: [scalars.count, 'count', 'an integer, 1 or more'],
  internal: [v.boolean(), 'internal', 'true or false'],
} as const
type Values = {readonly [name in keyof typeof rules]: v.InferOutput<(typeof rules)[name][0]>}

/** What a caller passed, whatever its types promise. */
export type Given<Input> = {readonly [name in keyof Input | 'unread']?: unknown}

/**
 * The values of one event. What does not fit the wire is left out and named in `warnings`; the event counts without it.
 * Nothing here throws, even if the caller's own object does.
 */
export class FitValues {
  readonly warnings: Warning[] = []
  private readonly given: object
  private readonly unfit = new Set<string>()

  constructor(given: object) {
    this.given = given
    for (const message of (this.get('unread') as readonly string[] | null) ?? []) this.warn(message)
  }

  /** A value by its name; null where it is absent or does not fit. */
  value<Name extends keyof Values>(name: Name): Values[Name] | null {
    const given = this.get(name)
    if (given === null) return null
    const [schema, label, rule] = rules[name]
    const result = safely(() => v.safeParse(schema, normalize(name, given)))
    if (result?.success) return result.output as Values[Name]
    this.unfit.add(name)
    this.warn(`${label}: must be ${rule}, got ${describeValue(given)}`)
    return null
  }

  /** Whether a value was passed under this name and left out. */
  isUnfit(name: keyof Values): boolean {
    return this.unfit.has(name)
  }

  /** The declared ones of the fields, or details. */
  fields(name: 'fields' | 'details', declared: Declarations): scalars.FieldValues {
    const {kept, dropped} = keepDeclared(declared, this.get(name) ?? {})
    for (const {message, isDeclared} of dropped)
      this.warn(message, isDeclared ? 'USAGE_FIELD_INVALID' : 'USAGE_UNDECLARED_FIELD')
    return kept
  }

  /** The path of the script. */
  script(): string | null {
    const path = this.get('script')
    if (v.is(localBlock.entries.script, path)) return (path as string | null) ?? null
    this.warn('script: must be a shorter text without control characters')
    return null
  }

  /** What a program says of itself. */
  header(given: ProgramHeader): ProgramHeader {
    const {header, unfit} = fitHeader(given)
    for (const name of unfit) this.warnings.push(unfitHeader(name))
    return header
  }

  warn(message: string, code: ErrorCode = 'USAGE_WRONG_USE'): void {
    this.warnings.push({code, message})
  }

  private get(name: string): unknown {
    try {
      return (this.given as Record<string, unknown>)[name] ?? null
    } catch {
      this.unfit.add(name)
      this.warn(`${name}: cannot be read`)
      return null
    }
  }
}

/** What the recording of a start with these values would warn of. Records nothing. */
export function checkStart(
  given: Given<{script: unknown; fields: unknown}>,
  header: ProgramHeader,
  declared: Declarations,
): readonly Warning[] {
  const values = new FitValues(given)
  values.header(header)
  values.script()
  values.fields('fields', declared)
  return values.warnings
}

/** The header with what does not fit the wire left out, and the names of that. Pure. */
export function fitHeader(given: ProgramHeader): {header: ProgramHeader; unfit: (keyof ProgramHeader)[]} {
  const fits = (name: keyof ProgramHeader) => v.is(programHeader.entries[name], given[name])
  const unfit = (Object.keys(programHeader.entries) as (keyof ProgramHeader)[]).filter(name => !fits(name))
  return {header: {...given, ...Object.fromEntries(unfit.map(name => [name, null]))}, unfit}
}

/** The warning of a value of the header that was left out. */
export const unfitHeader = (name: keyof ProgramHeader): Warning => ({
  code: 'USAGE_WRONG_USE',
  message: `${name}: must be a shorter text without control characters`,
})

/** Signals by name in any case, with or without SIG, or by number; times with any time zone. */
function normalize(name: keyof Values, given: unknown): unknown {
  if (name === 'signal') return toSignalName(given)
  return name === 'startedAt' ? toUtc(given) : given
}

function toSignalName(given: unknown): unknown {
  const written = typeof given === 'number' ? String(given) : given
  if (typeof written !== 'string') return given
  if (!/^\d+$/.test(written)) return written.toUpperCase().replace(/^(?!SIG)/, 'SIG')
  const number = Number(written)
  const known = Object.entries(constants.signals).find(one => one[1] === number)?.[0]
  // A wait status has 7 bits for the signal.
  return known ?? (number > 0 && number < 128 ? `SIG${number}` : given)
}

function toUtc(given: unknown): unknown {
  if (typeof given !== 'string' || v.is(scalars.time, given)) return given
  const [, day] = /^(\d{4}-\d\d-\d\d)T.*(?:Z|[+-]\d\d:\d\d)$/.exec(given) ?? []
  const milliseconds = v.is(scalars.time, `${day}T00:00:00Z`) ? Date.parse(given) : Number.NaN
  return Number.isNaN(milliseconds) ? given : new Date(milliseconds).toISOString()
}

function safely<Result>(parse: () => Result): Result | null {
  try {
    return parse()
  } catch {
    return null
  }
}
