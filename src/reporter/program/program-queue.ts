import * as v from 'valibot'
import {isDeclaredFeature, isForDatagrams} from '../../protocol/project/project-file.ts'
import {featureEvent} from '../../protocol/report/event.ts'
import type {ProgramHeader} from '../../protocol/report/header.ts'
import {limits} from '../../protocol/values/limits.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import type {Destination} from '../destination/destination.ts'
import type {DropReason} from '../destination/drops.ts'
import {FitValues, type Warning} from '../record/fit-values.ts'
import type {FeatureInput, Read, Recorder} from '../record/record.ts'
import {modifiedAt} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {FeatureQueue, type QueuedFeature} from './feature-queue.ts'
import {recordBatch, recordDrops} from './record-batch.ts'
import type {Teller} from './teller.ts'

/** The result of registering a feature. A queued feature is written at the next tick. */
export type FeatureOutcome =
  | {readonly kind: 'queued'}
  | {readonly kind: 'dropped'; readonly reason: 'undeclared-feature' | 'wrong-use' | 'queue-full'}

const queued: FeatureOutcome = {kind: 'queued'}
const undeclared: FeatureOutcome = {kind: 'dropped', reason: 'undeclared-feature'}
const wrongUse: FeatureOutcome = {kind: 'dropped', reason: 'wrong-use'}
const full: FeatureOutcome = {kind: 'dropped', reason: 'queue-full'}

/** The features of a program that are not written yet, and the counts of dropped ones. */
export class ProgramQueue {
  private readonly queue: FeatureQueue
  private drops: Partial<Record<DropReason, number>> = {}
  private readonly world: World
  private readonly destination: Destination
  private readonly teller: Teller | null

  constructor(world: World, destination: Destination, teller: Teller | null) {
    this.world = world
    this.destination = destination
    this.teller = teller
    this.queue = new FeatureQueue(isForDatagrams(destination.project))
  }

  get length(): number {
    return this.queue.length
  }

  get isPressing(): boolean {
    return this.queue.isPressing
  }

  /** Adds a feature. Touches no disk. Throws, before any change, if reading the caller's object throws. */
  register(input: Read<FeatureInput>, header: () => ProgramHeader): FeatureOutcome {
    const {name, type = 'Feature', internal = false, count = 1} = input
    const {startedAt, durationSeconds = null, details, run = null, unread} = input
    if (!isNamed(name, type)) return this.drop('wrong-use', wrongUse, {name, type})
    const isPlain = startedAt == null && details == null && unread == null && typeof internal === 'boolean'
    const isRight = isPlain && isRunRight(run) && isCountRight(count) && isDurationRight(durationSeconds)
    const at = this.world.now()
    if (isRight && this.queue.mergeUse(at, type, name, internal, run, count, durationSeconds)) return queued
    if (!isDeclaredFeature(this.destination.project, type, name))
      return this.drop('undeclared-feature', undeclared, {name, type})
    if (!v.is(naming, {featureType: type, name})) return this.drop('wrong-use', wrongUse, {name, type})
    const made = {at, header: header(), type, name, calls: 1, timings: null}
    const entry = {...made, ...this.valuesOf(input)}
    return this.queue.add(entry) ? queued : this.drop('quota', full, {name, type})
  }

  /** Closes all entries, because the header of later features differs. */
  seal(): void {
    this.queue.seal()
  }

  /** Writes the oldest features as one file. Returns the number of events. Throws errors of the file system. */
  writeBatch(recorder: Recorder, run: string | null): number {
    const batch = fittingOneFile(this.queue.peek(limits.maxEventsPerReport))
    if (batch.length === 0) return 0
    const unpaired = recordBatch(recorder, batch, run)
    this.queue.remove(batch.length)
    if (unpaired > 0) this.teller?.warn('USAGE_UNPAIRED', `features: ${unpaired}, recorded without a run`)
    return batch.length
  }

  /** Writes the counters. Throws errors of the file system; the counters then stay in memory. */
  writeDrops(recorder: Recorder): void {
    recordDrops(recorder, this.drops)
    this.drops = {}
  }

  /** Drops all features in memory and counts them. Returns the number of uses. */
  purge(reason: DropReason): number {
    const calls = this.queue.remove()
    this.count(reason, calls)
    this.tellDropped(calls, reason)
    return calls
  }

  /**
   * Drops everything after an opt-out. Counts it only if the project was used before, so that no file is created. Never
   * throws.
   */
  letGo(recorder: () => Recorder): void {
    try {
      if (modifiedAt(this.destination.paths.project) === null) {
        this.tellDropped(this.queue.remove(), 'opted-out')
        this.drops = {}
        return
      }
      this.purge('opted-out')
      this.writeDrops(recorder())
    } catch {
      // The disk failed: the counts are written later, if at all.
      this.purge('opted-out')
    }
  }

  /** Counts dropped uses or values in memory. `writeDrops` writes the counters. */
  count(reason: DropReason, count: number): void {
    if (count > 0) this.drops[reason] = (this.drops[reason] ?? 0) + count
  }

  /** Counts values that were left out of an event, and tells them. */
  leaveOut(warnings: readonly Warning[]): void {
    this.count('undeclared-field', warnings.length)
    for (const {code, message} of warnings) this.teller?.warn(code, message)
  }

  private tellDropped(calls: number, reason: DropReason): void {
    if (calls > 0) this.teller?.say(`uses of features dropped: ${calls} (${reason})`)
  }

  private drop(
    reason: DropReason,
    outcome: FeatureOutcome,
    {name, type}: {readonly name: unknown; readonly type: unknown},
  ): FeatureOutcome {
    this.count(reason, 1)
    if (this.teller === null) return outcome
    const what = `${describeValue(name)} of type ${describeValue(type)}`
    if (reason === 'quota') this.teller.say(`not recorded: queue-full: ${what}`)
    else if (reason === 'wrong-use') this.teller.warn('USAGE_WRONG_USE', `must be a name and a type, got ${what}`)
    else this.teller.warn('USAGE_UNDECLARED_FEATURE', `must be a declared feature, got ${what}`)
    return outcome
  }

  /** Copies the values that fit the wire, because the caller may change its object before the event is written. */
  private valuesOf(input: FeatureInput) {
    const values = new FitValues(input)
    const details = values.fields('details', this.destination.project.features.details)
    const own = {
      run: values.value('run'),
      startedAt: values.value('startedAt'),
      durationSeconds: values.value('durationSeconds'),
      internal: values.value('internal') ?? false,
      count: values.value('count') ?? 1,
      details: Object.keys(details).length > 0 ? details : null,
    }
    this.leaveOut(values.warnings)
    return own
  }
}

/**
 * The first features whose details fit into half of the largest buffer file: the rest of 500 events needs less than the
 * other half.
 */
function fittingOneFile(features: readonly QueuedFeature[]): readonly QueuedFeature[] {
  let bytes = 0
  const end = features.findIndex(({details}, index) => {
    bytes += details === null ? 0 : Buffer.byteLength(JSON.stringify(details))
    return index > 0 && bytes > limits.maxBufferFileBytes / 2
  })
  return end < 0 ? features : features.slice(0, end)
}

const isNamed = (name: unknown, type: unknown): boolean =>
  typeof name === 'string' && typeof type === 'string' && name.length <= limits.maxFeatureNameLength

const naming = v.pick(featureEvent, ['featureType', 'name'])

const isRunRight = (run: unknown): boolean => run === null || typeof run === 'string'

const isDurationRight = (seconds: unknown): boolean =>
  seconds === null || (typeof seconds === 'number' && seconds >= 0 && seconds <= limits.maxDurationSeconds)

const isCountRight = (count: unknown): boolean => Number.isSafeInteger(count) && (count as number) > 0
