import * as v from 'valibot'
import {limits} from '../values/limits.ts'
import {isPlainText, pseudonym, time, uuid} from '../values/scalars.ts'
import {pseudonymKey} from './erasure.ts'
import {endEvent, event, featureEvent, startEvent} from './event.ts'
import {header} from './header.ts'

/** Marks a position in an answer of several pages. Only the collector that made it can read it. */
const cursor = v.pipe(v.string(), v.regex(/^[A-Za-z0-9._-]{1,128}$/, 'must be the text `next` of an earlier page'))

/**
 * A request for everything that a collector holds under one pseudonym: `POST {endpoint}/v1/projects/{project}/access`.
 * The key proves that the sender owns the pseudonym, as in an erasure request. One request names one key, so that a
 * collector cannot join the pseudonyms of a person by a list.
 */
export const accessRequest = v.strictObject({
  protocol: v.literal(1),
  key: pseudonymKey,
  /** The text `next` of the page before. Null or absent: the first page. */
  cursor: v.nullish(cursor, null),
})
export type AccessRequest = Readonly<v.InferOutput<typeof accessRequest>>

/** Reads a request. Null if it is invalid: no message quotes a value, because the value may be a key. Never throws. */
export function parseAccessRequest(input: unknown): AccessRequest | null {
  const result = v.safeParse(accessRequest, input)
  return result.success ? result.output : null
}

/** A run, with its start and end as they are stored. Null: this event has not arrived. */
const runRecord = v.object({
  kind: v.literal('run'),
  run: uuid,
  start: v.nullable(startEvent),
  end: v.nullable(endEvent),
  /** The first and the last time at which the run was alive. Null if only features of the run have arrived. */
  firstSignAt: v.nullable(time),
  lastSignAt: v.nullable(time),
  /** Whether a time was in the future and was set to the time of receipt. */
  isClamped: v.boolean(),
  /** Whether the client does not report how a run ended, and whether it marked the run as a test. */
  isOutcomeUntold: v.boolean(),
  isTest: v.boolean(),
})
/** A start that was repeated while the run lasted. */
const repeatRecord = v.object({kind: v.literal('repeat'), event: startEvent})
const featureRecord = v.object({kind: v.literal('feature'), event: featureEvent, isClamped: v.boolean()})
/** An end without a run. */
const endRecord = v.object({kind: v.literal('end'), event: endEvent})
/** A day with feature uses outside of runs, of which only the day is kept. */
const dayRecord = v.object({kind: v.literal('day'), usedAt: time})

/**
 * What waits until the project declares it: a feature event that is not counted yet, or the values of an event that was
 * stored without them.
 */
const pendingRecord = v.object({kind: v.literal('pending'), event, isStored: v.boolean(), receivedAt: time})

export const accessRecord = v.variant('kind', [
  runRecord,
  repeatRecord,
  featureRecord,
  endRecord,
  dayRecord,
  pendingRecord,
])
export type AccessRecord = Readonly<v.InferOutput<typeof accessRecord>>

/** Everything before these times was replaced with totals that name nobody. Null: nothing was. */
const totals = v.object({runsBefore: v.nullable(time), featuresBefore: v.nullable(time)})

/** One page of an answer: records with the header under which they are stored. */
export const accessPage = v.object({
  protocol: v.literal(1),
  /** The pseudonym of the key. */
  user: pseudonym,
  groups: v.array(v.object({header, records: v.array(accessRecord)})),
  totals,
  /** Send it as `cursor` to get the next page. Null: this is the last page. */
  next: v.nullable(cursor),
})
export type AccessPage = Readonly<v.InferOutput<typeof accessPage>>

type Loose = Readonly<Record<string, unknown>>

/** A page as a client reads it: records of a newer collector keep the values that this version does not know. */
export interface ReadAccessPage extends Pick<AccessPage, 'user' | 'totals' | 'next'> {
  readonly groups: readonly {readonly header: Loose; readonly records: readonly Loose[]}[]
}

const loose = v.record(v.string(), v.unknown())
const readPage = v.object({
  ...accessPage.entries,
  groups: v.array(v.object({header: loose, records: v.array(loose)})),
})

/**
 * Reads a page from a collector. Null for anything else, such as a page of a proxy, and for texts with control
 * characters, which no collector accepts. Pure; never throws.
 */
export function parseAccessPage(body: string): ReadAccessPage | null {
  try {
    const input: unknown = JSON.parse(body)
    if (!isPlainJson(input, limits.maxAccessDepth)) return null
    const result = v.safeParse(readPage, input)
    return result.success ? result.output : null
  } catch {
    return null
  }
}

/** Whether all texts are free of control characters and the levels of objects and lists are at most `levels`. */
function isPlainJson(value: unknown, levels: number): boolean {
  if (typeof value === 'string') return isPlainText(value)
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.entries(value).every(([key, inner]) => isPlainText(key) && isPlainJson(inner, levels - 1))
}
