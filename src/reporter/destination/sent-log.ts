import {join} from 'node:path'
import * as v from 'valibot'
import {reach} from '../../fault-points.ts'
import {time} from '../../protocol/scalars.ts'
import {makeUuidV7} from '../../protocol/uuid.ts'
import {writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {readEntries} from './compaction.ts'

/** One report that left this machine: exactly what, when, to whom, and the answer. */
export interface SentReport {
  readonly sentAt: string
  readonly endpoint: string
  /** Ids of the events that the collector has now, whether this report or an earlier one brought them. */
  readonly ids: readonly string[]
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
  reach('report: logged')
}

/** One report that was tried and is not confirmed. Some or all of its bytes may have left all the same. */
export interface FailedReport {
  readonly failedAt: string
  readonly endpoint: string
  /** How many events it had. */
  readonly events: number
  readonly reason: string
  readonly message: string
  /** The JSON of the report; null where no connection was made, so that nothing can have left. */
  readonly body: string | null
}

/** Keeps a report that was tried in vain: one file an attempt. */
export function logFailure(world: World, directory: string, report: Omit<FailedReport, 'failedAt'>): void {
  const id = makeUuidV7(world.now(), world.random(10))
  const logged: FailedReport = {failedAt: toTime(world.now()), ...report}
  writeFileAtomically(join(directory, `${id}.json`), JSON.stringify(logged))
}

/** What was tried in vain for one destination and is still in the log, oldest first. */
export function readFailures(directory: string): FailedReport[] {
  return readEntries(directory)
    .map(({content}) => content as Partial<FailedReport>)
    .filter((entry): entry is FailedReport => typeof entry.failedAt === 'string' && typeof entry.reason === 'string')
}

/** What left for one destination and is still in the log, oldest first; damaged entries are passed over. */
export function readSent(directory: string, isWanted: (name: string) => boolean = () => true): SentReport[] {
  return readEntries(directory)
    .filter(({name}) => isWanted(name))
    .map(({content}) => content as Partial<SentReport>)
    .filter((entry): entry is SentReport => v.is(time, entry.sentAt) && Array.isArray(entry.ids))
}

/** How many events of the log the collector has: one that was sent again, after a kill, counts once. */
export function countSent(reports: readonly SentReport[]): number {
  return new Set(reports.flatMap(({ids}) => ids)).size
}
