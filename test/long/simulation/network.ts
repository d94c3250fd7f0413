import {parseAnswer} from '../../../src/protocol/report/answer.ts'
import type {SendRequest, SendResult, Transport} from '../../../src/reporter/transports/transport.ts'
import type {Agenda} from './agenda.ts'
import {type Arriving, checkAnswer, type NaiveCollector} from './naive-collector.ts'
import type {RawAnswer, SimulatedCollector} from './simulated-collector.ts'
import type {Mortal} from './step.ts'
import type {Departure, Witness} from './witness.ts'

/** How the network and what stands before the collector behave for a while. */
export type Mood =
  | {readonly kind: 'up'}
  | {readonly kind: 'offline'}
  | {readonly kind: 'status'; readonly status: number; readonly retryAfterSeconds: number | null}
  /** A proxy that takes bodies up to so many bytes. */
  | {readonly kind: 'limit'; readonly bytes: number}

/** What happens to one request beside the mood. */
const fates = ['lost request', 'lost answer', 'garbled answer', 'killed before', 'killed after'] as const
const collectorFates = ['collector crashes'] as const
/** Steps at which a collector may be killed, and whether it has the events by then. */
const deaths = [
  {at: 'collector: a report admitted', isCommitted: false},
  {at: 'collector: events inserted', isCommitted: false},
  {at: 'collector: events committed', isCommitted: true},
  {at: 'collector: before the answer', isCommitted: true},
] as const
type Fate = 'none' | (typeof fates)[number] | (typeof collectorFates)[number]

/** One report that a sender posted. */
export interface Post {
  readonly ids: readonly string[]
  /** What the sender learned; null: it was killed before it learned anything. */
  result: SendResult | null
}

/** A sender at work. */
export interface Sending extends Departure {
  readonly mortal: Mortal
  readonly posts: Post[]
  readonly controller: AbortController
  /** The share of requests to which something happens. */
  readonly trouble: number
  /** Whether the right to send was won. */
  didDeliver: boolean
  /** What the witness found: the sender takes every exception for a failure of its own. */
  finding: unknown
  /** What else happens while a request is under way, once. */
  meanwhile: (() => Promise<void>) | null
}

/** The network between all senders and the collector. */
export class Network {
  mood: Mood = {kind: 'up'}
  readonly fates = new Map<string, number>()
  private readonly parts: {
    agenda: Agenda
    witness: Witness
    collector: SimulatedCollector
    naive: NaiveCollector
  }

  constructor(parts: Network['parts']) {
    this.parts = parts
  }

  transport(sending: Sending): Transport {
    return async request => {
      try {
        return await this.carry(sending, request)
      } catch (error) {
        sending.finding ??= error
        throw error
      }
    }
  }

  private async carry(sending: Sending, request: SendRequest): Promise<SendResult> {
    if (sending.mortal.diedAt !== null) return sending.mortal.standStill()
    const fate = this.throwFate(sending)
    const arriving = this.parts.witness.check(sending, request, this.projectOf(sending))
    const post: Post = {ids: arriving.map(({made}) => made.id), result: null}
    sending.posts.push(post)
    const {meanwhile} = sending
    sending.meanwhile = null
    await meanwhile?.()
    if (fate === 'killed before') return sending.mortal.standStill()
    const answer = await this.deliver(request, arriving, sending, fate)
    if (fate === 'killed after') return sending.mortal.standStill()
    post.result = fate === 'none' || answer === null ? toResult(answer) : spoil(fate, answer)
    return post.result
  }

  private throwFate({invocation: {dice}, trouble}: Sending): Fate {
    if (!dice.chance(trouble)) return 'none'
    const fate = dice.pick([...fates, ...(dice.chance(0.2) ? collectorFates : [])])
    this.fates.set(fate, (this.fates.get(fate) ?? 0) + 1)
    return fate
  }

  /** Null: nothing came back because nothing arrived. */
  private async deliver(
    request: SendRequest,
    arriving: Arriving[],
    sending: Sending,
    fate: Fate,
  ): Promise<RawAnswer | null> {
    const {mood} = this
    // A request is under way for a moment.
    this.parts.agenda.clock.nowMs += sending.invocation.dice.between(1, 400)
    if (fate === 'lost request' || mood.kind === 'offline') return null
    if (mood.kind === 'status') return {status: mood.status, body: 'from a proxy'}
    if (mood.kind === 'limit' && request.body.length > mood.bytes) return {status: 413, body: 'too large'}
    if (fate === 'collector crashes') return this.crash(request, arriving, sending)
    return this.commit(request, arriving, sending)
  }

  private async crash(request: SendRequest, arriving: Arriving[], sending: Sending): Promise<null> {
    const {collector, naive, agenda} = this.parts
    const {at, isCommitted} = sending.invocation.dice.pick(deaths)
    await collector.crash(at, () => this.post(request))
    if (isCommitted) naive.take(arriving, this.projectOf(sending), agenda.clock.nowMs, Date.parse(request.sentAt))
    return null
  }

  private async commit(request: SendRequest, arriving: Arriving[], sending: Sending): Promise<RawAnswer> {
    const {naive, agenda} = this.parts
    const project = this.projectOf(sending)
    const answer = await this.post(request)
    const real = answer.status === 200 ? parseAnswer(answer.body) : null
    if (real === null)
      throw new Error(`the collector answered ${answer.status} ${answer.body} to ${sending.ledger.name}`)
    const naively = naive.take(arriving, project, agenda.clock.nowMs, Date.parse(request.sentAt))
    checkAnswer(real, naively, arriving)
    return answer
  }

  private post({body, sentAt, writeKey}: SendRequest): Promise<RawAnswer> {
    const key = writeKey === null ? {} : {authorization: `Bearer ${writeKey}`}
    return this.parts.collector.post(body, {'usage-sent-at': sentAt, ...key})
  }

  private projectOf({project}: Sending) {
    return this.parts.collector.projects.get(project.project)!
  }
}

/** An answer that was lost or garbled on the way back. */
function spoil(fate: Fate, answer: RawAnswer): SendResult {
  if (fate === 'garbled answer') return toResult({...answer, body: answer.body.slice(0, -2)})
  return toResult(null)
}

const keptReasons = new Map([
  [401, 'key-refused'],
  [404, 'project-unknown'],
  [429, 'busy'],
  [503, 'busy'],
] as const)

/** What the transport by HTTP makes of an answer. */
function toResult(answer: RawAnswer | null): SendResult {
  const kept = (reason: Extract<SendResult, {kind: 'kept'}>['reason']): SendResult => ({
    kind: 'kept',
    reason,
    message: 'simulated',
    retryAfterSeconds: answer?.status === 429 ? 600 : null,
  })
  if (answer === null) return kept('offline')
  const {status, body} = answer
  if (status === 413) return {kind: 'too-large', status, isFinal: true}
  if (status === 200) {
    const parsed = parseAnswer(body)
    return parsed === null ? kept('server-error') : {kind: 'answered', status, body, answer: parsed}
  }
  const reason = keptReasons.get(status as 401)
  if (reason !== undefined) return kept(reason)
  return status >= 400 && status < 500 ? {kind: 'refused', status, body} : kept('server-error')
}
