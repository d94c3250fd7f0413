import {isOptOut} from '../consent/consent.ts'
import {askConsent} from '../consent/consent-facts.ts'
import {listWaitingFiles} from '../destination/buffer.ts'
import type {Destination} from '../destination/destination.ts'
import {countLines} from '../destination/drop-file.ts'
import {type Drop, type DropReason, dropReasons} from '../destination/drops.ts'
import {beyondQuota} from '../destination/tidy.ts'
import {isForgetPending} from '../forget/is-forget-pending.ts'
import {placeholderPseudonym} from '../identity/pseudonyms.ts'
import {prepareReports} from '../reports/prepare-reports.ts'
import {readClient} from '../reports/read-client.ts'
import {readPreviewContext} from '../reports/send-context.ts'
import type {DeliveryReason} from '../sender/deliver.ts'
import {isLockHeld} from '../sender/sender-lock.ts'
import type {World} from '../world/world.ts'

/** What the next flush would send to one destination, what holds it back, and what it would drop. */
export interface Preview {
  readonly project: string
  readonly endpoint: {readonly http: string | null; readonly udp: string | null; readonly file: string | null}
  /** Why nothing of it would leave if it were sent now, or null. */
  readonly heldBy: DeliveryReason | null
  /** The file or the variable that decided, or null. */
  readonly decidedBy: string | null
  readonly reports: readonly {
    readonly events: number
    readonly bytes: number
    /** The exact JSON, before transfer compression. */
    readonly body: string
  }[]
  /** Events (fields for `undeclared-field`, lines for `damaged`) that would be dropped, by reason. */
  readonly dropped: Readonly<Record<DropReason, number>>
  /** False before the secret is made: zeros stand in the bodies where pseudonyms will be. */
  readonly hasFinalIds: boolean
}

/**
 * Makes the bodies that the next flush would send to one destination, by the function that the sender uses. Writes
 * nothing and opens no socket; starts the one process that reads the machine id, and that only when something waits.
 *
 * What a circumstance or the notice holds back is shown all the same; after a no of a person or an administrator
 * nothing would be sent, and what waits would be dropped.
 */
export async function readPreview(world: World, destination: Destination): Promise<Preview> {
  const {project, paths} = destination
  const consent = askConsent(world, destination)
  const held = consent.allowed || consent.reason === 'allowed' ? consent.heldBy : consent.reason
  const common = {
    project: project.project,
    endpoint: {...project.endpoint, file: project.endpoint.file ?? null},
    heldBy:
      held ??
      (isForgetPending(paths) ? ('forget-pending' as const) : null) ??
      (isLockHeld(world, paths.lock) ? ('busy-here' as const) : null),
    decidedBy: consent.decidedBy,
  }
  const waiting = listWaitingFiles(paths)
  if (isOptOut(consent.reason) || waiting.length === 0) {
    const dropped = sumDrops(dropsOf(waiting, 'opted-out'))
    return {...common, reports: [], dropped, hasFinalIds: true}
  }
  return {...common, ...(await prepare(world, destination, waiting))}
}

async function prepare(
  world: World,
  {project}: Destination,
  waiting: readonly string[],
): Promise<Pick<Preview, 'reports' | 'dropped' | 'hasFinalIds'>> {
  const beyond = beyondQuota(waiting)
  const kept = waiting.filter(path => !beyond.includes(path))
  const context = {project, client: readClient(), now: world.now(), ...(await readPreviewContext(world, project))}
  const made = prepareReports(kept, context)
  const dropped = sumDrops([
    ...dropsOf(beyond, 'quota'),
    ...made.damaged.map(({lines}) => ({reason: 'damaged' as const, count: lines})),
    ...made.files.map(({damaged}) => ({reason: 'damaged' as const, count: damaged.length})),
    ...made.drops,
    ...made.reports.flatMap(report => report.undeclaredFields),
  ])
  const reports = made.reports.map(({body, ids}) => ({events: ids.length, bytes: Buffer.byteLength(body), body}))
  const hasFinalIds = context.secret !== null || !reports.some(({body}) => body.includes(`"${placeholderPseudonym}"`))
  return {reports, dropped, hasFinalIds}
}

function dropsOf(paths: readonly string[], reason: DropReason): Pick<Drop, 'reason' | 'count'>[] {
  return paths.flatMap(path => {
    const {events, damaged} = countLines(path)
    return [
      {reason, count: events},
      {reason: 'damaged', count: damaged},
    ]
  })
}

function sumDrops(drops: readonly Pick<Drop, 'reason' | 'count'>[]): Record<DropReason, number> {
  const sums = Object.fromEntries(dropReasons.map(reason => [reason, 0])) as Record<DropReason, number>
  for (const {reason, count} of drops) sums[reason] += count
  return sums
}
