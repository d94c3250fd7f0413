import {setTimeout as sleep} from 'node:timers/promises'
import {type ConsentReason, isOptOut} from '../consent/consent.ts'
import {askConsent} from '../consent/consent-facts.ts'
import {listWaitingFiles, readBufferFile} from '../destination/buffer.ts'
import {type Destination, listFolder} from '../destination/destination.ts'
import {emptyBuffer, hasWaiting, isBufferEmpty} from '../destination/empty-buffer.ts'
import {countSent, readSent} from '../destination/sent-log.ts'
import {isForgetPending} from '../forget/is-forget-pending.ts'
import {readClient} from '../reports/read-client.ts'
import {readSendContext} from '../reports/send-context.ts'
import {
  type Delivery,
  type DeliveryReason,
  deliver,
  deliveryFailures,
  failedDelivery,
  nothingDelivered,
} from '../sender/deliver.ts'
import {takeLock} from '../sender/sender-lock.ts'
import type {Eraser, Transport} from '../transports/transport.ts'
import {hasEntries} from '../world/files.ts'
import type {World} from '../world/world.ts'

/** Destinations that are delivered to at the same time: each has a process of its own. */
const flushedTogether = 4
/** Milliseconds below which no sender is started: it could deliver nothing. */
const leastMilliseconds = 100
/** Milliseconds between looks at a lock that another sender has. */
const lockPollMilliseconds = 50

/** What a flush came to for one destination, in events. */
export interface DestinationFlush extends Delivery {
  readonly project: string
  /** Events that wait still. */
  readonly kept: number
  /** Whether something should have left and did not: the collector's or the network's doing, not a person's. */
  readonly isUndelivered: boolean
}

/** Delivers for one destination, with the right to send won, within some milliseconds; gives the right back. */
export type DeliverNow = (
  world: World,
  destination: Destination,
  token: string,
  milliseconds: number,
) => Promise<Delivery>

/** Delivers in this process by a transport: for tests, and for programs that bring their own network. */
export const deliverBy =
  (transport: Transport, erase?: Eraser): DeliverNow =>
  (world, destination, token, milliseconds) =>
    deliver(
      {
        world,
        destination,
        transport,
        ...(erase !== undefined && {erase}),
        client: readClient(),
        readContext: () => readSendContext(world, destination.project),
        signal: AbortSignal.timeout(Math.max(0, Math.round(milliseconds))),
      },
      token,
    )

export interface FlushOutcome {
  readonly sent: number
  readonly duplicates: number
  readonly refused: number
  readonly kept: number
  readonly dropped: number
  readonly projects: readonly DestinationFlush[]
}

/**
 * Sends what waits now, for some destinations, a few at a time, within one deadline. Every destination gets an equal share
 * of the time at least, so that collectors that hang do not starve the others. Does not wait for a next try that is due
 * later: a person asks. Never throws what the network throws; resolves to what really happened.
 */
export async function flushDestinations(
  world: World,
  destinations: readonly Destination[],
  options: {readonly deliver: DeliverNow; readonly waitSeconds: number},
): Promise<FlushOutcome> {
  const deadline = performance.now() + options.waitSeconds * 1000
  const projects: DestinationFlush[] = []
  const queue = [...destinations.entries()]
  const flushNext = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, destination] = next
      const rounds = 1 + Math.ceil(queue.length / flushedTogether)
      const share = performance.now() + (deadline - performance.now()) / rounds
      projects[index] = await flushDestination(world, destination, options.deliver, share)
    }
  }
  await Promise.all(Array.from({length: flushedTogether}, flushNext))
  const sum = (key: 'sent' | 'duplicates' | 'refused' | 'kept' | 'dropped') =>
    projects.reduce((total, one) => total + one[key], 0)
  return {
    sent: sum('sent'),
    duplicates: sum('duplicates'),
    refused: sum('refused'),
    kept: sum('kept'),
    dropped: sum('dropped'),
    projects,
  }
}

async function flushDestination(
  world: World,
  destination: Destination,
  deliverNow: DeliverNow,
  deadline: number,
): Promise<DestinationFlush> {
  const {project, paths} = destination
  const consent = askConsent(world, destination)
  const mustForget = isForgetPending(paths) && consent.reason !== 'state-not-writable'
  if (consent.reason !== 'allowed' && !mustForget) {
    const refused = refuseToSend(world, destination, consent.reason)
    return {...refused, kept: countWaiting(world, destination), isUndelivered: false}
  }
  if (!hasWaiting(destination) && !mustForget)
    return {project: project.project, ...nothingDelivered, kept: 0, isUndelivered: false}
  const delivery = await deliverWithLock(world, destination, deliverNow, deadline)
  const kept = countWaiting(world, destination)
  // What another sender has claimed is not ours to send: it lives, or was killed less than a minute ago.
  const isClaimed = delivery.reason === null && kept > 0 && hasEntries(paths.sending, 1)
  // A no holds reports back, not a request to erase: one that is still there was asked about in vain.
  const isForgetLeft = isForgetPending(paths) && !isDeliveryFailure(delivery.reason)
  const reason = isClaimed ? 'busy-here' : isForgetLeft ? 'forget-pending' : delivery.reason
  const isLeft = kept > 0 || isForgetPending(paths)
  return {project: project.project, ...delivery, reason, kept, isUndelivered: isLeft && isDeliveryFailure(reason)}
}

/** Waits for the right to send and delivers with it. Never throws; says what really happened. */
export async function deliverWithLock(
  world: World,
  destination: Destination,
  deliverNow: DeliverNow,
  deadline: number,
): Promise<Delivery> {
  const {paths} = destination
  try {
    if (deadline - performance.now() < leastMilliseconds) return {...nothingDelivered, reason: 'no-time'}
    const token = await waitForLock(world, paths.lock, deadline)
    if (token === null) return {...nothingDelivered, reason: 'busy-here'}
    // What other senders did meanwhile is not this one's.
    const logged = new Set(listFolder(paths.sent))
    const delivery = await deliverNow(world, destination, token, deadline - performance.now())
    if (delivery.reason !== 'sender-lost') return delivery
    // What a sender did before it was killed stands in the log.
    const reason = performance.now() < deadline ? 'sender-lost' : 'no-time'
    return {...delivery, reason, sent: countSent(readSent(paths.sent, name => !logged.has(name)))}
  } catch (error) {
    return failedDelivery(world, destination, error)
  }
}

const isDeliveryFailure = (reason: DeliveryReason | null): boolean =>
  reason !== null && (deliveryFailures as readonly string[]).includes(reason)

/** After a no nothing is locked and nothing is written but what has to go. */
function refuseToSend(world: World, destination: Destination, reason: Exclude<ConsentReason, 'allowed'>) {
  const mustGo = isOptOut(reason) && !isBufferEmpty(destination)
  const dropped = mustGo ? emptyIfPossible(world, destination) : 0
  return {project: destination.project.project, ...nothingDelivered, dropped, reason}
}

/** What a failing disk keeps goes when the no is met again; it does not leave meanwhile. */
function emptyIfPossible(world: World, destination: Destination): number {
  try {
    return emptyBuffer(world, destination)
  } catch {
    return 0
  }
}

async function waitForLock(world: World, lock: string, deadline: number): Promise<string | null> {
  for (;;) {
    const token = takeLock(world, lock, {isUrgent: true})
    if (token !== null || performance.now() >= deadline) return token
    await sleep(lockPollMilliseconds)
  }
}

/** Counts the events that wait for one destination. */
export function countWaiting(world: World, destination: Destination): number {
  return listWaitingFiles(destination.paths)
    .map(path => readBufferFile(path, world.now()))
    .reduce((sum, read) => sum + (read.kind === 'events' ? read.events.length : 0), 0)
}
