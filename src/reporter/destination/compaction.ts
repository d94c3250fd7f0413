import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {readJson, writeFileAtomically} from '../world/files.ts'
import {listFolder} from './destination.ts'

/** One entry of a folder whose entries are summed up. */
export interface Entry {
  readonly name: string
  readonly content: Readonly<Record<string, unknown>>
}

/**
 * Reads the entries of a folder, oldest first. Skips entries that a summary has replaced, even if they are not removed
 * yet, and damaged or unfinished files. Never throws.
 */
export function readEntries(directory: string): Entry[] {
  const entries = listFolder(directory)
    .filter(name => name.endsWith('.json') && !name.startsWith('.'))
    .map(name => ({name, content: readJson(join(directory, name))}))
    .filter((entry): entry is Entry => typeof entry.content === 'object' && entry.content !== null)
  const replaced = new Set(entries.flatMap(({content}) => replacedNames(content)))
  return entries.filter(({name}) => !replaced.has(name))
}

function replacedNames({replaces}: Entry['content']): string[] {
  return Array.isArray(replaces) ? replaces.filter(name => typeof name === 'string') : []
}

/**
 * Replaces the oldest entries by one summary if there are more than `maxEntries`. If the process is killed at any step,
 * the sum of all entries from `readEntries` is unchanged, because the summary lists the entries that it replaces.
 */
export function compact(
  directory: string,
  maxEntries: number,
  sumUp: (entries: readonly Entry[]) => Readonly<Record<string, unknown>>,
): void {
  removeReplaced(directory)
  const entries = readEntries(directory)
  if (entries.length <= maxEntries) return
  const old = entries.slice(0, entries.length - Math.floor(maxEntries / 2))
  // An earlier summary is the oldest entry: the new one has its name and replaces it in one rename.
  const name = `${old[0]?.name.replace(/(?:-sum)?\.json$/, '')}-sum.json`
  const replaces = old.map(entry => entry.name).filter(replaced => replaced !== name)
  writeFileAtomically(join(directory, name), JSON.stringify({...sumUp(old), replaces}))
  reach('compaction: summed up')
  removeReplaced(directory)
}

/** Removes entries that summaries have replaced, also those that a killed process left. */
function removeReplaced(directory: string): void {
  const names = new Set(listFolder(directory))
  for (const name of names) {
    if (!name.endsWith('-sum.json')) continue
    const content = readJson(join(directory, name)) as Entry['content'] | null
    for (const replaced of replacedNames(content ?? {}))
      if (names.has(replaced)) rmSync(join(directory, replaced), {force: true})
  }
}
