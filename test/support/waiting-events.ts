import {existsSync, readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {type BufferedEvent, parseBufferFile} from '../../src/protocol/report/buffered-event.ts'

/** The waiting events of all destinations in a state folder, oldest first. */
export function waitingEvents(stateDirectory: string): BufferedEvent[] {
  if (!existsSync(stateDirectory)) return []
  const files = readdirSync(stateDirectory, {recursive: true, encoding: 'utf8'})
    .filter(path => /buffer\/(?:new|sending\/[^/]+)\/[^/.][^/]*\.json$/.test(path))
    .map(path => join(stateDirectory, path))
    .map(path => parseBufferFile(readFileSync(path, 'utf8'), statSync(path).mtime.toISOString()))
  return files.flatMap(parsed => (parsed.kind === 'events' ? parsed.events : [])).sort((a, b) => (a.id < b.id ? -1 : 1))
}
