/**
 * Room `report`: what a sender and a collector say to each other.
 *
 * A report is a header and events. `parseReport` refuses what is no report, and rejects single events with the first
 * problem of each. Answers, erasures and requests for access have a module each. `quick-check.ts` is made from the same
 * schemas and only saves copies. Pure.
 */

import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {describeProblems, formatPath, type Parsed, toProblems} from '../values/problem.ts'
import {projectId, text} from '../values/scalars.ts'
import {type Event, endEvent, event as eventSchema, featureEvent, startEvent} from './event.ts'
import {header} from './header.ts'
import {isSure} from './quick-check.ts'

/** The version of the wire that this module reads and writes. */
export const protocolVersion = 1

const client = v.object({name: text(64), version: text(64)})

const envelopeEntries = {
  protocol: v.literal(protocolVersion, `must be protocol ${protocolVersion}`),
  project: projectId,
  client,
  header,
}

/** One report: a header and 1 to 500 events that share it. */
export const report = v.object({
  ...envelopeEntries,
  events: v.pipe(v.array(eventSchema), v.minLength(1), v.maxLength(limits.maxEventsPerReport)),
})

const envelope = v.object({
  ...envelopeEntries,
  // Unlike an array of valibot, a custom type does not copy a list of 500,000 before it counts them.
  events: v.pipe(
    v.custom<readonly unknown[]>(Array.isArray, 'must be a list of events'),
    v.minLength(1, 'must contain at least one event'),
    v.maxLength(limits.maxEventsPerReport, `must contain at most ${limits.maxEventsPerReport} events`),
  ),
})

export type Report = Readonly<v.InferOutput<typeof report>>

/** Why an event of a report was rejected. `index` is its position in the report; `id` is null if it has none. */
export interface Rejection {
  readonly index: number
  readonly id: string | null
  readonly code: RejectionCode
  readonly message: string
}
export type RejectionCode =
  | 'event-invalid'
  | 'event-too-large'
  | 'event-too-deep'
  | 'event-too-old'
  | 'feature-undeclared'

/** A report with a valid envelope: its valid events with their positions, and the rejected ones. */
export interface ParsedReport extends Omit<Report, 'events'> {
  readonly events: readonly {readonly index: number; readonly event: Event}[]
  readonly rejected: readonly Rejection[]
}

/**
 * Reads a report from outside. Pure; never throws.
 *
 * An invalid envelope yields a list of problems. An invalid event is rejected with its first problem, so that an event
 * costs no more the more problems it has. The valid ones are kept. Unknown keys are ignored, absent optional values
 * become `null` or their default, ids become lower case. Parts that stay as they are may be shared with the input.
 */
export function parseReport(input: unknown): Parsed<ParsedReport> {
  return readReport(input, isSure)
}

/**
 * Reads a report like `parseReport`.
 *
 * @param canSkip whether a schema need not read a value, because it returns an equal one. The result is the same with any
 * function that is right, also with one that always returns false.
 */
export function readReport(input: unknown, canSkip: typeof isSure): Parsed<ParsedReport> {
  const result = canSkip(envelope, input) ? null : v.safeParse(envelope, input)
  if (result?.success === false) return {ok: false, problems: toProblems(result.issues)}
  const {events: inputs, ...rest} = result?.output ?? (input as v.InferOutput<typeof envelope>)
  const events: {index: number; event: Event}[] = []
  const rejected: Rejection[] = []
  for (const [index, candidate] of inputs.entries()) {
    const parsed = parseEvent(candidate, canSkip)
    if (parsed.ok) events.push({index, event: parsed.value})
    else rejected.push({index, id: idOf(candidate), ...parsed.rejection})
  }
  return {ok: true, value: {...rest, events, rejected}}
}

type ParsedEvent =
  | {readonly ok: true; readonly value: Event}
  | {readonly ok: false; readonly rejection: Pick<Rejection, 'code' | 'message'>}

function parseEvent(input: unknown, canSkip: typeof isSure): ParsedEvent {
  const schema = schemaOf(input)
  // The schema allows neither depth nor crowds.
  if (canSkip(schema, input) && !canBeLarge(input)) return checkTimings(input as Event)
  if (isTooDeep(input)) return rejection('event-too-deep', `must have at most ${limits.maxDepth} levels in a report`)
  const bytes = canBeLarge(input) ? Buffer.byteLength(JSON.stringify(input) ?? '') : 0
  if (bytes > limits.maxEventBytes)
    return rejection('event-too-large', `must have at most ${limits.maxEventBytes} bytes, got ${bytes}`)
  const crowd = findCrowd(input)
  if (crowd !== null) return rejection('event-invalid', crowd)
  const result = v.safeParse(schema, input, {abortEarly: true})
  return result.success
    ? checkTimings(result.output)
    : rejection('event-invalid', describeProblems(toProblems(result.issues)))
}

/** The duration of an event with `timings` is in these. */
function checkTimings(event: Event): ParsedEvent {
  if (event.type !== 'feature' || event.timings == null) return {ok: true, value: event}
  const {n} = event.timings
  if (n > event.count)
    return rejection('event-invalid', `timings.n: must be at most the count ${event.count}, got ${n}`)
  return {ok: true, value: {...event, durationSeconds: null}}
}

/** The counts of `timings` are one level deeper than all other values. */
function isTooDeep(input: unknown): boolean {
  // The report and its list of events are the two levels above an event.
  const allowed = limits.maxDepth - 2
  if (typeof input !== 'object' || input === null || !('timings' in input)) return exceedsDepth(input, allowed)
  const {timings, ...others} = input
  return exceedsDepth(others, allowed) || exceedsDepth(timings, allowed)
}

/** The schema of an event by its type. It says the same as the schema of all types, in half the time. */
function schemaOf(input: unknown): typeof eventSchema | typeof startEvent | typeof endEvent | typeof featureEvent {
  switch (isObject(input) ? input['type'] : null) {
    case 'start':
      return startEvent
    case 'end':
      return endEvent
    case 'feature':
      return featureEvent
    default:
      return eventSchema
  }
}

/** The most bytes of a character as JSON (an escape of four digits), and of a number, a boolean or null with its comma. */
const mostCharacterBytes = 6
const mostScalarBytes = 26

/** Whether an event may have more bytes than allowed. Usual events are far below, and then are not written as JSON. */
const canBeLarge = (input: unknown): boolean => mostBytes(input) > limits.maxEventBytes

/** At least the bytes of a value as JSON. Stops soon after the limit of an event. */
function mostBytes(value: unknown): number {
  if (typeof value === 'string') return value.length * mostCharacterBytes + 3
  if (typeof value !== 'object' || value === null) return mostScalarBytes
  let bytes = 3
  for (const key in value) {
    bytes += key.length * mostCharacterBytes + 4 + mostBytes((value as Record<string, unknown>)[key])
    if (bytes > limits.maxEventBytes) break
  }
  return bytes
}

/** The lists and objects of an event whose number of entries has a limit. */
const crowds = [
  {path: ['fields'], most: limits.maxFields, what: 'fields'},
  {path: ['details'], most: limits.maxFields, what: 'fields'},
  {path: ['timings', 'counts'], most: limits.maxTimingBuckets, what: 'buckets'},
] as const

/** Counts the entries before they are read one by one. Returns what is too much, or null. */
function findCrowd(input: unknown): string | null {
  for (const {path, most, what} of crowds) {
    const found = path.reduce<unknown>((from, key) => (isObject(from) ? from[key] : null), input)
    const got = Array.isArray(found) ? found.length : isObject(found) ? Object.keys(found).length : 0
    if (got > most) return `${formatPath(path)}: must have at most ${most} ${what}, got ${got}`
  }
  return null
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const rejection = (code: RejectionCode, message: string): ParsedEvent => ({ok: false, rejection: {code, message}})

function exceedsDepth(value: unknown, allowed: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (allowed === 0) return true
  return Object.values(value).some(inner => exceedsDepth(inner, allowed - 1))
}

function idOf(candidate: unknown): string | null {
  if (typeof candidate !== 'object' || candidate === null || !('id' in candidate)) return null
  return typeof candidate.id === 'string' ? candidate.id.slice(0, 36) : null
}
