import {limits} from '../../protocol/limits.ts'
import type {RunRecord} from '../destination/open-runs.ts'
import type {Processes} from '../world/processes.ts'

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
