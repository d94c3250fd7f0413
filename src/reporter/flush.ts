import {setTimeout as sleep} from 'node:timers/promises'
import {listWaitingFiles, readBufferFile} from './buffer.ts'
import {readClient} from './client.ts'
import {type ConsentReason, isStandingNo} from './consent.ts'
import {askConsent} from './consent-facts.ts'
import type {Destination} from './destination.ts'
import {emptyBuffer, isBufferEmpty} from './empty-buffer.ts'
import {readSendContext} from './send-context.ts'
import {type Delivery, type DeliveryReason, deliver, deliveryFailures} from './sender.ts'
import {takeLock} from './sender-lock.ts'
import type {Transport} from './transports/transport.ts'
import type {World} from './world.ts'

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

export interface FlushOutcome {
  readonly sent: number
  readonly duplicates: number
  readonly refused: number
  readonly kept: number
  readonly dropped: number
  readonly projects: readonly DestinationFlush[]
}

/**
 * Sends what waits now, for some destinations, one after the other, within one deadline. Does not wait for a next try
 * that is due later: a person asks. Never throws what the network throws; resolves to what really happened.
 */
export async function flushDestinations(
  world: World,
  destinations: readonly Destination[],
  options: {readonly transport: Transport; readonly waitSeconds: number},
): Promise<FlushOutcome> {
  const signal = AbortSignal.timeout(options.waitSeconds * 1000)
  const projects: DestinationFlush[] = []
  for (const destination of destinations)
    projects.push(await flushDestination(world, destination, options.transport, signal))
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
  transport: Transport,
  signal: AbortSignal,
): Promise<DestinationFlush> {
  const {project, paths} = destination
  const consent = askConsent(world, destination)
  if (consent.reason !== 'allowed') {
    const refused = refuseToSend(world, destination, consent.reason)
    return {...refused, kept: countWaiting(world, destination), isUndelivered: false}
  }
  const token = await waitForLock(world, paths.lock, signal)
  const delivery: Delivery =
    token === null
      ? {sent: 0, duplicates: 0, refused: 0, dropped: 0, reason: 'busy-here', nextTryAt: null}
      : await deliver(
          {
            world,
            destination,
            transport,
            client: readClient(),
            readContext: () => readSendContext(world, project),
            signal,
          },
          token,
        )
  const kept = countWaiting(world, destination)
  return {project: project.project, ...delivery, kept, isUndelivered: kept > 0 && isDeliveryFailure(delivery.reason)}
}

const isDeliveryFailure = (reason: DeliveryReason | null): boolean =>
  reason !== null && (deliveryFailures as readonly string[]).includes(reason)

/** After a no nothing is locked and nothing is written but what has to go. */
function refuseToSend(world: World, destination: Destination, reason: Exclude<ConsentReason, 'allowed'>) {
  const mustGo = isStandingNo(reason) && !isBufferEmpty(destination)
  const dropped = mustGo ? emptyBuffer(world, destination) : 0
  const {project} = destination.project
  return {project, sent: 0, duplicates: 0, refused: 0, dropped, reason, nextTryAt: null}
}

async function waitForLock(world: World, lock: string, signal: AbortSignal): Promise<string | null> {
  for (;;) {
    const token = takeLock(world, lock)
    if (token !== null || signal.aborted) return token
    await sleep(lockPollMilliseconds)
  }
}

/** Counts the events that wait for one destination. */
export function countWaiting(world: World, destination: Destination): number {
  return listWaitingFiles(destination.paths)
    .map(path => readBufferFile(path, world.now()))
    .reduce((sum, read) => sum + (read.kind === 'events' ? read.events.length : 0), 0)
}
