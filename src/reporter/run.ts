import {readdirSync, readFileSync, rmSync} from 'node:fs'
import * as v from 'valibot'
import {reach} from '../fault-points.ts'
import {programHeader} from '../protocol/header.ts'
import {limits} from '../protocol/limits.ts'
import {time, uuid} from '../protocol/scalars.ts'
import {inside, writeFileAtomically} from './files.ts'
import type {Processes} from './processes.ts'

/** What is kept of a run while it is open: enough to find it again and to measure how long it took. */
const runRecord = v.object({
  run: uuid,
  /** RFC 3339, wall clock. */
  startedAt: time,
  monotonicSeconds: v.number(),
  host: v.string(),
  bootId: v.nullable(v.string()),
  pidNamespace: v.nullable(v.string()),
  callers: v.pipe(
    v.array(v.object({pid: v.number(), startTime: v.nullable(v.string()), isSessionLeader: v.boolean()})),
    v.readonly(),
  ),
  header: programHeader,
})
export type RunRecord = Readonly<v.InferOutput<typeof runRecord>>

/** Keeps a run open. Throws what the file system throws. */
export function writeRun(directory: string, record: RunRecord): void {
  writeFileAtomically(inside(directory, `${record.run}.json`), JSON.stringify(record))
  reach('run: after the run is open')
}

/** Closes a run; a run that is not open is closed already. */
export function removeRun(directory: string, run: string): void {
  reach('run: before the run is closed')
  rmSync(inside(directory, `${run}.json`), {force: true})
}

/** Reads one open run, or null. A damaged record is no record. */
export function readRun(directory: string, run: string): RunRecord | null {
  if (!/^[0-9a-f-]{36}$/.test(run)) return null
  try {
    const record: unknown = JSON.parse(readFileSync(inside(directory, `${run}.json`), 'utf8'))
    const result = v.safeParse(runRecord, record)
    return result.success && result.output.run === run ? result.output : null
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

/** The pid namespace of the machine itself, as Linux numbers it; every other one is a container's. */
const machineNamespace = 'pid:[4026531836]'

/**
 * Finds the open run that an event belongs to. Pure.
 *
 * Of the runs whose chain of callers shares a process with the event's chain it is the one that shares the nearest:
 * nearest to the event, then nearest to the start, so that a script does not take the run of a script that it called
 * and that never ended; then the newest. Every chain begins with the process itself, because shells exec their last
 * command. Pid 0 pairs nobody, and pid 1 only in a container, where it is the script and not the parent of orphans. The
 * leader of a session (an interactive shell) and a container's pid 1 pair only what they called directly.
 */
export function findRun(runs: readonly RunRecord[], me: Processes & {readonly host: string}): RunRecord | null {
  let best: Candidate | null = null
  for (const record of runs) {
    const candidate = match(record, me)
    if (candidate !== null && (best === null || isBetter(candidate, best))) best = candidate
  }
  return best?.record ?? null
}

interface Candidate {
  readonly record: RunRecord
  /** Steps from the event's process to the shared one. */
  readonly fromEvent: number
  /** Steps from the start's process to the shared one. */
  readonly fromStart: number
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.fromEvent !== b.fromEvent) return a.fromEvent < b.fromEvent
  if (a.fromStart !== b.fromStart) return a.fromStart < b.fromStart
  const [newer, older] = [a.record, b.record]
  return newer.startedAt > older.startedAt || (newer.startedAt === older.startedAt && newer.run > older.run)
}

/** How a run shares the nearest process with the event's chain, or null where none pairs. */
function match(record: RunRecord, me: Processes & {readonly host: string}): Candidate | null {
  if (record.host !== me.host || record.bootId !== me.bootId || record.pidNamespace !== me.pidNamespace) return null
  for (const [fromEvent, caller] of me.callers.entries()) {
    const fromStart = record.callers.findIndex(one => one.pid === caller.pid && one.startTime === caller.startTime)
    if (fromStart === -1) continue
    const isDirect = fromEvent <= 1 && fromStart <= 1
    const isInit = caller.pid <= 1
    if (isInit && !(isDirect && caller.pid === 1 && isContainer(me.pidNamespace))) return null
    if (caller.isSessionLeader && !isDirect) return null
    return {record, fromEvent, fromStart}
  }
  return null
}

const isContainer = (pidNamespace: string | null): boolean => pidNamespace !== null && pidNamespace !== machineNamespace

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
