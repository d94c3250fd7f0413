import {readdirSync, rmSync} from 'node:fs'
import * as v from 'valibot'
import {reach} from '../../fault-points.ts'
import {programHeader} from '../../protocol/report/header.ts'
import {time, uuid} from '../../protocol/values/scalars.ts'
import {inside, readPlainFile, writeFileAtomically} from '../world/files.ts'

/** The record of an open run: the values to find it again and to measure its duration. */
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

/** Records an open run. Throws errors of the file system. */
export function writeRun(directory: string, record: RunRecord): void {
  writeFileAtomically(inside(directory, `${record.run}.json`), JSON.stringify(record))
  reach('run: after the run is open')
}

/** Closes a run. Does nothing if it is not open. */
export function removeRun(directory: string, run: string): void {
  reach('run: before the run is closed')
  rmSync(inside(directory, `${run}.json`), {force: true})
}

/** Reads an open run. Null if it is not open or the record is damaged. Never throws. */
export function readRun(directory: string, run: string): RunRecord | null {
  if (!/^[0-9a-f-]{36}$/.test(run)) return null
  try {
    const record: unknown = JSON.parse(readPlainFile(inside(directory, `${run}.json`)))
    const result = v.safeParse(runRecord, record)
    return result.success && result.output.run === run ? result.output : null
  } catch {
    return null
  }
}

/** Reads all open runs of a destination, oldest first, without damaged records. Never throws. */
export function readRuns(directory: string): RunRecord[] {
  return listRuns(directory)
    .map(run => readRun(directory, run))
    .filter(record => record !== null)
}

/** Ids of the open runs, oldest first. Empty if the folder cannot be read. */
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
