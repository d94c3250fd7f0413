import {reach} from '../fault-points.ts'
import {limits} from '../protocol/limits.ts'
import type {Destination} from './destination.ts'
import {endForgetRequest, keepForgetRequest, openGeneration, readForgetRequest} from './forget-request.ts'
import {deriveUserKey} from './identity.ts'
import {isForgetPending} from './is-forget-pending.ts'
import {clearFailure, writeFailure} from './next-try.ts'
import {listPeriods} from './periods.ts'
import type {Eraser} from './transports/transport.ts'
import type {World} from './world.ts'

export interface PresentOptions {
  readonly world: World
  readonly destination: Destination
  /** Asks the collector; without it a request stays pending. */
  readonly erase?: Eraser | undefined
  readonly readSecret: () => Promise<string>
  readonly signal: AbortSignal
}

/**
 * Presents a pending request to erase, with the right to send won, and ends it when a receipt comes. Where nothing has
 * been sent, or where datagrams went, it ends without asking anybody.
 *
 * @returns the time of the next try when the collector gave no receipt, else null
 */
export async function presentForget(options: PresentOptions): Promise<string | null> {
  const {world, destination, erase, signal} = options
  const {paths, project} = destination
  if (!isForgetPending(paths)) return null
  // Damaged: made anew.
  const request = readForgetRequest(paths) ?? keepForgetRequest(world, destination)
  const isAnswered = openGeneration(paths) > request.generation
  const keys = isAnswered ? [] : keysOf(destination, await options.readSecret(), request.generation)
  const endpoint = project.endpoint.http
  if (endpoint === null || keys.length === 0) {
    endForgetRequest(world, paths, request, {endpoint, receipt: null})
    return null
  }
  if (erase === undefined || signal.aborted) return null
  const target = {endpoint, project: project.project, writeKey: project.writeKey ?? null}
  const result = await erase({...target, request: {protocol: 1, id: request.id, keys}, signal})
  reach('forget: answered')
  if (result.kind === 'kept') return writeFailure(world, paths.nextTry, result).nextTryAt
  endForgetRequest(world, paths, request, {endpoint, receipt: result.receipt})
  clearFailure(paths.nextTry)
  return null
}

/** The secret halves of the pseudonyms that may have left; of more than fit one request, the newest. */
function keysOf({paths, project: {project}}: Destination, secret: string, generation: number): string[] {
  return listPeriods(paths, {secret, project, generations: {from: openGeneration(paths), to: generation}})
    .slice(-limits.maxErasureKeys)
    .map(one => Buffer.from(deriveUserKey(secret, {project, ...one})).toString('hex'))
}
