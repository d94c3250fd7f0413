import {setTimeout as sleepFor} from 'node:timers/promises'
import {addressOf} from '../../protocol/project/project-file.ts'
import type {ReadAccessPage} from '../../protocol/report/access.ts'
import type {UserPeriod} from '../forget/period-marks.ts'
import {deriveUserKey, userPseudonym} from '../identity/pseudonyms.ts'
import {findSecret} from '../identity/secret.ts'
import type {Asker, AskResult} from '../transports/transport.ts'
import type {World} from '../world/world.ts'
import {type AccessPlan, originOf} from './access-plan.ts'

/** Bytes of one id's records that are read: about a hundred thousand events. */
const defaultMaxBytes = 64 * 1024 * 1024
/** Milliseconds between requests about different ids to one collector: a random time between these. */
const pause = {leastMs: 1_000, mostMs: 5_000}

/** Milliseconds of the longest timer of Node.js. */
const longestTimerMs = 2 ** 31 - 1

/** Why an answer is missing or incomplete. */
export type AccessReason = Extract<AskResult, {kind: 'kept'}>['reason'] | 'too-much' | 'no-time'

/** What a collector holds under one id of a person. */
export interface HeldId {
  readonly period: string
  /** Raised by each erasure request. */
  readonly generation: number
  /** The pseudonym, as in the reports. */
  readonly user: string
  /** Records of runs, features and the like, with the header of each group. */
  readonly groups: ReadAccessPage['groups']
  readonly records: number
  /** Since when the collector has more than totals. Null if it did not answer. */
  readonly totals: ReadAccessPage['totals'] | null
  readonly isComplete: boolean
  readonly reason: AccessReason | null
  readonly message: string | null
}

/** What the collector of one destination holds. */
export interface DestinationAccess extends Pick<AccessPlan, 'otherPeriods' | 'erasedAt' | 'leftNameless' | 'leftLost'> {
  readonly project: string
  readonly endpoint: string | null
  /** Whom to write to when the collector does not answer. */
  readonly contact: string
  /**
   * `shown`: it holds records. `nothing-held`: it says that it holds none. `failed`: for one id at least, it did not answer
   * completely. The others: nobody was asked, because nothing was sent under the chosen ids, or erased; because no report
   * had a pseudonym of the user; because datagrams and folders are not answered; because the secret of the pseudonyms is
   * lost.
   */
  readonly outcome: 'shown' | 'nothing-held' | 'failed' | NonNullable<AccessPlan['nothing']>
  readonly ids: readonly HeldId[]
}

export interface AccessOutcome {
  readonly projects: readonly DestinationAccess[]
}

/** Whether the person does not know everything that she asked for. */
export const isUnanswered = ({outcome}: DestinationAccess): boolean =>
  outcome === 'failed' || outcome === 'cannot-prove'

export interface AccessOptions {
  readonly ask: Asker
  /** The time limit for all pages of one id. */
  readonly waitSeconds: number
  /** Bytes of one id's records that are read. */
  readonly maxBytes?: number
  readonly sleep?: (milliseconds: number) => Promise<unknown>
}

/**
 * Asks the collectors what they hold about this person, one request after the other, whatever the rules of consent say: it
 * is an explicit wish, and sends no event. Writes nothing, keeps no key and makes no secret. Never throws what the
 * network throws.
 */
export async function askCollectors(
  world: World,
  plans: readonly AccessPlan[],
  options: AccessOptions,
): Promise<AccessOutcome> {
  const secret = plans.length === 0 ? null : findSecret(world.stateDirectory)
  const complete = {sleep: sleepFor, maxBytes: defaultMaxBytes, ...options}
  const asked = new Set<string | null>()
  const projects: DestinationAccess[] = []
  for (const plan of plans) {
    const origin = originOf(plan.destination.project.endpoint.http)
    const ids: HeldId[] = []
    for (const id of secret === null ? [] : plan.ids) {
      if (asked.has(origin)) await complete.sleep(randomPause(world))
      asked.add(origin)
      ids.push(await askAbout(plan, {...id, secret: secret!}, complete))
    }
    projects.push(outcomeOf(plan, ids))
  }
  return {projects}
}

function outcomeOf({destination: {project}, nothing, ...plan}: AccessPlan, ids: readonly HeldId[]): DestinationAccess {
  const {contact, endpoint} = project
  const asked = () => {
    if (ids.some(({isComplete}) => !isComplete)) return 'failed'
    return ids.some(({records}) => records > 0) ? 'shown' : 'nothing-held'
  }
  return {
    project: project.project,
    endpoint: endpoint.http ?? addressOf(endpoint),
    contact,
    outcome: nothing ?? asked(),
    ...plan,
    ids,
  }
}

function randomPause(world: World): number {
  const random = Buffer.from(world.random(2)).readUInt16BE() / 65_536
  return Math.round(pause.leastMs + random * (pause.mostMs - pause.leastMs))
}

/** Reads all pages of one id, until the last, the time limit or the limit of bytes. */
async function askAbout(
  {destination: {project}}: AccessPlan,
  {secret, generation, period}: UserPeriod & {readonly secret: string},
  {ask, waitSeconds, maxBytes, sleep}: Required<AccessOptions>,
): Promise<HeldId> {
  const scope = {project: project.project, period, generation}
  const user = userPseudonym(secret, scope)
  const key = Buffer.from(deriveUserKey(secret, scope)).toString('hex')
  const limitMs = Math.min(Math.round(waitSeconds * 1000), longestTimerMs)
  const deadline = performance.now() + limitMs
  const signal = AbortSignal.timeout(limitMs)
  const target = {
    endpoint: project.endpoint.http ?? '',
    project: project.project,
    writeKey: project.writeKey ?? null,
    user,
    signal,
  }
  const pages: ReadAccessPage[] = []
  const held = (reason: AccessReason | null, message: string | null = null): HeldId => ({
    period,
    generation,
    user,
    ...join(pages),
    isComplete: reason === null,
    reason,
    message,
  })
  for (let bytes = 0, cursor: string | null = null; ; ) {
    const result = await ask({...target, request: {protocol: 1, key, cursor}})
    if (result.kind === 'kept') {
      const waitMs = (result.retryAfterSeconds ?? 0) * 1000
      const isWorthWaiting = waitMs > 0 && performance.now() + waitMs < deadline
      if (!isWorthWaiting) return held(result.reason, result.message)
      await sleep(waitMs)
      continue
    }
    pages.push(result.page)
    bytes += result.bytes
    cursor = result.page.next
    if (cursor === null) return held(null)
    if (bytes > maxBytes) return held('too-much', `more than ${maxBytes} bytes`)
    if (signal.aborted) return held('no-time')
  }
}

/** Joins pages to one answer. Groups of the same header are one. */
function join(pages: readonly ReadAccessPage[]): Pick<HeldId, 'groups' | 'records' | 'totals'> {
  const all = pages.flatMap(({groups}) => groups)
  const groups = [...Map.groupBy(all, ({header}) => JSON.stringify(header)).values()].map(same => ({
    header: same[0]!.header,
    records: same.flatMap(({records}) => records),
  }))
  const records = all.reduce((sum, group) => sum + group.records.length, 0)
  return {groups, records, totals: pages[0]?.totals ?? null}
}
