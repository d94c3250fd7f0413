/**
 * Room `forget`: the request to erase the data of a user at one destination.
 *
 * The request is a file. While it exists, no report is sent. It ends when the collector confirms the erasure, or when
 * nothing was sent that could be erased. Each request raises the generation of the project, so that pseudonyms from
 * before and after cannot be joined. The room also keeps the marks of every period whose pseudonym was sent, because
 * they prove ownership later. Disk only; the collector is asked through the `Eraser` that the caller gives.
 * Read next: `present-forget.ts`, then `sent-pseudonyms.ts` and `period-marks.ts`.
 */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {reach} from '../../fault-points.ts'
import {type ErasureReceipt, erasureReceipt} from '../../protocol/report/erasure.ts'
import {time, uuid} from '../../protocol/values/scalars.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import {
  type Destination,
  type DestinationPaths,
  listDestinationFolders,
  listFolder,
} from '../destination/destination.ts'
import {createWhole, makeDirectory, readJson, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {removeMarks} from './period-marks.ts'

/** A user's erasure request for one destination. It is stored until it has ended. */
const forgetRequest = v.object({
  /** The same in each attempt. */
  id: uuid,
  requestedAt: time,
  /** The request is about this generation, and earlier ones whose requests have not ended here. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
export type ForgetRequest = Readonly<v.InferOutput<typeof forgetRequest>>

/** The result of an ended request. */
const forgotten = v.object({
  ...forgetRequest.entries,
  keptAt: time,
  endpoint: v.nullable(v.string()),
  /** The collector's receipt. Null if nothing was sent, or if the destination cannot confirm. */
  receipt: v.nullable(erasureReceipt),
})
export type Forgotten = Readonly<v.InferOutput<typeof forgotten>>

/** Reads the pending request. Null if there is none or it is damaged. */
export function readForgetRequest({forget}: DestinationPaths): ForgetRequest | null {
  const result = v.safeParse(forgetRequest, readJson(forget))
  return result.success ? result.output : null
}

/**
 * Stores a request. From then on, no report is sent. A pending request is returned unchanged. A damaged one (for
 * example after a power cut) is replaced: a new id erases the same data. Throws errors of the file system.
 */
export function keepForgetRequest(world: World, {project, directory, paths}: Destination): ForgetRequest {
  const found = readForgetRequest(paths)
  if (found !== null) return found
  const id = makeUuidV7(world.now(), world.random(10))
  const request = {id, requestedAt: toTime(world.now()), generation: readGeneration(world, project)}
  const content = JSON.stringify(request)
  makeDirectory(directory)
  if (createWhole(paths.forget, content)) return request
  const other = readForgetRequest(paths)
  if (other !== null) return other
  writeFileAtomically(paths.forget, content)
  return request
}

/**
 * The current generation of pseudonyms, for all destinations of a project: one more than that of any request, pending
 * or ended, and 0 without one. So erased pseudonyms do not appear again at another endpoint. It is derived from the
 * stored requests, so it never decreases and is never written.
 */
export function readGeneration({stateDirectory}: Pick<World, 'stateDirectory'>, {project}: {project: string}): number {
  const folders = listDestinationFolders(stateDirectory).filter(folder => folder.project === project)
  const asked = folders.flatMap(({paths}) => [...endedGenerations(paths), readForgetRequest(paths)?.generation ?? -1])
  return Math.max(-1, ...asked) + 1
}

/** The oldest generation without an ended request at a destination. */
export const openGeneration = (paths: DestinationPaths): number => Math.max(-1, ...endedGenerations(paths)) + 1

function endedGenerations({forgotten: directory}: DestinationPaths): number[] {
  const ended = listFolder(directory).map(name => /^(\d+)\.json$/.exec(name)?.[1])
  return ended
    .filter(name => name !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

/** The result of the request for one generation, or null if none has ended. */
export function readForgotten({forgotten: directory}: DestinationPaths, generation: number): Forgotten | null {
  const result = v.safeParse(forgotten, readJson(join(directory, `${generation}.json`)))
  return result.success ? result.output : null
}

/** The results of all ended requests, oldest first. Damaged files are skipped. */
export function readAllForgotten(paths: DestinationPaths): Forgotten[] {
  return endedGenerations(paths)
    .map(generation => readForgotten(paths, generation))
    .filter(one => one !== null)
}

/**
 * Ends a request: stores its receipt, then removes its marks and the request itself. If the process is killed at any
 * step, the request still exists, and ending it again has the same result. Throws errors of the file system.
 */
export function endForgetRequest(
  world: World,
  paths: DestinationPaths,
  request: ForgetRequest,
  ending: {readonly endpoint: string | null; readonly receipt: ErasureReceipt | null},
): void {
  const path = join(paths.forgotten, `${request.generation}.json`)
  if (!existsSync(path))
    writeFileAtomically(path, JSON.stringify({...request, keptAt: toTime(world.now()), ...ending} satisfies Forgotten))
  reach('forget: receipt kept')
  removeMarks(paths, request.generation)
  reach('forget: periods removed')
  rmSync(paths.forget, {force: true})
}
