import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import type {ProgramHeader} from '../protocol/header.ts'
import {limits} from '../protocol/limits.ts'
import {writeFileAtomically} from './files.ts'
import type {Caller, Processes} from './processes.ts'

/** What is kept of a run while it is open: enough to find it again and to measure how long it took. */
export interface RunRecord {
  readonly run: string
  /** RFC 3339, wall clock. */
  readonly startedAt: string
  readonly monotonicSeconds: number
  readonly host: string
  readonly bootId: string | null
  readonly pidNamespace: string | null
  readonly callers: readonly Caller[]
  readonly header: ProgramHeader
}

/** Keeps a run open. Throws what the file system throws. */
export function writeRun(directory: string, record: RunRecord): void {
  writeFileAtomically(join(directory, `${record.run}.json`), JSON.stringify(record))
}

/** Closes a run; a run that is not open is closed already. */
export function removeRun(directory: string, run: string): void {
  rmSync(join(directory, `${run}.json`), {force: true})
}

/** Reads one open run, or null. A damaged record is no record. */
export function readRun(directory: string, run: string): RunRecord | null {
  if (!/^[0-9a-f-]{36}$/.test(run)) return null
  try {
    const record: unknown = JSON.parse(readFileSync(join(directory, `${run}.json`), 'utf8'))
    return isRunRecord(record) ? record : null
  } catch {
    return null
  }
}

/** Reads all open runs of a destination; without the folder there is none. */
export function readRuns(directory: string): RunRecord[] {
  return listRuns(directory)
    .map(run => readRun(directory, run))
    .filter(record => record !== null)
}

/** Ids of the open runs, oldest first. */
export function listRuns(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter(name => name.endsWith('.json') && !name.startsWith('.'))
      .map(name => name.slice(0, -'.json'.length))
      .sort()
  } catch {
    return []
  }
}

function isRunRecord(input: unknown): input is RunRecord {
  if (typeof input !== 'object' || input === null) return false
  const record = input as Partial<RunRecord>
  return (
    typeof record.run === 'string' &&
    typeof record.startedAt === 'string' &&
    typeof record.monotonicSeconds === 'number' &&
    Array.isArray(record.callers) &&
    typeof record.header === 'object' &&
    record.header !== null
  )
}

/**
 * Finds the open run that an event belongs to. Pure.
 *
 * It is the newest of those whose chain of callers shares the nearest process with the event's chain. Every chain
 * begins with the process itself, because shells exec their last command. Pids 0 and 1 pair nobody: orphans share
 * them. The leader of a session, an interactive shell for example, pairs only what it called directly.
 */
export function findRun(runs: readonly RunRecord[], me: Processes & {readonly host: string}): RunRecord | null {
  let best: {record: RunRecord; distance: number} | null = null
  for (const record of runs) {
    const distance = distanceTo(record, me)
    if (distance === null) continue
    if (best === null || distance < best.distance || (distance === best.distance && isNewer(record, best.record)))
      best = {record, distance}
  }
  return best?.record ?? null
}

const isNewer = (a: RunRecord, b: RunRecord): boolean =>
  a.startedAt > b.startedAt || (a.startedAt === b.startedAt && a.run > b.run)

/** Steps from the event's process to the nearest process shared with the run's chain, or null where none pairs. */
function distanceTo(record: RunRecord, me: Processes & {readonly host: string}): number | null {
  if (record.host !== me.host || record.bootId !== me.bootId || record.pidNamespace !== me.pidNamespace) return null
  for (const [distance, caller] of me.callers.entries()) {
    const theirs = record.callers.findIndex(one => one.pid === caller.pid && one.startTime === caller.startTime)
    if (theirs === -1) continue
    if (caller.pid <= 1) return null
    if (caller.isSessionLeader && (distance > 1 || theirs > 1)) return null
    return distance
  }
  return null
}

/**
 * How long a run took, in seconds with three decimals: by the monotonic clock within one boot, else by the wall clock.
 * Null where the wall clock went backwards, or so far ahead that a clock was broken.
 */
export function measureDuration(
  record: RunRecord,
  end: {readonly bootId: string | null; readonly host: string; readonly now: number; readonly monotonicSeconds: number},
): number | null {
  const isSameBoot = record.bootId !== null && record.bootId === end.bootId && record.host === end.host
  const seconds = isSameBoot
    ? end.monotonicSeconds - record.monotonicSeconds
    : (end.now - Date.parse(record.startedAt)) / 1000
  return seconds >= 0 && seconds <= limits.maxDurationSeconds ? Math.round(seconds * 1000) / 1000 : null
}
