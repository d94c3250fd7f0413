import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {type Destination, listFolder} from '../../../src/reporter/destination/destination.ts'

/** An entry among the drops: one drop, or a sum of many. */
export type DropEntry =
  | {readonly kind: 'drop'; readonly reason: string; readonly count: number}
  | {readonly kind: 'sum'; readonly counts: Readonly<Record<string, number>>; readonly replaces: readonly string[]}

export interface Doomed {
  readonly reason: string
  readonly ids: readonly string[]
}

/** What lies on a person's disk for one destination. */
export interface Disk {
  /** Ids of the events that wait, in lower case, by the name of their file; for a damaged file those that it held. */
  readonly waiting: ReadonlyMap<string, readonly string[]>
  /** Where each of those files lies. */
  readonly paths: ReadonlyMap<string, string>
  /** Files that a killed process took out of the buffer to drop them, and that nobody has counted yet. */
  readonly doomed: ReadonlyMap<string, Doomed>
  readonly drops: ReadonlyMap<string, DropEntry>
  readonly refused: ReadonlySet<string>
  readonly log: ReadonlyMap<string, readonly string[]>
  readonly runs: ReadonlySet<string>
}

/** What was read before of files that never change. */
export interface ReadFiles {
  readonly drops: Map<string, DropEntry>
  readonly logs: Map<string, readonly string[]>
}

/** Reads a destination's folders. Files of one event that were read before are known by their name. */
export function readDisk(
  paths: Destination['paths'],
  before: Pick<Disk, 'waiting' | 'doomed'>,
  files: ReadFiles,
): Disk {
  const known = before.waiting
  const folders = [paths.waiting, ...listFolder(paths.sending).map(claim => join(paths.sending, claim))]
  const waiting = new Map<string, readonly string[]>()
  const pathsByName = new Map<string, string>()
  for (const folder of folders)
    for (const name of jsonIn(folder)) {
      const listed = known.get(name)
      const ids = listed?.length === 1 ? listed : (idsIn(join(folder, name)) ?? listed ?? [])
      pathsByName.set(name, join(folder, name))
      waiting.set(name, [...(waiting.get(name) ?? []), ...ids])
    }
  return {
    waiting,
    paths: pathsByName,
    doomed: readDoomed(paths.dropping, before),
    drops: new Map(jsonIn(paths.drops).map(name => [name, readDrop(join(paths.drops, name), files.drops)])),
    refused: new Set(
      jsonIn(paths.refused)
        .filter(name => !name.endsWith('-sum.json'))
        .map(name => name.slice(0, -5)),
    ),
    log: new Map(jsonIn(paths.sent).map(name => [name, readLog(join(paths.sent, name), files.logs)])),
    runs: new Set(jsonIn(paths.runs).map(name => name.slice(0, -5))),
  }
}

function readDoomed(folder: string, {waiting, doomed}: Pick<Disk, 'waiting' | 'doomed'>): Disk['doomed'] {
  const entries = listFolder(folder).map((name): [string, Doomed] => {
    const dot = name.lastIndexOf('.')
    const file = `${name.slice(0, dot)}.json`
    return [file, {reason: name.slice(dot + 1), ids: waiting.get(file) ?? doomed.get(file)?.ids ?? []}]
  })
  return new Map(entries)
}

const jsonIn = (folder: string): string[] =>
  listFolder(folder).filter(name => name.endsWith('.json') && !name.startsWith('.'))

/** Whether the last line of a file is damaged or unfinished. */
export const isBrokenContent = (content: string): boolean => !content.endsWith('}\n')

/** Null: a line of the file is damaged. */
function idsIn(path: string): string[] | null {
  const content = readFileSync(path, 'utf8')
  if (isBrokenContent(content)) return null
  const parsed = parseBufferFile(content)
  return parsed.kind === 'events' ? parsed.events.map(({id}) => id.toLowerCase()) : null
}

function readDrop(path: string, cachedDrops: ReadFiles['drops']): DropEntry {
  const cached = cachedDrops.get(path)
  if (cached !== undefined) return cached
  const {reason, count, counts, replaces} = JSON.parse(readFileSync(path, 'utf8'))
  const entry: DropEntry = replaces === undefined ? {kind: 'drop', reason, count} : {kind: 'sum', counts, replaces}
  // What an opt-out counted may be taken back: it was on its way and has arrived.
  if (reason !== 'opted-out') cachedDrops.set(path, entry)
  return entry
}

function readLog(path: string, cachedLogs: ReadFiles['logs']): readonly string[] {
  const cached = cachedLogs.get(path)
  if (cached !== undefined) return cached
  // An attempt that failed is in the log too, and confirms nothing.
  const {ids = []} = JSON.parse(readFileSync(path, 'utf8')) as {ids?: string[]}
  cachedLogs.set(path, ids)
  return ids
}
