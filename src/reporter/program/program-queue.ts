import * as v from 'valibot'
import {featureEvent} from '../../protocol/event.ts'
import type {ProgramHeader} from '../../protocol/header.ts'
import {limits} from '../../protocol/limits.ts'
import {isDeclaredFeature} from '../../protocol/project-file.ts'
import type {Destination} from '../destination/destination.ts'
import type {DropReason} from '../destination/drops.ts'
import {FitValues} from '../record/fit-values.ts'
import type {FeatureInput, Recorder} from '../record/record.ts'
import {modifiedAt} from '../world/files.ts'
import type {World} from '../world/world.ts'
import {FeatureQueue, type QueuedFeature} from './feature-queue.ts'
import {recordBatch, recordDrops} from './record-batch.ts'

/** What registering a feature came to; the event itself is written within the check interval. */
export type FeatureOutcome =
  | {readonly kind: 'queued'}
  | {readonly kind: 'dropped'; readonly reason: 'undeclared-feature' | 'wrong-use' | 'queue-full'}

const queued: FeatureOutcome = {kind: 'queued'}
const undeclared: FeatureOutcome = {kind: 'dropped', reason: 'undeclared-feature'}
const wrongUse: FeatureOutcome = {kind: 'dropped', reason: 'wrong-use'}
const full: FeatureOutcome = {kind: 'dropped', reason: 'queue-full'}

/** The features that a program has used and that are not written yet, and the counts of what was dropped meanwhile. */
export class ProgramQueue {
  private readonly queue = new FeatureQueue()
  private drops: Partial<Record<DropReason, number>> = {}
  private readonly world: World
  private readonly destination: Destination

  constructor(world: World, destination: Destination) {
    this.world = world
    this.destination = destination
  }

  get length(): number {
    return this.queue.length
  }

  get isPressing(): boolean {
    return this.queue.isPressing
  }

  /** Takes one feature in. Touches no disk; may throw what the caller's own object throws, before it has done anything. */
  register(input: FeatureInput, header: () => ProgramHeader): FeatureOutcome {
    const {name, type = 'Feature', internal = false, count = 1} = input
    const {startedAt, durationSeconds, details, run, unread} = input
    if (!isNamed(name, type)) return this.drop('wrong-use', 1, wrongUse)
    const isBare = startedAt == null && durationSeconds == null && details == null && run == null && unread == null
    const isPlain = isBare && typeof internal === 'boolean' && isCountRight(count)
    if (isPlain && this.queue.merge(type, name, internal, count)) return queued
    if (!isDeclaredFeature(this.destination.project, type, name)) return this.drop('undeclared-feature', 1, undeclared)
    if (!v.is(naming, {featureType: type, name})) return this.drop('wrong-use', 1, wrongUse)
    const entry = {at: this.world.now(), header: header(), type, name, calls: 1, ...this.valuesOf(input)}
    return this.queue.add(entry) ? queued : this.drop('quota', 1, full)
  }

  /** From now on the program says something else of itself. */
  seal(): void {
    this.queue.seal()
  }

  /** Writes one file of the oldest features. Returns how many events. Throws what the file system throws. */
  writeBatch(recorder: Recorder, run: string | null): number {
    const batch = fittingOneFile(this.queue.peek(limits.maxEventsPerReport))
    if (batch.length === 0) return 0
    recordBatch(recorder, batch, run)
    this.queue.remove(batch.length)
    return batch.length
  }

  /** Writes the counters. Throws what the file system throws; then they are kept. */
  writeDrops(recorder: Recorder): void {
    recordDrops(recorder, this.drops)
    this.drops = {}
  }

  /** Lets go of everything that waits here, and counts it. Returns how many uses. */
  purge(reason: DropReason): number {
    const calls = this.queue.remove()
    this.count(reason, calls)
    return calls
  }

  /** Lets go of everything after a no; counted where anything was ever recorded, else no file is made. Never throws. */
  letGo(recorder: () => Recorder): void {
    try {
      if (modifiedAt(this.destination.paths.project) === null) {
        this.queue.remove()
        this.drops = {}
        return
      }
      this.purge('opted-out')
      this.writeDrops(recorder())
    } catch {
      // A disk that is away: what is left is counted with the next write, if there is one.
      this.purge('opted-out')
    }
  }

  /** Counts something as dropped in memory; the counter is written with the next batch. */
  count(reason: DropReason, count: number): void {
    if (count > 0) this.drops[reason] = (this.drops[reason] ?? 0) + count
  }

  private drop(reason: DropReason, count: number, outcome: FeatureOutcome): FeatureOutcome {
    this.count(reason, count)
    return outcome
  }

  /** What fits the wire is copied: the caller's object may change before the event is written. */
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
    this.count('undeclared-field', values.warnings.length)
    return own
  }
}

/** Features from the first on whose details take half of what a reader takes as one file: all else of 500 is less than that. */
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

const isCountRight = (count: unknown): boolean => Number.isSafeInteger(count) && (count as number) > 0
