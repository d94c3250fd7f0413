import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {reach} from '../../fault-points.ts'
import {readJson, writeFileAtomically} from '../world/files.ts'
import {listFolder} from './destination.ts'

/** One entry of a folder whose entries are added up. */
export interface Entry {
  readonly name: string
  readonly content: Readonly<Record<string, unknown>>
}

/**
 * Reads the entries of a folder, oldest first. What a summary has replaced is passed over, whether or not it has been
 * removed yet; so are files that are damaged or not finished.
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
 * Puts one summary in the place of the oldest entries when there are more than `maxEntries`. Killed at any step, the sum
 * of what `readEntries` gives is the same: the summary names what it replaces.
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
  // An earlier summary is the oldest entry: the new one takes its name, and its place in one rename.
  const name = `${old[0]?.name.replace(/(?:-sum)?\.json$/, '')}-sum.json`
  const replaces = old.map(entry => entry.name).filter(replaced => replaced !== name)
  writeFileAtomically(join(directory, name), JSON.stringify({...sumUp(old), replaces}))
  reach('compaction: summed up')
  removeReplaced(directory)
}

/** Removes what summaries have replaced: also what a compaction that was killed has left. */
function removeReplaced(directory: string): void {
  const names = new Set(listFolder(directory))
  for (const name of names) {
    if (!name.endsWith('-sum.json')) continue
    const content = readJson(join(directory, name)) as Entry['content'] | null
    for (const replaced of replacedNames(content ?? {}))
      if (names.has(replaced)) rmSync(join(directory, replaced), {force: true})
  }
}
