/**
 * Room `values`: what all other rooms are made of.
 *
 * Schemas of ids, names, times and texts are in this module, their limits in `limits.ts`. `problem.ts` describes what is
 * wrong with a value and where. `sha256.ts` is the only module of this hall that reaches Node.js, and the builds replace
 * it. Nothing here depends on another room.
 */

import * as v from 'valibot'
import {limits} from './limits.ts'

/** A project id: safe on the wire, in folder names and in URLs. */
export const projectIdPattern = /^[a-z][a-z0-9-]{0,39}$/
/**
 * Whether an undeclared feature name is allowed under `allowOther`. Slashes, quotes and control characters are not, so
 * that a name cannot be a path or markup. The pattern is created only when needed: compiling it takes a quarter of a
 * millisecond.
 */
export const isOpenFeatureName = (name: string): boolean => /^[\p{L}\p{N} ._:+()>-]{1,128}$/u.test(name)

const uuidPattern = /^[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$/
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/
const dayPattern = /^\d{4}-\d\d-\d\d$/
const pseudonymPattern = /^[0-9a-f]{32}$/
/** The signals of Linux, the BSDs and macOS, and numbers for signals without a name. Any other word is free text. */
const signalPattern =
  /^SIG(?:HUP|INT|QUIT|ILL|TRAP|ABRT|IOT|EMT|BUS|FPE|KILL|USR[12]|SEGV|PIPE|ALRM|TERM|STKFLT|CHLD|CLD|CONT|STOP|TSTP|TTIN|TTOU|URG|XCPU|XFSZ|VTALRM|PROF|WINCH|IO|POLL|PWR|INFO|LOST|SYS|UNUSED|THR|LIBRT|BREAK|RT(?:MIN|MAX)(?:[+-]\d{1,2})?|\d{1,3})$/
const fieldNamePattern = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
/** No control characters (C0, DEL, C1) and no lone surrogates. */
const plainTextPattern = /^[^\u0000-\u001f\u007f-\u009f\ud800-\udfff]*$/u

/** Whether a text contains no control characters and no lone surrogates. */
export const isPlainText = (text: string): boolean => plainTextPattern.test(text)

/** A day that every month has, with a time that every day has. Faster than `Date`. */
const usualTimePattern = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])(?:T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d|$)/

/** `Date` reads 30 February and 24:00 as a later day, so the day must be the same afterwards. */
function isRealTime(text: string): boolean {
  if (usualTimePattern.test(text)) return true
  const parsed = new Date(text)
  return !Number.isNaN(parsed.getTime()) && parsed.getUTCDate() === Number(text.slice(8, 10))
}

export const projectId = v.pipe(
  v.string(),
  v.regex(projectIdPattern, 'must be a project id (a-z, 0-9 and -, beginning with a letter, at most 40)'),
)
/** Accepts both cases and returns lower case, so that equal ids are equal strings. */
export const uuid = v.pipe(v.string(), v.regex(uuidPattern, 'must be a UUID'), v.toLowerCase())
export const time = v.pipe(
  v.string(),
  v.regex(timePattern, 'must be a time in RFC 3339 format, in UTC with Z'),
  v.check(isRealTime, 'must be a time that exists'),
)
/** A day of the calendar: `2026-01-01`. */
export const day = v.pipe(
  v.string(),
  v.regex(dayPattern, 'must be a day such as 2026-01-01'),
  v.check(isRealTime, 'must be a day that exists'),
)
export const pseudonym = v.pipe(v.string(), v.regex(pseudonymPattern, 'must be a pseudonym of 32 hex digits'))
export const signalName = v.pipe(v.string(), v.regex(signalPattern, 'must be a signal name such as SIGTERM'))
export const fieldName = v.pipe(
  v.string(),
  v.regex(fieldNamePattern, 'must be a field name (letters, digits, _ . -, at most 64)'),
)

/** A string of 1 to `max` characters without control characters. */
export const text = (max: number = limits.maxStringLength) =>
  v.pipe(
    v.string(),
    v.nonEmpty('must not be empty'),
    v.maxLength(max, `must have at most ${max} characters`),
    v.regex(plainTextPattern, 'must be text without control characters'),
  )

export const featureName = text(limits.maxFeatureNameLength)

export const durationSeconds = v.pipe(
  v.number('must be a number of seconds'),
  v.minValue(0, 'must be at least 0 seconds'),
  v.maxValue(limits.maxDurationSeconds, `must be at most ${limits.maxDurationSeconds} seconds`),
)
/** Windows' codes have 32 bits, unsigned; some tools print them signed. */
export const exitCode = v.pipe(
  v.number('must be an exit code'),
  v.integer('must be an integer exit code'),
  v.minValue(-2_147_483_648, 'must be an exit code of 32 bits'),
  v.maxValue(4_294_967_295, 'must be an exit code of 32 bits'),
)
export const count = v.pipe(
  v.number('must be a count'),
  v.integer('must be an integer count'),
  v.minValue(1, 'must be a count of at least 1'),
  v.maxValue(limits.maxCount, `must be a count of at most ${limits.maxCount}`),
)

/** A value of a field or a detail. Scalars only: a nested value could contain anything. */
export const fieldValue = v.union(
  [v.pipe(v.number(), v.finite()), v.boolean(), text()],
  'must be a number, a boolean or a short text',
)
export const fieldValues = v.pipe(
  v.record(fieldName, fieldValue),
  v.maxEntries(limits.maxFields, `must have at most ${limits.maxFields} fields`),
)
export type FieldValue = v.InferOutput<typeof fieldValue>
export type FieldValues = Readonly<Record<string, FieldValue>>
