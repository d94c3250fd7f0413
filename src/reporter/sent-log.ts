import {join} from 'node:path'
import {makeUuidV7} from '../protocol/uuid.ts'
import {listFolder} from './destination.ts'
import {readJson, writeFileAtomically} from './files.ts'
import {toTime, type World} from './world.ts'

/** One report that left this machine: exactly what, when, to whom, and the answer. */
export interface SentReport {
  readonly sentAt: string
  readonly endpoint: string
  readonly events: number
  /** The JSON of the report as it was sent, before transfer compression. */
  readonly body: string
  readonly status: number
  readonly answer: string
}

/** Keeps a report that has left: one file a report. */
export function logSent(world: World, directory: string, report: Omit<SentReport, 'sentAt'>): void {
  const id = makeUuidV7(world.now(), world.random(10))
  const logged: SentReport = {sentAt: toTime(world.now()), ...report}
  writeFileAtomically(join(directory, `${id}.json`), JSON.stringify(logged))
}

/** What left for one destination, oldest first; damaged entries are passed over. */
export function readSent(directory: string): SentReport[] {
  return listFolder(directory)
    .map(name => readJson(join(directory, name)) as Partial<SentReport> | null)
    .filter((entry): entry is SentReport => typeof entry?.sentAt === 'string' && typeof entry.events === 'number')
}
