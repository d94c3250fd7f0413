import {limits} from '../../protocol/values/limits.ts'
import type {RunRecord} from '../destination/open-runs.ts'
import type {Processes} from '../world/processes.ts'

/** The pid namespace of the machine itself, as Linux numbers it; every other one is a container's. */
const machineNamespace = 'pid:[4026531836]'

/** The process that an event's callers and the callers of one or more open runs have in common, nearest to the event. */
export interface RunMatch {
  /** The run, or null where several are equally near and nothing tells them apart. */
  readonly record: RunRecord | null
  /** Steps from the event's process to the shared one. */
  readonly fromEvent: number
}

/** Where an event happens, and which of its callers run one command after the other. */
export interface EventPlace extends Processes {
  readonly host: string
  /** Whether a process runs its commands in sequence, as a shell does. Asked only where several runs are equally near. */
  isShell(pid: number): boolean
}

/**
 * Finds the open run that an event belongs to; null where no run shares a process with it. Pure.
 *
 * Of the runs whose chain of callers shares a process with the event's chain it is the one that shares the nearest. Every
 * chain begins with the process itself, because shells exec their last command. Pid 0 pairs nobody, and pid 1 only in a
 * container, where it is the script and not the parent of orphans. The leader of a session (an interactive shell) and a
 * container's pid 1 pair only what they called directly.
 *
 * Several runs that share the same nearest process are told apart only where that process is a shell: first the run that
 * it started most directly, so that a script does not take the run of a script that it called and that never ended; then
 * the newest of those that it started directly for an event that it calls directly. `make -j` and programs with threads
 * run several things at once: there, a guess could swap the ends of two runs.
 */
export function findRun(runs: readonly RunRecord[], me: EventPlace): RunMatch | null {
  const candidates = runs.map(record => match(record, me)).filter(one => one !== null)
  const fromEvent = Math.min(...candidates.map(one => one.fromEvent))
  const nearest = candidates.filter(one => one.fromEvent === fromEvent)
  const [first] = nearest
  if (first === undefined) return null
  if (nearest.length === 1) return {record: first.record, fromEvent}
  return {record: tellApart(nearest, me), fromEvent}
}

interface Candidate {
  readonly record: RunRecord
  readonly pid: number
  readonly fromEvent: number
  /** Steps from the start's process to the shared one. */
  readonly fromStart: number
}

/** The run among several that share one process with the event, or null. */
function tellApart(nearest: readonly Candidate[], me: EventPlace): RunRecord | null {
  const fromStart = Math.min(...nearest.map(one => one.fromStart))
  const [newest, second] = nearest
    .filter(one => one.fromStart === fromStart)
    .sort((a, b) => (isNewer(a.record, b.record) ? -1 : 1))
  if (newest === undefined || !me.isShell(newest.pid)) return null
  return second === undefined || isDirect(newest) ? newest.record : null
}

const isNewer = (a: RunRecord, b: RunRecord): boolean =>
  a.startedAt > b.startedAt || (a.startedAt === b.startedAt && a.run > b.run)

/** Whether the shared process is the caller, or the process itself, on both sides. */
const isDirect = ({fromEvent, fromStart}: Pick<Candidate, 'fromEvent' | 'fromStart'>): boolean =>
  fromEvent <= 1 && fromStart <= 1

/** How a run shares the nearest process with the event's chain, or null where none pairs. */
function match(record: RunRecord, me: EventPlace): Candidate | null {
  if (record.host !== me.host || record.bootId !== me.bootId || record.pidNamespace !== me.pidNamespace) return null
  for (const [fromEvent, caller] of me.callers.entries()) {
    const fromStart = record.callers.findIndex(one => one.pid === caller.pid && one.startTime === caller.startTime)
    if (fromStart === -1) continue
    const isCalledDirectly = isDirect({fromEvent, fromStart})
    const isInit = caller.pid <= 1
    if (isInit && !(isCalledDirectly && caller.pid === 1 && isContainer(me.pidNamespace))) return null
    if (caller.isSessionLeader && !isCalledDirectly) return null
    return {record, pid: caller.pid, fromEvent, fromStart}
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
