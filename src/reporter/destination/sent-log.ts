import {join} from 'node:path'
import * as v from 'valibot'
import {reach} from '../../fault-points.ts'
import {time} from '../../protocol/values/scalars.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import {writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {readEntries} from './compaction.ts'

/** A report that was sent: exactly what, when, to whom, and the answer. */
export interface SentReport {
  readonly sentAt: string
  readonly endpoint: string
  /** Ids of the events that the collector has stored, from this report or an earlier one. */
  readonly ids: readonly string[]
  /** The JSON of the report as it was sent, before transfer compression. */
  readonly body: string
  readonly status: number
  readonly answer: string
}

/** Logs a report that was sent, one file for each report. Throws errors of the file system. */
export function logSent(world: World, directory: string, report: Omit<SentReport, 'sentAt'>): void {
  const id = makeUuidV7(world.now(), world.random(10))
  const logged: SentReport = {sentAt: toTime(world.now()), ...report}
  writeFileAtomically(join(directory, `${id}.json`), JSON.stringify(logged))
  reach('report: logged')
}

/** A report without a confirmation. Some or all of its bytes may have been sent. */
export interface FailedReport {
  readonly failedAt: string
  readonly endpoint: string
  /** The number of its events. */
  readonly events: number
  readonly reason: string
  readonly message: string
  /** The JSON of the report. Null if there was no connection, so that nothing can have been sent. */
  readonly body: string | null
}

/** Logs a failed attempt, one file for each attempt. Throws errors of the file system. */
export function logFailure(world: World, directory: string, report: Omit<FailedReport, 'failedAt'>): void {
  const id = makeUuidV7(world.now(), world.random(10))
  const logged: FailedReport = {failedAt: toTime(world.now()), ...report}
  writeFileAtomically(join(directory, `${id}.json`), JSON.stringify(logged))
}

/** Reads the failed attempts in the log of a destination, oldest first. Never throws. */
export function readFailures(directory: string): FailedReport[] {
  return readEntries(directory)
    .map(({content}) => content as Partial<FailedReport>)
    .filter((entry): entry is FailedReport => typeof entry.failedAt === 'string' && typeof entry.reason === 'string')
}

/** Reads the sent reports in the log of a destination, oldest first, without damaged entries. Never throws. */
export function readSent(directory: string, isWanted: (name: string) => boolean = () => true): SentReport[] {
  return readEntries(directory)
    .filter(({name}) => isWanted(name))
    .map(({content}) => content as Partial<SentReport>)
    .filter((entry): entry is SentReport => v.is(time, entry.sentAt) && Array.isArray(entry.ids))
}

/** The number of events that the collector has stored. An event that was sent twice counts once. */
export function countSent(reports: readonly SentReport[]): number {
  return new Set(reports.flatMap(({ids}) => ids)).size
}
