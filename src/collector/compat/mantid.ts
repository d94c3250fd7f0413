import * as v from 'valibot'
import {UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Event, FeatureEvent} from '../../protocol/report/event.ts'
import type {Header} from '../../protocol/report/header.ts'
import {emptyHeader} from '../../protocol/report/header-columns.ts'
import {limits} from '../../protocol/values/limits.ts'
import {describeProblems, toProblems} from '../../protocol/values/problem.ts'
import {count, durationSeconds} from '../../protocol/values/scalars.ts'
import {admitAnyAge} from '../intake/admit.ts'
import type {Batch} from '../store/store.ts'
import {microseconds, readMantidTime} from './mantid-time.ts'
import {type OldIds, uuidOf} from './old-ids.ts'
import {shortText, systemName} from './short-text.ts'

/** The settings that Mantid's bodies are read with. */
export interface MantidContext {
  readonly project: ProjectFile
  readonly ids: OldIds
  /** Unix milliseconds. */
  readonly receivedAtMs: number
  /** The time of features that have none, Unix milliseconds. Default: the receipt. */
  readonly untimedMs?: number
  /** Makes the id of a use, which clients do not send: random, or in an import made from the content. */
  readonly featureId: (timeMs: number) => string
}

/** Long texts are cut later, never rejected. */
const anyText = v.nullish(v.string('must be text'), null)
const mantidTime = v.pipe(
  v.string('must be a time'),
  v.check(text => readMantidTime(text) !== null, 'must be a time YYYY-MM-DDTHH:MM:SS in UTC'),
)

const headerEntries = {
  application: anyText,
  component: anyText,
  host: anyText,
  uid: anyText,
  mantidSha1: anyText,
  mantidVersion: anyText,
  osArch: anyText,
  osName: anyText,
  osReadable: anyText,
  osVersion: anyText,
}

const startup = v.object({
  ...headerEntries,
  mantidVersion: v.pipe(v.string('must be text'), v.nonEmpty('must not be empty')),
  dateTime: mantidTime,
})

/** A number that JSON cannot hold exactly is read as the largest that it can. */
const anyCount = v.pipe(
  v.number('must be a count'),
  v.transform(uses => Math.min(uses, limits.maxCount)),
  count,
)

const feature = v.object({
  type: v.nullish(v.string('must be text'), 'Unknown'),
  name: v.pipe(v.string('must be text'), v.nonEmpty('must not be empty')),
  internal: v.nullish(v.boolean(), false),
  count: v.nullish(anyCount, 1),
  application: anyText,
  start: v.nullish(mantidTime, null),
  duration: v.nullish(durationSeconds, null),
})

const featureList = v.object({
  ...headerEntries,
  dateTime: v.nullish(mantidTime, null),
  features: v.array(feature, 'must be a list of features'),
})
/** A single feature contains the header itself, which a list contains beside its features. */
const singleFeature = v.object({...headerEntries, dateTime: v.nullish(mantidTime, null), ...feature.entries})

type MantidHeader = v.InferOutput<v.ObjectSchema<typeof headerEntries, undefined>>

/**
 * Reads what Mantid posts when it starts: one startup, a list of them, or `{"usages": […]}`. All or nothing: throws a
 * `UsageError` USAGE_REPORT_UNPARSABLE if one of them is invalid.
 *
 * The run id is made from the content of the startup. The daily repeat has exactly the same content, so it is the same
 * run. Mantid sends no end, so outcomes stay unknown.
 */
export function readMantidStartups(input: unknown, context: MantidContext): Batch[] {
  return listOf(input, 'usages').map(one => {
    const read = parse(startup, one)
    const timeMs = readMantidTime(read.dateTime)!
    const time = new Date(timeMs).toISOString()
    // Clients send nanoseconds and Mantid's server kept microseconds: both are the same startup.
    const content = {...read, dateTime: [time, microseconds(read.dateTime)]}
    const run = uuidOf(timeMs, 'mantid', content)
    const id = uuidOf(timeMs, 'mantid start', content)
    const event: Event = {id, type: 'start', run, time, script: null, repeat: 0, fields: {}}
    return {...batchOf(read, [event], timeMs, context), mark: {isOutcomeUntold: true, isTest: false}}
  })
}

/**
 * Reads the features that Mantid posts: `{"features": […]}`, one feature, or a list of either. All or nothing, like
 * startups. Features belong to no run, and the context gives their ids. A feature without a time gets the time of its
 * list, else `untimedMs`.
 */
export function readMantidFeatures(input: unknown, context: MantidContext): Batch[] {
  const {untimedMs = context.receivedAtMs} = context
  return listOf(input, 'usages').flatMap(one => {
    const isList = typeof one === 'object' && one !== null && Object.hasOwn(one, 'features')
    const read = isList ? parse(featureList, one) : parse(singleFeature, one)
    const listed = 'features' in read ? read.features : [read]
    const groups = Map.groupBy(listed, ({application}) => application ?? read.application)
    return [...groups].map(([application, features]) => {
      const reportedAtMs = (read.dateTime === null ? null : readMantidTime(read.dateTime)) ?? untimedMs
      const events = features.map(used => eventOf(used, reportedAtMs, context))
      return batchOf({...read, application}, events, reportedAtMs, context)
    })
  })
}

function eventOf(used: v.InferOutput<typeof feature>, reportedAtMs: number, {featureId}: MantidContext): FeatureEvent {
  const timeMs = (used.start === null ? null : readMantidTime(used.start)) ?? reportedAtMs
  return {
    id: featureId(timeMs),
    type: 'feature',
    run: null,
    time: new Date(timeMs).toISOString(),
    featureType: shortText(used.type, 64) ?? 'Unknown',
    name: shortText(used.name, limits.maxFeatureNameLength)!,
    durationSeconds: used.duration,
    count: used.count,
    internal: used.internal,
    details: null,
  }
}

function batchOf(read: MantidHeader, events: readonly Event[], timeMs: number, context: MantidContext): Batch {
  const {project, ids, receivedAtMs} = context
  const os = {
    name: systemName(read.osName),
    version: shortText(read.osVersion, 128),
    arch: shortText(read.osArch, 32),
    readable: shortText(read.osReadable, 128),
  }
  const header: Header = {
    ...emptyHeader,
    ...ids.header({user: read.uid, host: read.host}, project, timeMs),
    application: shortText(read.application, 128) ?? project.application ?? null,
    version: shortText(read.mantidVersion, 64),
    commit: shortText(read.mantidSha1, 64),
    component: shortText(read.component, 128),
    os: Object.values(os).every(value => value === null) ? null : os,
  }
  return admitAnyAge({header, events}, project, receivedAtMs)
}

function listOf(input: unknown, key: string): readonly unknown[] {
  if (Array.isArray(input)) return input
  const isWrapped = typeof input === 'object' && input !== null && Object.hasOwn(input, key)
  if (!isWrapped) return [input]
  return parse(v.array(v.unknown(), 'must be a list'), (input as Record<string, unknown>)[key])
}

function parse<T>(schema: v.GenericSchema<unknown, T>, input: unknown): T {
  const result = v.safeParse(schema, input, {abortEarly: true})
  if (result.success) return result.output
  const came = describeProblems(toProblems(result.issues))
  throw new UsageError('USAGE_REPORT_UNPARSABLE', `not a valid record of Mantid: ${came}`, {
    next: 'See docs/compatibility.md.',
  })
}
