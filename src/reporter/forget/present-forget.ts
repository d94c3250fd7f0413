import {reach} from '../../fault-points.ts'
import {limits} from '../../protocol/values/limits.ts'
import type {Destination} from '../destination/destination.ts'
import {clearFailure, writeFailure} from '../destination/next-try.ts'
import {deriveUserKey} from '../identity/pseudonyms.ts'
import {findSecret} from '../identity/secret.ts'
import type {Eraser} from '../transports/transport.ts'
import type {World} from '../world/world.ts'
import {endForgetRequest, keepForgetRequest, openGeneration, readForgetRequest} from './forget-request.ts'
import {isForgetPending} from './is-forget-pending.ts'
import {findSentPseudonyms} from './sent-pseudonyms.ts'

export interface PresentOptions {
  readonly world: World
  readonly destination: Destination
  /** Sends the request to the collector. Without it, a request stays pending. */
  readonly erase?: Eraser | undefined
  readonly signal: AbortSignal
}

/**
 * Sends a pending erasure request to the collector and ends it at the receipt. The caller must hold the sender lock. If
 * nothing was sent, or if there is no HTTP address, the request ends without a question to a collector. If the secret
 * of the pseudonyms is lost, it stays pending: a collector would confirm other keys without erasing anything.
 *
 * @returns the time of the next attempt if the collector gave no receipt, else null
 */
export async function presentForget(options: PresentOptions): Promise<string | null> {
  const {world, destination, erase, signal} = options
  const {paths, project} = destination
  if (!isForgetPending(paths)) return null
  // A damaged request is replaced.
  const request = readForgetRequest(paths) ?? keepForgetRequest(world, destination)
  const endpoint = project.endpoint.http
  const isAnswered = openGeneration(paths) > request.generation
  const keys = isAnswered || endpoint === null ? [] : keysOf(world, destination, request.generation)
  if (keys === null) return null
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

/** The keys of the pseudonyms that were sent, at most the newest 120. Null if the secret of one is lost. */
function keysOf({stateDirectory}: World, destination: Destination, generation: number): string[] | null {
  const secret = findSecret(stateDirectory)
  const {own, hasLost} = findSentPseudonyms(destination, secret, generation)
  if (hasLost) return null
  if (secret === null) return []
  const {project} = destination.project
  return own
    .slice(-limits.maxErasureKeys)
    .map(period => Buffer.from(deriveUserKey(secret, {project, ...period})).toString('hex'))
}
