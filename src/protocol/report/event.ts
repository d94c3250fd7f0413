import * as v from 'valibot'
import {timings} from '../durations/timings.ts'
import {
  count,
  durationSeconds,
  exitCode,
  featureName,
  fieldValues,
  pseudonym,
  signalName,
  text,
  time,
  uuid,
} from '../values/scalars.ts'

/** A run started. The start is repeated daily while the run lasts. `repeat` counts from 0, the start itself. */
export const startEvent = v.object({
  id: uuid,
  type: v.literal('start'),
  run: uuid,
  time,
  script: v.nullish(pseudonym, null),
  repeat: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(100_000)), 0),
  fields: v.optional(fieldValues, {}),
})

/** A run ended. `run` is null if its start was not found: the event is counted as unpaired. */
export const endEvent = v.object({
  id: uuid,
  type: v.literal('end'),
  run: v.nullish(uuid, null),
  time,
  durationSeconds: v.nullish(durationSeconds, null),
  exitCode: v.nullish(exitCode, null),
  signal: v.nullish(signalName, null),
  fields: v.optional(fieldValues, {}),
})

/**
 * A feature was used `count` times. `time` is when it started, of several uses the first. `internal`: not chosen by a
 * person. `timings` are the durations of those merged uses that have one, and `durationSeconds` is then null.
 */
export const featureEvent = v.object({
  id: uuid,
  type: v.literal('feature'),
  run: v.nullish(uuid, null),
  time,
  featureType: v.optional(text(64), 'Feature'),
  name: featureName,
  durationSeconds: v.nullish(durationSeconds, null),
  timings: v.nullish(timings),
  count: v.optional(count, 1),
  internal: v.optional(v.boolean(), false),
  details: v.nullish(fieldValues, null),
})

export const event = v.variant(
  'type',
  [startEvent, endEvent, featureEvent],
  'must be an event of type start, end or feature',
)

export type StartEvent = Readonly<v.InferOutput<typeof startEvent>>
export type EndEvent = Readonly<v.InferOutput<typeof endEvent>>
export type FeatureEvent = Readonly<v.InferOutput<typeof featureEvent>>
/** An event as it is sent, with pseudonyms. */
export type Event = StartEvent | EndEvent | FeatureEvent
