import {rmSync} from 'node:fs'
import {reach} from '../../fault-points.ts'
import {inside, readJson, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {compact, type Entry, readEntries} from './compaction.ts'

/** Why something that happened is not sent. */
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

/** Some events (values, for `undeclared-field`; lines, for `damaged`) were dropped for one reason. */
export interface Drop {
  /** The event or the file that it is about: counting it again, after a kill, counts it once. */
  readonly id: string
  readonly reason: DropReason
  readonly count: number
}

/** Entries that are kept one by one before they are summed up. */
const maxEntries = 400

/**
 * Keeps that something was dropped, in a file of its own, so that no counter is ever overwritten. It is kept before the
 * thing itself goes, and under its id: a process that is killed in between loses nothing and counts nothing twice.
 */
export function recordDrop(world: World, directory: string, {id, reason, count}: Drop): void {
  if (count === 0) return
  const entry = {reason, count, time: toTime(world.now())}
  writeFileAtomically(inside(directory, `${id}.${reason}.json`), JSON.stringify(entry))
  reach('drop: counted')
}

/** Takes back a part of what was counted as dropped under an id: it was on its way and has arrived. */
export function reduceDrop(world: World, directory: string, {id, reason, count}: Drop): void {
  const path = inside(directory, `${id}.${reason}.json`)
  const counted = (readJson(path) as Partial<Drop> | null)?.count
  if (!isCount(counted)) return
  if (counted <= count) rmSync(path, {force: true})
  else recordDrop(world, directory, {id, reason, count: counted - count})
}

/** Adds up what was dropped, by reason; every reason is named. */
export function countDrops(directory: string): Record<DropReason, number> {
  const counts = Object.fromEntries(dropReasons.map(reason => [reason, 0])) as Record<DropReason, number>
  for (const {content} of readEntries(directory))
    for (const [reason, count] of countsOf(content)) counts[reason] += count
  return counts
}

/** Sums up the oldest drops when there are many. */
export function compactDrops(directory: string): void {
  compact(directory, maxEntries, entries => {
    const sums: Partial<Record<DropReason, number>> = {}
    for (const {content} of entries)
      for (const [reason, count] of countsOf(content)) sums[reason] = (sums[reason] ?? 0) + count
    return {counts: sums}
  })
}

/** What one entry counts: a drop has one reason, a summary several. */
function countsOf({reason, count, counts, replaces}: Entry['content']): [DropReason, number][] {
  const pairs: [unknown, unknown][] =
    Array.isArray(replaces) && typeof counts === 'object' && counts !== null
      ? Object.entries(counts)
      : [[reason, count]]
  return pairs.filter((pair): pair is [DropReason, number] => isReason(pair[0]) && isCount(pair[1]))
}

const isReason = (input: unknown): input is DropReason => (dropReasons as readonly unknown[]).includes(input)
const isCount = (input: unknown): input is number => Number.isSafeInteger(input) && (input as number) > 0
