import {existsSync} from 'node:fs'
import {reach} from '../fault-points.ts'
import type {ErasureReceipt} from '../protocol/erasure.ts'
import {isStateWritable} from './consent-facts.ts'
import type {Destination} from './destination.ts'
import {emptyBuffer} from './empty-buffer.ts'
import {type DeliverNow, deliverWithLock} from './flush.ts'
import {
  endForgetRequest,
  type ForgetRequest,
  keepForgetRequest,
  openGeneration,
  readForgotten,
} from './forget-request.ts'
import {readSecret} from './identity.ts'
import {isForgetPending} from './is-forget-pending.ts'
import {readNextTry} from './next-try.ts'
import {listPeriods} from './periods.ts'
import type {Delivery} from './sender.ts'
import type {World} from './world.ts'

/** What a wish to be forgotten came to at one destination. */
export interface DestinationForget {
  readonly project: string
  readonly endpoint: string | null
  /** Whom to write to when the collector does not erase. */
  readonly contact: string
  /**
   * `erased`: the collector has said so. `nothing-sent`: there was nothing to erase. `unconfirmed`: datagrams went, of which
   * nobody answers. `pending`: the request is kept and goes first from now on. `failed`: it could not even be kept.
   */
  readonly outcome: 'erased' | 'nothing-sent' | 'unconfirmed' | 'pending' | 'failed'
  /** The id of the request: what the contact, or an operator, finds it by. */
  readonly request: string | null
  readonly requestedAt: string | null
  /** Events that waited and are gone. */
  readonly dropped: number
  readonly receipt: ErasureReceipt | null
  /** Why it is pending or failed. */
  readonly reason: string | null
  readonly message: string | null
  readonly nextTryAt: string | null
  /** The folder of what was sent: the person's to keep or to remove. */
  readonly sentLog: string
}

export interface ForgetOutcome {
  readonly projects: readonly DestinationForget[]
}

/**
 * Asks the collectors to erase what they hold of this person, one after the other, within one deadline, whatever the rules
 * of consent say: it is an explicit wish, and sends no event. What waits is dropped. Ids made from the answer on cannot be
 * joined with those from before. Never throws what the network or a disk throws.
 */
export async function forgetDestinations(
  world: World,
  destinations: readonly Destination[],
  options: {readonly deliver: DeliverNow; readonly waitSeconds: number},
): Promise<ForgetOutcome> {
  const deadline = performance.now() + options.waitSeconds * 1000
  const projects: DestinationForget[] = []
  for (const destination of destinations) {
    try {
      projects.push(await forgetDestination(world, destination, options.deliver, deadline))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      projects.push({...nothingSent(destination), outcome: 'failed', reason: 'not-written', message})
    }
  }
  return {projects}
}

const nothingSent = ({project: {project, contact, endpoint}, paths}: Destination): DestinationForget => ({
  project,
  endpoint: endpoint.http ?? endpoint.udp,
  contact,
  outcome: 'nothing-sent',
  request: null,
  requestedAt: null,
  dropped: 0,
  receipt: null,
  reason: null,
  message: null,
  nextTryAt: null,
  sentLog: paths.sent,
})

async function forgetDestination(
  world: World,
  destination: Destination,
  deliver: DeliverNow,
  deadline: number,
): Promise<DestinationForget> {
  const {directory, paths, project} = destination
  if (!existsSync(directory)) return nothingSent(destination)
  if (!isStateWritable(world, destination)) throw new Error(`wanted to write ${directory}, which is not yours to write`)
  const request = keepForgetRequest(world, destination)
  reach('forget: asked')
  const dropped = emptyBuffer(world, destination, 'forgotten')
  const endpoint = project.endpoint.http
  // Listed after the request is kept: a sender marks a period first and looks for a request then.
  const mustAsk = endpoint !== null && hasSent(world, destination, request)
  if (!mustAsk) endForgetRequest(world, paths, request, {endpoint, receipt: null})
  const delivery = mustAsk ? await deliverWithLock(world, destination, deliver, deadline) : null
  return {
    ...nothingSent(destination),
    request: request.id,
    requestedAt: request.requestedAt,
    dropped,
    ...tell(destination, request, delivery),
  }
}

function hasSent(world: World, {paths, project}: Destination, {generation}: ForgetRequest): boolean {
  const secret = readSecret(world.stateDirectory, world.random)
  const generations = {from: openGeneration(paths), to: generation}
  return listPeriods(paths, {secret, project: project.project, generations}).length > 0
}

/** Reasons for which the collector was not asked, or not to its end: an earlier failure says nothing about them. */
const notAsked: readonly (string | null)[] = ['busy-here', 'no-time', 'sender-lost']

/** Reads from the disk what became of a request: a sender may have been killed after it was answered. */
function tell({paths, project}: Destination, request: ForgetRequest, delivery: Delivery | null) {
  const {endpoint} = project
  if (!isForgetPending(paths)) {
    const receipt = readForgotten(paths, request.generation)?.receipt ?? null
    const unanswered = endpoint.http === null ? ('unconfirmed' as const) : ('nothing-sent' as const)
    return {outcome: receipt === null ? unanswered : ('erased' as const), receipt}
  }
  const failure = readNextTry(paths.nextTry)
  const isAsked = failure !== null && delivery !== null && !notAsked.includes(delivery.reason)
  const {reason, message} = isAsked ? failure.lastError : {reason: delivery?.reason ?? 'sender-lost', message: null}
  return {outcome: 'pending' as const, reason, message, nextTryAt: failure?.nextTryAt ?? null}
}
