/**
 * Room `forget`: the request to erase the data of a user at one destination.
 *
 * The request is a file. While it exists, no report is sent. It ends when the collector confirms the erasure, or when nothing was
 * sent that could be erased. Each request raises the generation of the project, so that pseudonyms from before and after cannot be
 * joined. The room also keeps the marks of every period whose pseudonym was sent, because they prove ownership later. Disk only;
 * the collector is asked through the `Eraser` that the caller gives.
 * Read next: `present-forget.ts`, then `sent-pseudonyms.ts` and `period-marks.ts`.
 */
import {existsSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import * as v from 'valibot'
import {reach} from '../../fault-points.ts'
import {type ErasureReceipt, erasureReceipt} from '../../protocol/erasure.ts'
import {time, uuid} from '../../protocol/scalars.ts'
import {makeUuidV7} from '../../protocol/uuid.ts'
import {
  type Destination,
  type DestinationPaths,
  listDestinationFolders,
  listFolder,
} from '../destination/destination.ts'
import {createWhole, makeDirectory, readJson, writeFileAtomically} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {removeMarks} from './period-marks.ts'

/** A person's wish to have their data erased at one destination; kept until it is answered. */
const forgetRequest = v.object({
  /** The same in each try. */
  id: uuid,
  requestedAt: time,
  /** The ids made in this generation, and in those before it that were not asked about here, are to be forgotten. */
  generation: v.pipe(v.number(), v.integer(), v.minValue(0)),
})
export type ForgetRequest = Readonly<v.InferOutput<typeof forgetRequest>>

/** What became of a request. */
const forgotten = v.object({
  ...forgetRequest.entries,
  keptAt: time,
  endpoint: v.nullable(v.string()),
  /** The collector's; null where nothing had been sent, or where nothing can confirm it. */
  receipt: v.nullable(erasureReceipt),
})
export type Forgotten = Readonly<v.InferOutput<typeof forgotten>>

/** The pending request, or null when there is none or it is damaged. */
export function readForgetRequest({forget}: DestinationPaths): ForgetRequest | null {
  const result = v.safeParse(forgetRequest, readJson(forget))
  return result.success ? result.output : null
}

/**
 * Keeps a request, from which moment on no report leaves. One that is pending already stands; a damaged one (a power
 * cut) is made anew: a new id erases the same. Throws what the file system throws.
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
 * The generation of the ids that are made now, for every destination of a project: one more than that of any request,
 * pending or ended, from 0. So ids that are to go, or are gone, do not come back at another endpoint. It follows from what
 * is kept of these requests, so it is never lowered and no two processes write it.
 */
export function readGeneration({stateDirectory}: Pick<World, 'stateDirectory'>, {project}: {project: string}): number {
  const folders = listDestinationFolders(stateDirectory).filter(folder => folder.project === project)
  const asked = folders.flatMap(({paths}) => [...endedGenerations(paths), readForgetRequest(paths)?.generation ?? -1])
  return Math.max(-1, ...asked) + 1
}

/** The oldest generation whose ids have not been asked about at a destination, or not to the end. */
export const openGeneration = (paths: DestinationPaths): number => Math.max(-1, ...endedGenerations(paths)) + 1

function endedGenerations({forgotten: directory}: DestinationPaths): number[] {
  const ended = listFolder(directory).map(name => /^(\d+)\.json$/.exec(name)?.[1])
  return ended
    .filter(name => name !== undefined)
    .map(Number)
    .sort((a, b) => a - b)
}

/** What became of the request for one generation, or null when none has come to its end. */
export function readForgotten({forgotten: directory}: DestinationPaths, generation: number): Forgotten | null {
  const result = v.safeParse(forgotten, readJson(join(directory, `${generation}.json`)))
  return result.success ? result.output : null
}

/** All requests that have come to their end, oldest first; damaged ones are passed over. */
export function readAllForgotten(paths: DestinationPaths): Forgotten[] {
  return endedGenerations(paths)
    .map(generation => readForgotten(paths, generation))
    .filter(one => one !== null)
}

/**
 * Ends a request: keeps its receipt, by which new ids begin, then removes what it was needed for. Killed at any step,
 * the request is still there, and ending it again comes to the same.
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
