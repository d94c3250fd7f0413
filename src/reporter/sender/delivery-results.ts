import type {Answer} from '../../protocol/answer.ts'
import {type Destination, endpointOf} from '../destination/destination.ts'
import {type Drop, recordDrop, reduceDrop} from '../destination/drops.ts'
import {keepRefusal} from '../destination/refused.ts'
import {logFailure, logSent} from '../destination/sent-log.ts'
import type {MadeReport} from '../reports/make-reports.ts'
import type {SendResult} from '../transports/transport.ts'
import type {World} from '../world/world.ts'
import type {ClaimedEvents} from './claimed-events.ts'

/** Characters that are kept of the message of a collector, or of a server in its place. */
const maxMessageLength = 500

type Answered = Extract<SendResult, {kind: 'answered'}>
type Refused = Extract<SendResult, {kind: 'refused' | 'too-large'}>

/** Keeps the results of one delivery: in files, which `usage status` and `usage log` read, and as counts. */
export class DeliveryResults {
  sent = 0
  duplicates = 0
  refused = 0
  dropped = 0
  private readonly world: World
  private readonly destination: Destination

  constructor(world: World, destination: Destination) {
    this.world = world
    this.destination = destination
  }

  /** The collector answered. It has every event that it did not refuse. */
  confirm(report: MadeReport, {status, body, answer}: Answered, claimed: ClaimedEvents): void {
    const refusals = refusalsById(report, answer)
    const ids = report.ids.filter(id => !refusals.has(id))
    const sent = {endpoint: this.endpoint, ids, body: report.body, status, answer: body}
    logSent(this.world, this.destination.paths.sent, sent)
    this.sent += ids.length
    this.duplicates += answer.duplicates
    for (const [id, {code, message}] of refusals) this.keepRefused([id], code, message, claimed)
  }

  /** The collector will never accept this report. */
  refuse(report: MadeReport, result: Refused, claimed: ClaimedEvents): void {
    const code = `http-${result.status}`
    const message = result.kind === 'refused' ? result.body : 'too large'
    this.fail(report, code, message)
    this.keepRefused(report.ids, code, message, claimed)
  }

  /** Nothing is confirmed. Without a connection nothing was sent. */
  fail({ids, body}: MadeReport, reason: string, message: string): void {
    const left = reason === 'offline' ? null : body
    const failure = {endpoint: this.endpoint, events: ids.length, reason, message: shorten(message), body: left}
    logFailure(this.world, this.destination.paths.sent, failure)
  }

  drop(drops: readonly Drop[]): void {
    for (const drop of drops) {
      recordDrop(this.world, this.destination.paths.drops, drop)
      if (drop.reason !== 'undeclared-field') this.dropped += drop.count
    }
  }

  /** An opt-out or a request to erase counted events as dropped while they were being sent. They count as sent or refused instead. */
  takeBack(gone: readonly {readonly id: string; readonly count: number}[]): void {
    for (const {id, count} of gone)
      for (const reason of ['opted-out', 'forgotten'] as const)
        reduceDrop(this.world, this.destination.paths.drops, {id, reason, count})
  }

  private keepRefused(ids: readonly string[], code: string, message: string, claimed: ClaimedEvents): void {
    for (const event of claimed.find(ids))
      keepRefusal(this.world, this.destination.paths.refused, {code, message: shorten(message), event})
    this.refused += ids.length
  }

  private get endpoint(): string {
    return endpointOf(this.destination.project)
  }
}

const shorten = (message: string): string => message.slice(0, maxMessageLength)

/** The events of a report that an answer refuses: each once, and none that was not sent. */
function refusalsById(report: MadeReport, answer: Answer): Map<string, Answer['rejected'][number]> {
  const refusals = new Map<string, Answer['rejected'][number]>()
  for (const rejection of answer.rejected) {
    const id = report.ids[rejection.index]
    if (id !== undefined && !refusals.has(id)) refusals.set(id, rejection)
  }
  return refusals
}
