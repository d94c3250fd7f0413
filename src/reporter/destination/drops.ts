import {rmSync} from 'node:fs'
import {reach} from '../../fault-points.ts'
import {inside, readJson, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {compact, type Entry, readEntries} from './compaction.ts'

/** Why an event is not sent. */
export const dropReasons = [
  'quota',
  'too-old',
  'too-large',
  'undeclared-field',
  'undeclared-feature',
  'wrong-use',
  'damaged',
  'before-consent',
  'opted-out',
  'forgotten',
] as const
export type DropReason = (typeof dropReasons)[number]

/** A number of dropped events with one reason. `undeclared-field` counts values, `damaged` counts lines. */
export interface Drop {
  /** The id of the event or file. A drop that is recorded twice, for example after a kill, counts once. */
  readonly id: string
  readonly reason: DropReason
  readonly count: number
}

/** The most entries before the oldest are summed up. */
const maxEntries = 400

/**
 * Records a drop in its own file, so that no counter is ever overwritten. Called before the event is removed: if the
 * process is killed in between, the drop is recorded again under the same id. Throws errors of the file system.
 */
export function recordDrop(world: World, directory: string, {id, reason, count}: Drop): void {
  if (count === 0) return
  const entry = {reason, count, time: toTime(world.now())}
  writeFileAtomically(inside(directory, `${id}.${reason}.json`), JSON.stringify(entry))
  reach('drop: counted')
}

/** Reduces a recorded drop: some of its events were being sent and have arrived. */
export function reduceDrop(world: World, directory: string, {id, reason, count}: Drop): void {
  const path = inside(directory, `${id}.${reason}.json`)
  const counted = (readJson(path) as Partial<Drop> | null)?.count
  if (!isCount(counted)) return
  if (counted <= count) rmSync(path, {force: true})
  else recordDrop(world, directory, {id, reason, count: counted - count})
}

/** Sums up all drops. The result contains every reason. Never throws. */
export function countDrops(directory: string): Record<DropReason, number> {
  const counts = Object.fromEntries(dropReasons.map(reason => [reason, 0])) as Record<DropReason, number>
  for (const {content} of readEntries(directory))
    for (const [reason, count] of countsOf(content)) counts[reason] += count
  return counts
}

/** Replaces the oldest drops by a summary if there are more than 400. */
export function compactDrops(directory: string): void {
  compact(directory, maxEntries, entries => {
    const sums: Partial<Record<DropReason, number>> = {}
    for (const {content} of entries)
      for (const [reason, count] of countsOf(content)) sums[reason] = (sums[reason] ?? 0) + count
    return {counts: sums}
  })
}

/** The counts of an entry: a drop has one reason, a summary may have several. */
function countsOf({reason, count, counts, replaces}: Entry['content']): [DropReason, number][] {
  const pairs: [unknown, unknown][] =
    Array.isArray(replaces) && typeof counts === 'object' && counts !== null
      ? Object.entries(counts)
      : [[reason, count]]
  return pairs.filter((pair): pair is [DropReason, number] => isReason(pair[0]) && isCount(pair[1]))
}

const isReason = (input: unknown): input is DropReason => (dropReasons as readonly unknown[]).includes(input)
const isCount = (input: unknown): input is number => Number.isSafeInteger(input) && (input as number) > 0
