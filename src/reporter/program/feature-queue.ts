import type {Timings} from '../../protocol/durations/timings.ts'
import {TimingsRecorder} from '../../protocol/durations/timings-recorder.ts'
import type {ProgramHeader} from '../../protocol/report/header.ts'
import {limits} from '../../protocol/values/limits.ts'
import type {FieldValues} from '../../protocol/values/scalars.ts'

/** The most features in memory: about 2 MB, which a program can write in 150 ms at its exit. */
export const maxQueuedFeatures = 5_000

/** A use of a feature that is not in the buffer yet. */
export interface QueuedFeature {
  /** When it was registered, Unix milliseconds. Of merged uses, the first. */
  readonly at: number
  readonly header: ProgramHeader
  readonly type: string
  readonly name: string
  readonly run: string | null
  readonly startedAt: string | null
  /** Of merged uses, the duration of the first. */
  readonly durationSeconds: number | null
  readonly internal: boolean
  readonly details: FieldValues | null
  count: number
  /** How often the program registered it: more than once if equal uses were merged. */
  calls: number
  /** The durations of merged uses, from the second one that has a duration. */
  timings: TimingsRecorder | null
}

/**
 * Features in memory between two writes, at most 5,000. Equal ones are merged into one entry with a count and the
 * histogram of their durations. Uses with details stay apart, and so do several uses with one duration, which is their
 * sum. Touches no disk.
 */
export class FeatureQueue {
  private entries: QueuedFeature[] = []
  /** The number of entries that cannot be merged. */
  private apart = 0
  /** The open entry of each name without a run, into which uses are merged. The name alone is the fastest key. */
  private readonly open = new Map<string, QueuedFeature>()
  /** Further open entries: of a run, of another type, or with another value of `internal`. */
  private readonly others = new Map<string, QueuedFeature>()
  /** Whether durations stay apart: a datagram has one. */
  private readonly isForDatagrams: boolean

  constructor(isForDatagrams: boolean) {
    this.isForDatagrams = isForDatagrams
  }

  get length(): number {
    return this.entries.length
  }

  /**
   * Whether it should be written before the next tick: a file is full of unmerged features, or the queue is half full.
   */
  get isPressing(): boolean {
    return this.apart >= limits.maxEventsPerReport || this.entries.length >= maxQueuedFeatures / 2
  }

  /**
   * Merges a use without details into an equal waiting feature of the same day. `at` is the time of its registration.
   * Allocates nothing. False: there is none.
   */
  mergeUse(
    at: number,
    type: string,
    name: string,
    internal: boolean,
    run: string | null,
    count: number,
    durationSeconds: number | null,
  ): boolean {
    if (!this.isMergeable(count, durationSeconds)) return false
    const entry = this.find(type, name, internal, run)
    if (entry === undefined || entry.count + count > limits.maxLiveCount) return false
    if (dayOf(at - (durationSeconds ?? 0) * 1000) !== dayOf(entry.at)) return false
    entry.count += count
    entry.calls++
    if (durationSeconds !== null) {
      entry.timings ??= timingsOf(entry)
      entry.timings.record(durationSeconds)
    }
    return true
  }

  /** Merges a feature into an equal one, or adds it. False: the queue is full. */
  add(feature: QueuedFeature): boolean {
    const isApart = this.staysApart(feature)
    const {at, type, name, internal, run, count, durationSeconds} = feature
    if (!isApart && this.mergeUse(at, type, name, internal, run, count, durationSeconds)) return true
    if (this.entries.length >= maxQueuedFeatures) return false
    this.entries.push(feature)
    if (isApart) this.apart++
    else this.openUp(feature)
    return true
  }

  /** Returns the oldest features, at most `most`. They stay in the queue. */
  peek(most: number): readonly QueuedFeature[] {
    this.seal()
    return this.entries.slice(0, most)
  }

  /** Removes the oldest features; default: all. Returns how often they were registered. */
  remove(most: number = this.entries.length): number {
    this.seal()
    const removed = this.entries.splice(0, most)
    this.apart = this.entries.filter(one => this.staysApart(one)).length
    return removed.reduce((sum, {calls}) => sum + calls, 0)
  }

  /** Closes all entries: later uses get new ones, because the header changes or the entries are being written. */
  seal(): void {
    this.open.clear()
    this.others.clear()
  }

  private isMergeable(count: number, durationSeconds: number | null): boolean {
    return durationSeconds === null || (count === 1 && !this.isForDatagrams)
  }

  /** Uses of earlier days stay apart, because a merged event has one time. */
  private staysApart(feature: QueuedFeature): boolean {
    const {details, count, durationSeconds} = feature
    return details !== null || !this.isMergeable(count, durationSeconds) || !isOfToday(feature)
  }

  private find(type: string, name: string, internal: boolean, run: string | null): QueuedFeature | undefined {
    const first = this.open.get(name)
    if (first !== undefined && isLike(first, type, internal, run)) return first
    return this.others.get(keyOf(type, name, internal, run))
  }

  private openUp(feature: QueuedFeature): void {
    const {type, name, internal, run} = feature
    const first = this.open.get(name)
    if (run === null && (first === undefined || isLike(first, type, internal, run))) this.open.set(name, feature)
    else this.others.set(keyOf(type, name, internal, run), feature)
  }
}

/**
 * The durations of an entry as they are sent: one of one use, else a histogram of those that the uses have. Several uses
 * of one call have one duration, which is their sum.
 */
export function durationsOf(entry: QueuedFeature): {durationSeconds: number | null; timings?: Timings} {
  const {durationSeconds, calls} = entry
  const timings = entry.timings ?? (calls > 1 && durationSeconds !== null ? timingsOf(entry) : null)
  return timings === null ? {durationSeconds} : {durationSeconds: null, timings: timings.toTimings()!}
}

function timingsOf({durationSeconds}: QueuedFeature): TimingsRecorder {
  const timings = new TimingsRecorder()
  if (durationSeconds !== null) timings.record(durationSeconds)
  return timings
}

const isLike = (one: QueuedFeature, type: string, internal: boolean, run: string | null): boolean =>
  one.type === type && one.internal === internal && one.run === run

/** Line breaks cannot occur in names and declared types. */
const keyOf = (type: string, name: string, internal: boolean, run: string | null): string =>
  `${run}\n${internal}\n${type}\n${name}`

/** The UTC day of an instant, in days since 1970. */
const dayOf = (atMs: number): number => Math.floor(atMs / 86_400_000)

/** Whether a use began on the day in UTC on which the program registered it. */
const isOfToday = ({startedAt, durationSeconds, at}: QueuedFeature): boolean =>
  dayOf(startedAt === null ? at - (durationSeconds ?? 0) * 1000 : Date.parse(startedAt)) === dayOf(at)
