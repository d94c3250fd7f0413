import type {Answer} from '../../protocol/report/answer.ts'
import {type Destination, endpointOf} from '../destination/destination.ts'
import {type Drop, recordDrop, reduceDrop} from '../destination/drops.ts'
import {keepRefusal} from '../destination/refused.ts'
import {logFailure, logSent} from '../destination/sent-log.ts'
import type {MadeReport} from '../reports/make-reports.ts'
import type {SendResult} from '../transports/transport.ts'
import type {World} from '../world/world.ts'
import type {ClaimedEvents} from './claimed-events.ts'

/** The most characters of a stored message of a collector or another server. */
const maxMessageLength = 500

type Answered = Extract<SendResult, {kind: 'answered'}>
type Refused = Extract<SendResult, {kind: 'refused' | 'too-large'}>

/** Records the results of one delivery as counts and in files, which `usage status` and `usage log` read. */
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

  /** Records the answer of a collector: it has stored every event that it did not reject. */
  confirm(report: MadeReport, {status, body, answer}: Answered, claimed: ClaimedEvents): void {
    const refusals = refusalsById(report, answer)
    const ids = report.ids.filter(id => !refusals.has(id))
    const sent = {endpoint: this.endpoint, ids, body: report.body, status, answer: body}
    logSent(this.world, this.destination.paths.sent, sent)
    this.sent += ids.length
    this.duplicates += answer.duplicates
    for (const [id, {code, message}] of refusals) this.keepRefused([id], code, message, claimed)
  }

  /** Records a report that the collector will never accept. */
  refuse(report: MadeReport, result: Refused, claimed: ClaimedEvents): void {
    const code = `http-${result.status}`
    const message = result.kind === 'refused' ? result.body : 'too large'
    this.fail(report, code, message)
    this.keepRefused(report.ids, code, message, claimed)
  }

  /** Records a report without a confirmation. For `offline`, nothing was sent. */
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

  /**
   * Corrects counts: events that an opt-out or an erasure request dropped while they were being sent count as sent or
   * rejected.
   */
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

/** The rejected events of an answer by id, without duplicates and without indexes outside the report. */
function refusalsById(report: MadeReport, answer: Answer): Map<string, Answer['rejected'][number]> {
  const refusals = new Map<string, Answer['rejected'][number]>()
  for (const rejection of answer.rejected) {
    const id = report.ids[rejection.index]
    if (id !== undefined && !refusals.has(id)) refusals.set(id, rejection)
  }
  return refusals
}
