import {existsSync, rmSync} from 'node:fs'
import {messageOf} from '../../errors.ts'
import {reach} from '../../fault-points.ts'
import {addressOf} from '../../protocol/project/project-file.ts'
import type {ErasureReceipt} from '../../protocol/report/erasure.ts'
import type {Consent} from '../consent/consent.ts'
import {askConsent, isStateWritable} from '../consent/consent-facts.ts'
import type {Destination} from '../destination/destination.ts'
import {emptyBuffer} from '../destination/empty-buffer.ts'
import {clearFailure, readNextTry} from '../destination/next-try.ts'
import {
  endForgetRequest,
  type ForgetRequest,
  keepForgetRequest,
  readAllForgotten,
  readForgetRequest,
  readForgotten,
} from '../forget/forget-request.ts'
import {isForgetPending} from '../forget/is-forget-pending.ts'
import {findSentPseudonyms, type SentPseudonyms} from '../forget/sent-pseudonyms.ts'
import {withdrawReports} from '../forget/withdraw-reports.ts'
import {findSecret, secretPath} from '../identity/secret.ts'
import type {Delivery} from '../sender/deliver.ts'
import type {World} from '../world/world.ts'
import {type DeliverNow, deliverWithLock} from './flush.ts'

/** What a wish to be forgotten came to at one destination. */
export interface DestinationForget {
  readonly project: string
  readonly endpoint: string | null
  /** Whom to write to when the collector does not erase. */
  readonly contact: string
  /**
   * `erased`: the collector has said so. `already-erased`: it has said so to an earlier request, and nothing was sent since.
   * `nothing-sent`: there was nothing to erase. `no-user`: reports went, none with a pseudonym of the user, so that no key
   * finds them. `unconfirmed`: datagrams went, of which nobody answers. `pending`: the request is kept and goes first from
   * now on. `cannot-prove`: so it is, but the secret that made the pseudonyms is lost. `failed`: it could not even be kept.
   * `withdrawn`: the user took a pending request back. `none-pending`: there was none to take back.
   */
  readonly outcome:
    | 'erased'
    | 'already-erased'
    | 'nothing-sent'
    | 'no-user'
    | 'unconfirmed'
    | 'pending'
    | 'cannot-prove'
    | 'failed'
    | 'withdrawn'
    | 'none-pending'
  /** Whether reports went that have no pseudonym of the user, of CI for example: they stay, whatever the outcome. */
  readonly leftNameless: boolean
  /** The id of the request: what the contact, or an operator, finds it by. */
  readonly request: string | null
  readonly requestedAt: string | null
  /** Whether recording continues afterwards, and by which rule. */
  readonly consent: Consent
  /** Events that waited and are gone. */
  readonly dropped: number
  readonly receipt: ErasureReceipt | null
  /** Why it is pending or failed. */
  readonly reason: string | null
  readonly message: string | null
  readonly nextTryAt: string | null
  /** The file of the secret that made the pseudonyms. */
  readonly secret: string
  /** The folder of what was sent: the person's to keep or to remove. */
  readonly sentLog: string
}

/** Whether something is left to do: nobody has confirmed that what can be erased is gone. */
export const isStillOpen = ({outcome}: DestinationForget): boolean =>
  outcome === 'pending' || outcome === 'cannot-prove' || outcome === 'failed'

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
      const message = messageOf(error)
      projects.push({...nothingSent(world, destination), outcome: 'failed', reason: 'not-written', message})
    }
  }
  return {projects}
}

/**
 * Takes back the pending requests: reports are sent again, under the same ids, and a later request covers what an earlier one
 * would have. A collector that is answering one at this moment may erase all the same. Sends nothing, never throws.
 */
export function withdrawForget(world: World, destinations: readonly Destination[]): ForgetOutcome {
  return {projects: destinations.map(destination => withdrawOne(world, destination))}
}

function withdrawOne(world: World, destination: Destination): DestinationForget {
  const {paths} = destination
  const common = nothingSent(world, destination)
  if (!isForgetPending(paths)) return {...common, outcome: 'none-pending'}
  const request = readForgetRequest(paths)
  try {
    rmSync(paths.forget, {force: true})
    clearFailure(paths.nextTry)
  } catch (error) {
    return {...common, outcome: 'failed', reason: 'not-written', message: messageOf(error)}
  }
  const {id = null, requestedAt = null} = request ?? {}
  return {...common, outcome: 'withdrawn', request: id, requestedAt}
}

const nothingSent = (world: World, destination: Destination): DestinationForget => ({
  project: destination.project.project,
  endpoint: destination.project.endpoint.http ?? addressOf(destination.project.endpoint),
  contact: destination.project.contact,
  outcome: 'nothing-sent',
  leftNameless: false,
  request: null,
  requestedAt: null,
  dropped: 0,
  receipt: null,
  reason: null,
  message: null,
  nextTryAt: null,
  consent: askConsent(world, destination),
  secret: secretPath(world.stateDirectory),
  sentLog: destination.paths.sent,
})

async function forgetDestination(
  world: World,
  destination: Destination,
  deliver: DeliverNow,
  deadline: number,
): Promise<DestinationForget> {
  const {directory, paths, project} = destination
  const common = nothingSent(world, destination)
  if (!existsSync(directory)) return common
  if (!isStateWritable(world, destination)) throw new Error(`no permission to write ${directory}`)
  const request = keepForgetRequest(world, destination)
  reach('forget: asked')
  const dropped = emptyBuffer(world, destination, 'forgotten')
  const endpoint = project.endpoint.http
  // Looked for after the request is kept: a sender marks a period first and looks for a request then.
  const pseudonyms = findSentPseudonyms(destination, findSecret(world.stateDirectory), request.generation)
  const mustAsk = endpoint !== null && pseudonyms.own.length > 0 && !pseudonyms.hasLost
  const before = readAllForgotten(paths).findLast(({receipt}) => receipt !== null)?.receipt ?? null
  withdrawReports(destination)
  if (endpoint === null || !(mustAsk || pseudonyms.hasLost))
    endForgetRequest(world, paths, request, {endpoint, receipt: null})
  const delivery = mustAsk ? await deliverWithLock(world, destination, deliver, deadline) : null
  return {
    ...common,
    request: request.id,
    requestedAt: request.requestedAt,
    dropped,
    leftNameless: pseudonyms.hasNameless,
    ...(mustAsk ? outcomeAsked(destination, request, delivery) : outcomeUnasked(destination, pseudonyms, before)),
  }
}

/** The outcome where no collector was asked. `before`: the receipt of an earlier request. */
function outcomeUnasked({project}: Destination, {hasLost, hasNameless}: SentPseudonyms, before: ErasureReceipt | null) {
  if (project.endpoint.http === null) return {outcome: 'unconfirmed' as const}
  if (hasLost) return {outcome: 'cannot-prove' as const, reason: 'cannot-prove'}
  if (before !== null) return {outcome: 'already-erased' as const, receipt: before}
  return {outcome: hasNameless ? ('no-user' as const) : ('nothing-sent' as const)}
}

/** Reasons for which the collector was not asked, or not to its end: an earlier failure says nothing about them. */
const notAsked: readonly (string | null)[] = ['busy-here', 'no-time', 'sender-lost']

/** Reads from the disk what became of a request: a sender may have been killed after it was answered. */
function outcomeAsked({paths}: Destination, request: ForgetRequest, delivery: Delivery | null) {
  if (!isForgetPending(paths)) {
    const receipt = readForgotten(paths, request.generation)?.receipt ?? null
    return {outcome: receipt === null ? ('nothing-sent' as const) : ('erased' as const), receipt}
  }
  const failure = readNextTry(paths.nextTry)
  const isAsked = failure !== null && delivery !== null && !notAsked.includes(delivery.reason)
  const {reason, message} = isAsked ? failure.lastError : {reason: delivery?.reason ?? 'sender-lost', message: null}
  return {outcome: 'pending' as const, reason, message, nextTryAt: failure?.nextTryAt ?? null}
}
