import {normalize} from 'node:path'
import * as v from 'valibot'
import {uuid} from '../../protocol/values/scalars.ts'
import type {Destination} from '../destination/destination.ts'
import {type RunRecord, readRun, readRuns} from '../destination/open-runs.ts'
import type {World} from '../world/world.ts'
import {findRun, type RunMatch} from './find-run.ts'

/** The run that an event belongs to: its id, or null for an unpaired event, and its record where it is open here. */
export interface EventRun {
  readonly run: string | null
  readonly record: RunRecord | null
}

/** A run that the environment names, and the steps from this process to the one that started it; null if it is no caller. */
interface InheritedRun {
  readonly run: string
  readonly fromEvent: number | null
}

/**
 * The variables by which `usage run`, the shell functions and the generated clients pass a run on to their children.
 *
 * `USAGE_RUN_SCOPE` is `<pid>:<folder>`: the process that started the run, and the folder of its destination. A run counts
 * only for the same project, endpoint and state folder, because an id that two collectors know would join their data.
 */
export function runVariables({directory}: Destination, run: string, pid: number): Readonly<Record<string, string>> {
  return {USAGE_RUN_ID: run, USAGE_RUN_SCOPE: `${pid}:${directory}`}
}

/** The run that the caller gave by its id. */
export function runById({paths}: Destination, id: string): EventRun {
  const run = id.toLowerCase()
  return {run, record: readRun(paths.runs, run)}
}

/** The open run that shares the nearest caller with an end. Reads the open runs, writes nothing. */
export function runOfEnd(world: World, {paths}: Destination): EventRun {
  return toEventRun(matchRun(world, readRuns(paths.runs)))
}

/**
 * The run of a feature: the one that the environment names, unless an open run was started by a nearer caller. Reads the
 * open runs, writes nothing.
 */
export function runOfFeature(world: World, destination: Destination): EventRun {
  const runs = readRuns(destination.paths.runs)
  const inherited = inheritedRun(world, destination, runs)
  const match = matchRun(world, runs)
  if (inherited === null) return toEventRun(match)
  if (match !== null && match.fromEvent < (inherited.fromEvent ?? Number.POSITIVE_INFINITY)) return toEventRun(match)
  return {run: inherited.run, record: runs.find(({run}) => run === inherited.run) ?? null}
}

function matchRun(world: World, runs: readonly RunRecord[]): RunMatch | null {
  return findRun(runs, {...world.processes(), host: world.hostName, isShell: pid => world.isShell(pid)})
}

const toEventRun = (match: RunMatch | null): EventRun => ({
  run: match?.record?.run ?? null,
  record: match?.record ?? null,
})

function inheritedRun(
  {environment, processes}: World,
  {directory}: Destination,
  runs: readonly RunRecord[],
): InheritedRun | null {
  const run = environment['USAGE_RUN_ID']?.toLowerCase()
  if (!v.is(uuid, run)) return null
  const [, pid, scope] = /^(\d+):(.*)$/s.exec(environment['USAGE_RUN_SCOPE'] ?? '') ?? []
  const isOfThisDestination = scope !== undefined && normalize(scope) === normalize(directory)
  if (!isOfThisDestination && !runs.some(one => one.run === run)) return null
  const step = processes().callers.findIndex(caller => String(caller.pid) === pid)
  return {run, fromEvent: step === -1 ? null : step}
}
