import type {ProgramHeader} from '../../protocol/header.ts'
import {limits} from '../../protocol/limits.ts'
import type {FieldValues} from '../../protocol/scalars.ts'

/** Features that wait in memory at most: about 2 MB, and what a program that exits writes in 150 ms. */
export const maxQueuedFeatures = 5_000

/** A feature that was used and is not in the buffer yet. */
export interface QueuedFeature {
  /** When it was registered, Unix milliseconds; of several that were merged, the first. */
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
  /** How often the program registered it: more than once when equal ones were merged. */
  calls: number
}

/**
 * Features in memory between two writes, bounded. Equal ones that say nothing of their own (no time, no duration, no
 * details) are one entry with a count. Touches no disk.
 */
export class FeatureQueue {
  private entries: QueuedFeature[] = []
  /** Entries that nothing can be merged into: they only become more. */
  private apart = 0
  /** The entry that takes more uses, by name: what is found most quickly. */
  private readonly open = new Map<string, QueuedFeature>()
  /** Those of a name that is used in another type as well, or by people and internally. */
  private readonly others = new Map<string, QueuedFeature>()

  get length(): number {
    return this.entries.length
  }

  /** Whether it should be written before the next tick: a file is full of features that stay apart, or half the room is taken. */
  get isPressing(): boolean {
    return this.apart >= limits.maxEventsPerReport || this.entries.length >= maxQueuedFeatures / 2
  }

  /** Adds a use to an equal feature that waits. False: there is none. */
  merge(type: string, name: string, internal: boolean, count: number): boolean {
    const first = this.open.get(name)
    if (first === undefined) return false
    const entry = isLike(first, type, internal) ? first : this.others.get(keyOf(type, name, internal))
    if (entry === undefined || entry.count + count > limits.maxCount) return false
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

  /** The oldest features, so many at most; they stay until `remove`. */
  peek(most: number): readonly QueuedFeature[] {
    this.seal()
    return this.entries.slice(0, most)
  }

  /** Takes the oldest features away; without a number all. Returns how often they were registered. */
  remove(most: number = this.entries.length): number {
    this.seal()
    const removed = this.entries.splice(0, most)
    this.apart = this.entries.filter(entry => !isPlain(entry)).length
    return removed.reduce((sum, {calls}) => sum + calls, 0)
  }

  /** From now on nothing is merged into what waits: the program says something else of itself, or it is written. */
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

/** A line break is in no name and in no declared type. */
const keyOf = (type: string, name: string, internal: boolean): string => `${internal}\n${type}\n${name}`

/** Whether a feature says nothing but that it was used. */
const isPlain = (one: QueuedFeature): boolean =>
  one.startedAt === null && one.durationSeconds === null && one.details === null && one.run === null
