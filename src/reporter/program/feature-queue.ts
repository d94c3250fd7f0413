import type {ProgramHeader} from '../../protocol/header.ts'
import {limits} from '../../protocol/limits.ts'
import type {FieldValues} from '../../protocol/scalars.ts'

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
  readonly durationSeconds: number | null
  readonly internal: boolean
  readonly details: FieldValues | null
  count: number
  /** How often the program registered it: more than once if equal uses were merged. */
  calls: number
}

/**
 * Features in memory between two writes, at most 5,000. Equal ones without a run, a time, a duration and details are
 * merged into one entry with a count. Touches no disk.
 */
export class FeatureQueue {
  private entries: QueuedFeature[] = []
  /** The number of entries that cannot be merged. */
  private apart = 0
  /** The open entry of each name, into which uses are merged. The name alone is the fastest key. */
  private readonly open = new Map<string, QueuedFeature>()
  /** Further open entries of a name: of another type, or with another value of `internal`. */
  private readonly others = new Map<string, QueuedFeature>()

  get length(): number {
    return this.entries.length
  }

  /**
   * Whether it should be written before the next tick: a file is full of unmerged features, or the queue is half full.
   */
  get isPressing(): boolean {
    return this.apart >= limits.maxEventsPerReport || this.entries.length >= maxQueuedFeatures / 2
  }

  /** Merges a use into an equal waiting feature. False: there is none. */
  merge(type: string, name: string, internal: boolean, count: number): boolean {
    const first = this.open.get(name)
    if (first === undefined) return false
    const entry = isLike(first, type, internal) ? first : this.others.get(keyOf(type, name, internal))
    if (entry === undefined || entry.count + count > limits.maxLiveCount) return false
    entry.count += count
    entry.calls++
    return true
  }

  /** Adds a feature. False: the queue is full. */
  add(feature: QueuedFeature): boolean {
    if (this.entries.length >= maxQueuedFeatures) return false
    this.entries.push(feature)
    if (isPlain(feature)) this.openUp(feature)
    else this.apart++
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
    this.apart = this.entries.filter(entry => !isPlain(entry)).length
    return removed.reduce((sum, {calls}) => sum + calls, 0)
  }

  /** Closes all entries: later uses get new ones, because the header changes or the entries are being written. */
  seal(): void {
    this.open.clear()
    this.others.clear()
  }

  private openUp(feature: QueuedFeature): void {
    const {type, name, internal} = feature
    const first = this.open.get(name)
    if (first === undefined || isLike(first, type, internal)) this.open.set(name, feature)
    else this.others.set(keyOf(type, name, internal), feature)
  }
}

const isLike = (one: QueuedFeature, type: string, internal: boolean): boolean =>
  one.type === type && one.internal === internal

/** Line breaks cannot occur in names and declared types. */
const keyOf = (type: string, name: string, internal: boolean): string => `${internal}\n${type}\n${name}`

/** Whether a feature has no run, time, duration and details, so that it can be merged. */
const isPlain = (one: QueuedFeature): boolean =>
  one.startedAt === null && one.durationSeconds === null && one.details === null && one.run === null
