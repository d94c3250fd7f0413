/**
 * Room `compat`: reads the messages of the clients that `usage` replaces, as events.
 *
 * Pure functions read the datagrams of Parsl (this file) and the HTTP bodies of Mantid (`mantid.ts`). They cut long
 * texts and hash foreign ids again (`old-ids.ts`). Those clients do not report how a run ended, so its outcome is
 * `unknown`, never guessed. The rules are numbered P1 to P9 and M1 to M10 in docs/compatibility.md.
 * Read next: `mantid.ts`, `old-ids.ts`.
 */
import * as v from 'valibot'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {Event} from '../../protocol/report/event.ts'
import type {Header} from '../../protocol/report/header.ts'
import {emptyHeader} from '../../protocol/report/header-columns.ts'
import {limits} from '../../protocol/values/limits.ts'
import * as scalars from '../../protocol/values/scalars.ts'
import {admitAnyAge} from '../intake/admit.ts'
import type {Batch} from '../store/store.ts'
import {type OldIds, uuidOf} from './old-ids.ts'
import {shortText, systemName} from './short-text.ts'

type Message = Readonly<Record<string, unknown>>

/**
 * Reads one message of Parsl's own usage tracking, protocol 0 or 1. Pure. Null if it is not such a message.
 *
 * Only the key of the run is required. Missing and invalid values are unknown. A message with an `end` ends its run,
 * any other starts it. Parsl does not report how a run ended, so its outcome stays unknown. Test runs are marked, and
 * nothing else of them is stored.
 *
 * @param untimedMs the time of a message that has none. Default: the receipt
 */
export function readParslMessage(
  input: unknown,
  project: ProjectFile,
  ids: OldIds,
  receivedAtMs: number,
  untimedMs: number = receivedAtMs,
): Batch | null {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return null
  const message = input as Message
  const key = own(message, 'uuid') ?? own(message, 'correlator')
  if (typeof key !== 'string' || key === '' || key.length > limits.maxStringLength) return null
  const isTest = own(message, 'test') === true
  const event = eventOf(message, runOf(key), isTest, untimedMs)
  const header = isTest ? emptyHeader : headerOf(message, project, ids, Date.parse(event.time))
  const batch = admitAnyAge({header, events: [event]}, project, receivedAtMs)
  return {...batch, mark: {isOutcomeUntold: true, isTest}}
}

/** A key that is a UUID is the run id, so that people can find the run. Other keys are hashed to a UUID. */
const runOf = (key: string): string => (v.is(scalars.uuid, key) ? key.toLowerCase() : uuidOf(0, 'parsl', key))

function eventOf(message: Message, run: string, isTest: boolean, untimedMs: number): Event {
  const fields = isTest ? {} : fieldsOf(message)
  const isEnd = Object.hasOwn(message, 'end')
  const time = new Date(millisecondsOf(own(message, isEnd ? 'end' : 'start')) ?? untimedMs).toISOString()
  if (!isEnd) return {id: uuidOf(0, 'start', run), type: 'start', run, time, script: null, repeat: 0, fields}
  const taken = own(message, 'execution_time')
  const durationSeconds = v.is(scalars.durationSeconds, taken) ? taken : null
  return {id: uuidOf(0, 'end', run), type: 'end', run, time, durationSeconds, exitCode: null, signal: null, fields}
}

function headerOf(message: Message, project: ProjectFile, ids: OldIds, timeMs: number): Header {
  const name = systemName(own(message, 'os') ?? own(message, 'platform.system'))
  const version = shortText(own(message, 'os_v'), 128)
  return {
    ...emptyHeader,
    ...ids.header({user: own(message, 'uname'), host: own(message, 'hname')}, project, timeMs),
    application: project.application ?? null,
    version: shortText(own(message, 'parsl_v'), 64),
    os: name === null && version === null ? null : {name, version, arch: null, readable: null},
  }
}

/** Protocol 0 has these numbers in the message, protocol 1 in the components of the config and of the kernel. */
function fieldsOf(message: Message): Record<string, number> {
  const listed = own(message, 'components')
  const components = (Array.isArray(listed) ? listed : []).filter(one => typeof one === 'object' && one !== null)
  const inComponents = (name: string): unknown =>
    components.map(component => own(component as Message, name)).find(value => value !== undefined)
  const found = {
    executors: own(message, 'sites') ?? inComponents('executors_len'),
    app_count: own(message, 't_apps') ?? inComponents('app_count'),
    app_fails: own(message, 'failed') ?? inComponents('app_fails'),
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  )
}

/** Unix milliseconds from seconds since 1970, which may have decimals. Null if they are not a valid time. */
function millisecondsOf(seconds: unknown): number | null {
  if (typeof seconds !== 'number') return null
  const date = new Date(Math.round(seconds * 1000))
  return seconds < 0 || Number.isNaN(date.getTime()) ? null : date.getTime()
}

const own = (message: Message, name: string): unknown => (Object.hasOwn(message, name) ? message[name] : undefined)
