import {renameSync} from 'node:fs'
import {basename, join} from 'node:path'
import type {BufferedEvent} from '../protocol/buffered-event.ts'
import {makeUuidV7} from '../protocol/uuid.ts'
import {listFolder} from './destination.ts'
import {makeDirectory, readJson, writeFileAtomically} from './files.ts'
import {toTime, type World} from './world.ts'

/** Events that the collector refused for good, with its reason. */
export interface Refusal {
  readonly refusedAt: string
  readonly code: string
  readonly message: string
  readonly events: readonly BufferedEvent[]
}

/** Keeps refused events with the reason, where they are never sent again. */
export function keepRefusal(world: World, directory: string, refusal: Omit<Refusal, 'refusedAt'>): void {
  if (refusal.events.length === 0) return
  const id = makeUuidV7(world.now(), world.random(10))
  const kept: Refusal = {refusedAt: toTime(world.now()), ...refusal}
  writeFileAtomically(join(directory, `${id}.json`), JSON.stringify(kept))
}

/** Adds up the events that were refused. */
export function countRefused(directory: string): number {
  return listFolder(directory)
    .filter(name => name.endsWith('.json'))
    .map(name => readJson(join(directory, name)) as Partial<Refusal> | null)
    .reduce((sum, refusal) => sum + (Array.isArray(refusal?.events) ? refusal.events.length : 0), 0)
}

/** Sets a damaged buffer file aside, as it is. */
export function setAside(directory: string, path: string): void {
  makeDirectory(directory)
  renameSync(path, join(directory, `${basename(path, '.json')}.damaged`))
}
