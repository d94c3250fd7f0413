/**
 * Room `parts`: what a store has of a project beside events.
 *
 * `usage export` writes it and `usage import` restores it: days of people, pending events, counters and totals. Every
 * store reads and restores the same parts, so a project can move between them. Restoring a part a second time changes
 * nothing. All times are Unix milliseconds.
 */
import * as v from 'valibot'
import {event} from '../../protocol/report/event.ts'
import {header} from '../../protocol/report/header.ts'
import {uuid} from '../../protocol/values/scalars.ts'
import {usesOfTotals} from './totals/kept-features.ts'

const ms = v.pipe(v.number(), v.integer())
const count = v.pipe(v.number(), v.integer())
const label = v.pipe(v.string(), v.regex(/^\d{4}(?:-\d\d)?$/, 'must be a year or a month'))
const name = v.pipe(v.string(), v.maxLength(1_000))
/** The id of the store that was exported. Its counters count once, however often they are imported. */
const store = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/, 'must be the id of a store'))
const purge = v.nullable(
  v.object({
    /** Single rows are gone before this time. */
    beforeMs: ms,
    /** When the first event of the project happened. Null: unknown. */
    firstMs: v.nullable(ms),
  }),
)

/** The first part. The target refuses it if it has data of its own in the time that only totals cover. */
const beginPart = v.object({part: v.literal('begin'), store, runs: purge, features: purge})

/** What is known of runs beyond their start and end: of a run of which only purged features told, everything. */
const runsPart = v.object({
  part: v.literal('runs'),
  header,
  runs: v.array(
    v.object({
      run: uuid,
      /** Which event gave the run its header: 1 start, 2 repeated start, 3 end, 4 feature. */
      rank: v.picklist([1, 2, 3, 4]),
      firstSignMs: ms,
      lastSignMs: ms,
      isClamped: v.boolean(),
      isOutcomeUntold: v.boolean(),
      isTest: v.boolean(),
    }),
  ),
})

/** Days on which a person used a feature without a run, where the uses are gone: the time of the first use of each. */
const daysPart = v.object({part: v.literal('days'), header, usedMs: v.array(ms)})

/** Events and values that wait for their declaration. */
const pendingPart = v.object({
  part: v.literal('pending'),
  header,
  events: v.array(v.object({event, timeMs: ms, isClamped: v.boolean(), isStored: v.boolean(), receivedMs: ms})),
})

/** Counters by day, of the project or of the whole store, and erased rows by month. */
const countersPart = v.object({
  part: v.literal('counters'),
  store,
  of: v.picklist(['project', 'store', 'erased']),
  counters: v.array(v.tuple([v.pipe(v.string(), v.regex(/^\d{4}-\d\d(?:-\d\d)?$/)), name, count])),
})

const runTotalsPart = v.object({
  part: v.literal('run-totals'),
  span: label,
  /** `RunTotals` of any version. */
  facts: v.record(v.string(), v.unknown()),
})

const featureTotal = v.object({
  use: v.picklist(usesOfTotals),
  type: name,
  name,
  count,
  internal: count,
  runs: count,
  users: count,
  /** Null in totals of an earlier version. */
  usersLow: v.nullable(count),
  usesWithoutUser: count,
  daysWithoutUser: count,
  unpaired: count,
  seconds: v.nullable(v.number()),
  timed: v.nullable(count),
  /** The histogram (`encodeDurations`) as base64. Null if no use has a duration of its own. */
  durations: v.nullable(v.string()),
})
/** The total of one feature and one kind of use. It names nobody. */
export type FeatureTotal = Readonly<v.InferOutput<typeof featureTotal>>

const featureTotalsPart = v.object({part: v.literal('feature-totals'), span: label, totals: v.array(featureTotal)})

/** The last part. From it on, answers use the totals. */
const endPart = v.object({part: v.literal('end'), store, runs: purge, features: purge})

const storePart = v.variant('part', [
  beginPart,
  runsPart,
  daysPart,
  pendingPart,
  countersPart,
  runTotalsPart,
  featureTotalsPart,
  endPart,
])
export type StorePart = Readonly<v.InferOutput<typeof storePart>>
export type PartOf<Kind extends StorePart['part']> = Extract<StorePart, {readonly part: Kind}>

/** The parts after the events. */
export type OtherPart = Exclude<StorePart, {readonly part: 'begin'}>

/** Reads a part. Null, with the first problem, if it is invalid. Pure. */
export function parsePart(input: unknown): {readonly part: StorePart} | {readonly problem: string} {
  const read = v.safeParse(storePart, input)
  return read.success ? {part: read.output} : {problem: read.issues[0].message}
}
