import {join} from 'node:path'
import {makeUuidV7} from '../protocol/uuid.ts'
import {listFolder} from './destination.ts'
import {readJson, writeFileAtomically} from './files.ts'
import {toTime, type World} from './world.ts'

/** Why something that happened is not sent. */
export const dropReasons = [
  'quota',
  'too-old',
  'too-large',
  'undeclared-field',
  'undeclared-feature',
  'damaged',
  'before-consent',
  'opted-out',
] as const
export type DropReason = (typeof dropReasons)[number]

/** Some events (fields, for `undeclared-field`; files, for `damaged`) were dropped for one reason. */
export interface Drop {
  readonly reason: DropReason
  readonly count: number
}

/** Keeps that something was dropped: a file of its own, so that no counter is ever overwritten. */
export function recordDrop(world: World, directory: string, drop: Drop): void {
  if (drop.count === 0) return
  const id = makeUuidV7(world.now(), world.random(10))
  writeFileAtomically(join(directory, `${id}.json`), JSON.stringify({...drop, time: toTime(world.now())}))
}

/** Adds up what was dropped, by reason; every reason is named. */
export function countDrops(directory: string): Record<DropReason, number> {
  const counts = Object.fromEntries(dropReasons.map(reason => [reason, 0])) as Record<DropReason, number>
  for (const name of listFolder(directory)) {
    const drop = readJson(join(directory, name)) as Partial<Drop> | null
    if (drop?.reason !== undefined && Object.hasOwn(counts, drop.reason) && Number.isSafeInteger(drop.count))
      counts[drop.reason] += drop.count ?? 0
  }
  return counts
}
