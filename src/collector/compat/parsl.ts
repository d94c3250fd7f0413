/**
 * Room `compat`: the messages of the clients that `usage` replaces, as events of ours.
 *
 * Pure functions read the datagrams of Parsl (this file) and the HTTP bodies of Mantid (`mantid.ts`). They never throw on
 * missing fields, cut long texts, key foreign ids again (`old-ids.ts`), and state what those clients cannot say: outcomes
 * are `unknown`, never guessed. The rules are numbered P1 to P9 and M1 to M10 in docs/compatibility.md.
 * Read next: `mantid.ts`, `old-ids.ts`.
 */
import * as v from 'valibot'
import type {Event} from '../../protocol/event.ts'
import type {Header} from '../../protocol/header.ts'
import {emptyHeader} from '../../protocol/header-columns.ts'
import {limits} from '../../protocol/limits.ts'
import type {ProjectFile} from '../../protocol/project-file.ts'
import * as scalars from '../../protocol/scalars.ts'
import {admitAnyAge} from '../intake/admit.ts'
import type {Batch} from '../store/store.ts'
import {type OldIds, uuidOf} from './old-ids.ts'
import {shortText} from './short-text.ts'

type Message = Readonly<Record<string, unknown>>

/**
 * Makes a batch of one message of Parsl's own usage tracking, protocol 0 or 1. Pure; null when it is none.
 *
 * Only the run's key has to be there; what is missing, or is not what it should be, is not known. A message that has an
 * `end` ends its run, any other starts it. Parsl cannot say how a run ended: its outcome stays unknown. Test runs are
 * marked and keep nothing else.
 *
 * @param untimedMs when a message happened that does not say it; the receipt, unless it was received before
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

/** A key that is a UUID stays what it is, so that it can be found; of any other one is made. */
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
  const name = shortText(own(message, 'os') ?? own(message, 'platform.system'), 64)
  const version = shortText(own(message, 'os_v'), 128)
  return {
    ...emptyHeader,
    user: ids.pseudonym('user', own(message, 'uname'), project, timeMs),
    host: ids.pseudonym('host', own(message, 'hname'), project, timeMs),
    application: project.application ?? null,
    version: shortText(own(message, 'parsl_v'), 64),
    os: name === null && version === null ? null : {name, version, arch: null, readable: null},
  }
}

/** Protocol 0 has the numbers beside the others, protocol 1 in the components: the config's and the kernel's. */
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

/** Seconds since 1970, with decimals, that a date can have. */
function millisecondsOf(seconds: unknown): number | null {
  if (typeof seconds !== 'number') return null
  const date = new Date(Math.round(seconds * 1000))
  return seconds < 0 || Number.isNaN(date.getTime()) ? null : date.getTime()
}

const own = (message: Message, name: string): unknown => (Object.hasOwn(message, name) ? message[name] : undefined)
