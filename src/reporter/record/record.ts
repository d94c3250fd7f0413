/**
 * Room `record`: how an event gets into the buffer, and to which run it belongs.
 *
 * Recording asks for consent first. Without it nothing is written, and waiting events are removed after an opt-out. Only declared
 * fields are kept; the others are counted as dropped. One event is one file, written under a temporary name and renamed, without
 * fsync: a crash of the host program loses nothing, a power cut may. About a millisecond, no network, never throws: every failure
 * is an outcome with a reason.
 * Read next: `event-run.ts` for the run of an event, `find-run.ts` for the rules of pairing (pure).
 */
import * as v from 'valibot'
import {toUsageError, UsageError} from '../../errors.ts'
import {keepDeclared} from '../../protocol/project/declaration.ts'
import {isDeclaredFeature} from '../../protocol/project/project-file.ts'
import {type BufferedEvent, bufferedEvent, type LocalBlock} from '../../protocol/report/buffered-event.ts'
import type {ProgramHeader} from '../../protocol/report/header.ts'
import {describeProblems, describeValue, toProblems} from '../../protocol/values/problem.ts'
import type {FieldValues} from '../../protocol/values/scalars.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import type {Consent, ConsentReason} from '../consent/consent.ts'
import {isOptOut} from '../consent/consent.ts'
import {writeEvents} from '../destination/buffer.ts'
import {type Destination, rememberProject} from '../destination/destination.ts'
import {recordDrop} from '../destination/drops.ts'
import {emptyBuffer, isBufferEmpty} from '../destination/empty-buffer.ts'
import {readRun, removeRun, writeRun} from '../destination/open-runs.ts'
import {enforceQuota} from '../destination/tidy.ts'
import {findScriptPath} from '../world/scheduler.ts'
import {toTime, type World} from '../world/world.ts'
import {type EventRun, runById, runOfEnd, runOfFeature} from './event-run.ts'
import {measureDuration} from './find-run.ts'
import {FitValues, type Given, type Warning} from './fit-values.ts'

/** What recording one event came to. Recording never throws. */
export type RecordOutcome =
  | {readonly kind: 'recorded'; readonly id: string; readonly run: string | null; readonly warnings: readonly Warning[]}
  | {readonly kind: 'declined'; readonly reason: Exclude<ConsentReason, 'allowed'>}
  /** An MPI rank other than 0: its job is counted once, by rank 0. */
  | {readonly kind: 'silent'; readonly reason: 'mpi-rank'}
  | {
      readonly kind: 'dropped'
      readonly reason: 'undeclared-feature' | 'wrong-use' | 'not-written'
      readonly warnings: readonly Warning[]
    }

/**
 * An input that was read, from a command line for example. `unread` names what could not be read, each with what is
 * wrong: it stands in the warnings and is counted.
 */
export type Read<Input> = Input & {readonly unread?: readonly string[]}

export interface StartInput {
  /** Absolute path of the script; only its pseudonym leaves. */
  readonly script?: string | null
  readonly fields?: FieldValues
}
/** A start that is repeated because its run continues. */
export interface RepeatInput extends StartInput {
  readonly run: string
  /** How many times it was repeated before. */
  readonly repeat: number
}
export interface EndInput {
  /** The run's id; found by its callers when null. */
  readonly run?: string | null
  readonly exitCode?: number | null
  /** A signal by name (`SIGTERM`, `term`) or number. */
  readonly signal?: string | null
  readonly fields?: FieldValues
}
export interface FeatureInput {
  readonly name: string
  /** Default: `Feature`. */
  readonly type?: string
  readonly run?: string | null
  /** RFC 3339 with a time zone. Default: now minus the duration. */
  readonly startedAt?: string | null
  readonly durationSeconds?: number | null
  readonly count?: number
  readonly internal?: boolean
  readonly details?: FieldValues | null
}

/** One destination in one world, and what the program says of itself: what the three recorders share. */
export interface Recorder {
  readonly world: World
  readonly destination: Destination
  readonly consent: Consent
  readonly header: () => ProgramHeader
}

/** Records that a run starts and keeps it open for its end. */
export function recordStart(recorder: Recorder, input: Given<StartInput>): RecordOutcome {
  return recordSafely(recorder, () => {
    const {world, destination} = recorder
    const values = new FitValues(input)
    const run = newId(world)
    const header = values.header(recorder.header())
    const event: BufferedEvent = {
      ...newEvent(recorder, header, {...localOf(recorder), script: scriptOf(recorder, values.script())}),
      type: 'start',
      run,
      repeat: 0,
      fields: values.fields('fields', destination.project.fields),
    }
    const record = {startedAt: event.time, monotonicSeconds: world.monotonicSeconds(), host: world.hostName, header}
    writeRun(destination.paths.runs, {run, ...record, ...world.processes()})
    write(recorder, event, values)
    return {kind: 'recorded', id: event.id, run, warnings: values.warnings}
  })
}

/** The path that stands for the script in every job of a batch system. */
const scriptOf = ({world}: Recorder, path: string | null): string | null =>
  path === null ? null : findScriptPath(world.environment, path)

/** Records that a run lives on: its start once more, under an id of its own. The open run stays as it is. */
export function recordRepeat(recorder: Recorder, {run, repeat, script, fields}: RepeatInput): RecordOutcome {
  return recordSafely(recorder, () => {
    const {destination} = recorder
    const {kept} = keepDeclared(destination.project.fields, fields ?? {})
    const header = readRun(destination.paths.runs, run)?.header ?? recorder.header()
    const local = {...localOf(recorder), script: scriptOf(recorder, script ?? null)}
    const event: BufferedEvent = {...newEvent(recorder, header, local), type: 'start', run, repeat, fields: kept}
    write(recorder, event)
    return {kind: 'recorded', id: event.id, run, warnings: []}
  })
}

/** Records that a run ended: the given one, else the open run that shares the nearest caller. */
export function recordEnd(recorder: Recorder, input: Given<EndInput>): RecordOutcome {
  return recordSafely(recorder, () => {
    const {world, destination} = recorder
    const values = new FitValues(input)
    const {run, record: open} = runOf(recorder, values, runOfEnd)
    const event: BufferedEvent = {
      ...newEvent(recorder, open?.header ?? values.header(recorder.header()), localOf(recorder)),
      type: 'end',
      run,
      durationSeconds: open === null ? null : measureDuration(open, clockOf(world)),
      exitCode: values.value('exitCode'),
      signal: values.value('signal'),
      fields: values.fields('fields', destination.project.fields),
    }
    write(recorder, event, values)
    if (open !== null) removeRun(destination.paths.runs, open.run)
    return {kind: 'recorded', id: event.id, run, warnings: [...values.warnings, ...unpaired(run)]}
  })
}

/** Records that a feature was used, in the given run, else in the open run that shares the nearest caller. */
export function recordFeature(recorder: Recorder, input: Given<FeatureInput>): RecordOutcome {
  return recordSafely(recorder, () => {
    const {world, destination} = recorder
    const {name, type = 'Feature'} = input
    if (typeof name !== 'string' || typeof type !== 'string')
      throw new UsageError('USAGE_WRONG_USE', `name: must be text, got ${describeValue(name)}`)
    if (!isDeclaredFeature(destination.project, type, name)) return dropFeature(recorder, type, name)
    const values = new FitValues(input)
    const {run, record: open} = runOf(recorder, values, runOfFeature)
    const durationSeconds = values.value('durationSeconds')
    const kept = values.fields('details', destination.project.features.details)
    const event: BufferedEvent = {
      ...newEvent(recorder, open?.header ?? values.header(recorder.header()), localOf(recorder)),
      time: values.value('startedAt') ?? toTime(world.now() - (durationSeconds ?? 0) * 1000),
      type: 'feature',
      run,
      featureType: type,
      name,
      durationSeconds,
      count: values.value('count') ?? 1,
      internal: values.value('internal') ?? false,
      details: Object.keys(kept).length > 0 ? kept : null,
    }
    write(recorder, event, values)
    return {kind: 'recorded', id: event.id, run, warnings: [...values.warnings, ...unpaired(run)]}
  })
}

/** The run of an event. An id that is none names no run that can be known: the event is unpaired. */
function runOf({world, destination}: Recorder, values: FitValues, find: typeof runOfEnd): EventRun {
  const id = values.value('run')
  if (id !== null) return runById(destination, id)
  return values.isUnfit('run') ? {run: null, record: null} : find(world, destination)
}

/** Asks the consent that was decided, then records; a failing disk is an outcome, not an exception. */
function recordSafely(recorder: Recorder, record: () => RecordOutcome): RecordOutcome {
  try {
    const {consent, world, destination} = recorder
    if (consent.reason === 'allowed') return record()
    if (isOptOut(consent.reason) && !isBufferEmpty(destination)) emptyBuffer(world, destination)
    return {kind: 'declined', reason: consent.reason}
  } catch (error) {
    const {code, message} = toUsageError(error)
    const isWrongUse = code === 'USAGE_WRONG_USE'
    const reason = isWrongUse ? 'wrong-use' : 'not-written'
    if (isWrongUse) countWrongUse(recorder)
    return {kind: 'dropped', reason, warnings: [{code: isWrongUse ? code : 'USAGE_NOT_RECORDED', message}]}
  }
}

/** Counts an event that could not be recorded because its input was wrong. Never throws. */
export function countWrongUse({
  world,
  destination,
  consent,
}: Pick<Recorder, 'world' | 'destination' | 'consent'>): void {
  if (!consent.allowed) return
  try {
    rememberProject(destination)
    recordDrop(world, destination.paths.drops, {id: newId(world), reason: 'wrong-use', count: 1})
  } catch {
    // A disk that takes no counter took no event either: the outcome says so.
  }
}

/** Writes an event to the buffer; a start that cannot be written leaves no open run behind. */
function write({world, destination}: Recorder, event: BufferedEvent, values?: FitValues): void {
  try {
    check(event)
    const count = values?.warnings.length ?? 0
    recordDrop(world, destination.paths.drops, {id: newId(world), reason: 'undeclared-field', count})
    rememberProject(destination)
    writeEvents(destination.paths, [event])
  } catch (error) {
    if (event.type === 'start' && event.repeat === 0) removeRun(destination.paths.runs, event.run)
    throw error
  }
  keepQuotaNowAndThen(world, destination)
}

/** A sender keeps the quota; where none runs for long, one write in 256 does: listing the buffer is not for each. */
function keepQuotaNowAndThen(world: World, destination: Destination): void {
  if (world.random(1)[0] !== 0) return
  try {
    enforceQuota(world, destination)
  } catch {
    // What cannot be counted as dropped stays: the next sender tries again.
  }
}

/** What every reader of the buffer will understand, or nothing: a wrong value is the caller's, not damage. */
export function check(event: BufferedEvent): void {
  const result = v.safeParse(bufferedEvent, event)
  if (!result.success) throw new UsageError('USAGE_WRONG_USE', describeProblems(toProblems(result.issues)))
}

function newEvent({world}: Recorder, header: ProgramHeader, local: LocalBlock) {
  return {format: 1 as const, id: newId(world), time: toTime(world.now()), header, local}
}

/** The id of the machine is read only for a project that counts hosts. */
export function localOf({world, destination}: Recorder): LocalBlock {
  const machineId = destination.project.identity.host ? world.machineId() : null
  return {host: world.hostName, machineId, bootId: world.processes().bootId, script: null}
}

function clockOf(world: World) {
  return {
    bootId: world.processes().bootId,
    host: world.hostName,
    now: world.now(),
    monotonicSeconds: world.monotonicSeconds(),
  }
}

/** The id of an event that happens now. */
export const newId = (world: World): string => makeUuidV7(world.now(), world.random(10))

function dropFeature({world, destination}: Recorder, type: string, name: string): RecordOutcome {
  recordDrop(world, destination.paths.drops, {id: newId(world), reason: 'undeclared-feature', count: 1})
  rememberProject(destination)
  const message = `must be a declared feature, got ${describeValue(name)} of type ${describeValue(type)}`
  return {kind: 'dropped', reason: 'undeclared-feature', warnings: [{code: 'USAGE_UNDECLARED_FEATURE', message}]}
}

function unpaired(run: string | null): Warning[] {
  if (run !== null) return []
  return [{code: 'USAGE_UNPAIRED', message: 'no open run was started by one of the callers'}]
}
