/**
 * Room `sender`: the process that delivers the buffer of one destination.
 *
 * Usually one sender runs for each user and destination. The lock is taken before it starts (`spawn-sender.ts`). In the
 * background, it runs for at most 10 s, name lookup included. `deliver` claims files by rename, checks consent again
 * before each report, sends it, and settles every event: confirmed and logged, rejected and set aside, dropped and
 * counted, or returned for the next attempt. If it is killed at any step, a later sender returns its claims, and an
 * event that is sent twice is stored once. A failure on this machine is recorded for `usage status`.
 * Read next: `delivery-results.ts` for what is counted, `sender-lock.ts`, `sender-process.ts`.
 */
import {basename} from 'node:path'
import {reach} from '../../fault-points.ts'
import {makeUuidV7} from '../../protocol/values/uuid.ts'
import type {Consent, ConsentReason} from '../consent/consent.ts'
import {isOptOut} from '../consent/consent.ts'
import {askConsent} from '../consent/consent-facts.ts'
import {claimFiles, listBufferFiles, releaseClaim, removeDamagedLines} from '../destination/buffer.ts'
import {type Destination, endpointOf} from '../destination/destination.ts'
import {emptyBuffer} from '../destination/empty-buffer.ts'
import {clearFailure, writeFailure} from '../destination/next-try.ts'
import {setAside, setLinesAside} from '../destination/refused.ts'
import {tidy} from '../destination/tidy.ts'
import {readGeneration} from '../forget/forget-request.ts'
import {isForgetPending} from '../forget/is-forget-pending.ts'
import {markNameless, markPeriod} from '../forget/period-marks.ts'
import {presentForget} from '../forget/present-forget.ts'
import {userPseudonym} from '../identity/pseudonyms.ts'
import {halveReport, type MadeReport, type ReportContext} from '../reports/make-reports.ts'
import {type PreparedReports, prepareReports} from '../reports/prepare-reports.ts'
import type {SendContext} from '../reports/send-context.ts'
import type {Eraser, KeptReason, SendResult, Transport} from '../transports/transport.ts'
import {hasEntries} from '../world/files.ts'
import {toTime, type World} from '../world/world.ts'
import {ClaimedEvents} from './claimed-events.ts'
import {DeliveryResults} from './delivery-results.ts'
import {releaseLock, renewLock, takeLock} from './sender-lock.ts'
import {renewClaim, returnStaleClaims} from './stale-claims.ts'

/** The result of a delivery, in events. `reason`: why events are kept in the buffer. */
export interface Delivery {
  readonly sent: number
  readonly duplicates: number
  readonly refused: number
  readonly dropped: number
  readonly reason: DeliveryReason | null
  readonly nextTryAt: string | null
}
/** Reasons that are failures: of the collector, the network or the time. A user's decision is not a failure. */
export const deliveryFailures = [
  'offline',
  'timeout',
  'busy',
  'server-error',
  'key-refused',
  'project-unknown',
  'no-folder',
  'sender-failed',
  'no-time',
  'busy-here',
  'sender-lost',
  'forget-pending',
] as const satisfies readonly (KeptReason | 'no-time' | 'busy-here' | 'sender-lost' | 'forget-pending')[]
export type DeliveryReason = (typeof deliveryFailures)[number] | Exclude<ConsentReason, 'allowed'> | 'notice-pending'

/** The result of a delivery without events. */
export const nothingDelivered: Delivery = {
  sent: 0,
  duplicates: 0,
  refused: 0,
  dropped: 0,
  reason: null,
  nextTryAt: null,
}

export interface SenderOptions {
  readonly world: World
  readonly destination: Destination
  readonly transport: Transport
  /** Sends an erasure request. Without it, a pending request and all reports are kept. */
  readonly erase?: Eraser
  readonly client: ReportContext['client']
  readonly readContext: () => Promise<SendContext>
  /** Ends the delivery: events that are not confirmed are returned to the buffer. */
  readonly signal: AbortSignal
}

/**
 * Delivers the buffer of one destination. The caller has taken the lock (`takeLock`); this function releases it.
 *
 * When it resolves, each event is confirmed by the collector and removed, set aside with a reason, or back in the
 * buffer. Rejects with errors of the file system.
 */
export async function deliver(options: SenderOptions, token: string): Promise<Delivery> {
  const round = new DeliveryRound(options)
  for (let held: string | null = token; held !== null; held = lookOnceMore(options, round)) {
    try {
      await round.run(held)
    } finally {
      reach('lock: before it is given back')
      releaseLock(options.destination.paths.lock, held)
    }
  }
  return round.delivery()
}

/** Takes the lock again if events arrived while it was held: no sender was started for them. */
function lookOnceMore({world, destination, signal}: SenderOptions, round: DeliveryRound): string | null {
  const hasMore = round.settledSome && round.reason === null && !signal.aborted
  return hasMore && hasEntries(destination.paths.waiting, 1) ? takeLock(world, destination.paths.lock) : null
}

/** Records a delivery that failed on this machine, for `usage status`. Never throws. */
export function failedDelivery(world: World, destination: Destination, error: unknown): Delivery {
  const message = error instanceof Error ? error.message : String(error)
  const failure = {reason: 'sender-failed', message, retryAfterSeconds: null} as const
  try {
    const {nextTryAt} = writeFailure(world, destination.paths.nextTry, failure)
    return {...nothingDelivered, reason: failure.reason, nextTryAt}
  } catch {
    return {...nothingDelivered, reason: failure.reason}
  }
}

class DeliveryRound {
  settledSome = false
  reason: DeliveryReason | null = null
  private nextTryAt: string | null = null
  private readonly options: SenderOptions
  private readonly world: World
  private readonly destination: Destination
  private readonly results: DeliveryResults

  constructor(options: SenderOptions) {
    this.options = options
    this.world = options.world
    this.destination = options.destination
    this.results = new DeliveryResults(options.world, options.destination)
  }

  delivery(): Delivery {
    const {sent, duplicates, refused, dropped} = this.results
    return {sent, duplicates, refused, dropped, reason: this.reason, nextTryAt: this.nextTryAt}
  }

  async run(token: string): Promise<void> {
    this.settledSome = false
    returnStaleClaims(this.world, this.destination.paths)
    await this.forgetFirst()
    if (!this.mayContinue()) return
    this.results.dropped += tidy(this.world, this.destination)
    const claim = claimFiles(this.destination.paths, makeUuidV7(this.world.now(), this.world.random(10)))
    if (claim === null) return
    try {
      await this.deliverClaim(claim, token)
    } finally {
      reach('claim: before it is given back')
      releaseClaim(this.destination.paths, claim)
    }
  }

  /** Sends an erasure request before any report. It is sent even after an opt-out, because the user asked for it. */
  private async forgetFirst(): Promise<void> {
    const {world, destination, erase, signal} = this.options
    this.nextTryAt = await presentForget({world, destination, erase, signal})
  }

  private async deliverClaim(claim: string, token: string): Promise<void> {
    const context = {
      project: this.destination.project,
      client: this.options.client,
      now: this.world.now(),
      ...(await this.options.readContext()),
    }
    const made = prepareReports(listBufferFiles(claim), context)
    this.setAsideDamaged(made)
    const claimed = new ClaimedEvents(made.files)
    this.results.drop(made.drops)
    this.settle(
      claimed,
      made.drops.map(({id}) => id),
    )
    const queue: MadeReport[] = [...made.reports]
    for (let report = queue.shift(); report !== undefined; report = queue.shift()) {
      const {generation} = context
      // Marked before the check for an erasure request, so that a new request finds the mark.
      this.mark(report, context)
      if (!this.mayContinue() || !this.isOfGeneration(generation)) return
      if (!renewClaim(this.world, claim)) {
        this.reason = 'busy-here'
        return
      }
      renewLock(this.world, this.destination.paths.lock, token)
      reach('report: before it is posted')
      const result = onlyFinal(report, checkAnswer(report, await this.send(report)))
      reach('report: answered')
      if (result.kind === 'kept') return this.keep(report, result)
      const halves = result.kind === 'too-large' ? halveReport(report) : null
      if (halves !== null) queue.unshift(...halves)
      else this.finish(report, result, claimed)
    }
  }

  private mark({userPeriod: period}: MadeReport, {secret, generation}: SendContext): void {
    const {paths, project} = this.destination
    if (period === null) markNameless(paths)
    else markPeriod(paths, {generation, period, user: userPseudonym(secret, {...project, period, generation})})
  }

  /** Checks consent, pending erasure requests and the time again. If sending must stop, sets the reason. */
  private mayContinue(): boolean {
    const consent = askConsent(this.world, this.destination)
    if (!consent.sending) this.hold(consent)
    else if (isForgetPending(this.destination.paths)) this.reason = 'forget-pending'
    else if (this.options.signal.aborted) this.reason = 'no-time'
    return this.reason === null
  }

  /** Whether no erasure request was made since the reports were made: their pseudonyms must not be sent again. */
  private isOfGeneration(generation: number): boolean {
    if (readGeneration(this.world, this.destination.project) !== generation) this.reason = 'busy-here'
    return this.reason === null
  }

  private hold(consent: Consent): void {
    this.reason = consent.allowed || consent.reason === 'allowed' ? 'notice-pending' : consent.reason
    if (isOptOut(consent.reason)) this.results.dropped += emptyBuffer(this.world, this.destination)
  }

  /** Each damaged line counts once, even after a kill: the drop has the name of the file, and lines are removed last. */
  private setAsideDamaged({files, damaged}: PreparedReports): void {
    const {refused} = this.destination.paths
    for (const {path, lines} of damaged) {
      this.countDamaged(path, lines)
      setAside(refused, path)
      this.settledSome = true
    }
    for (const file of files.filter(one => one.damaged.length > 0)) {
      this.countDamaged(file.path, file.damaged.length)
      setLinesAside(refused, file)
      removeDamagedLines(file)
    }
  }

  private countDamaged(path: string, count: number): void {
    this.results.drop([{id: basename(path, '.json'), reason: 'damaged', count}])
    reach('file: damaged and counted')
  }

  private send(report: MadeReport): Promise<SendResult> {
    const {project} = this.destination
    return this.options.transport({
      endpoint: endpointOf(project),
      writeKey: project.writeKey ?? null,
      body: report.body,
      sentAt: toTime(this.world.now()),
      signal: this.options.signal,
    })
  }

  private keep(report: MadeReport, failure: Extract<SendResult, {kind: 'kept'}>): void {
    this.results.fail(report, failure.reason, failure.message)
    const state = writeFailure(this.world, this.destination.paths.nextTry, failure)
    this.reason = failure.reason
    this.nextTryAt = state.nextTryAt
  }

  private finish(report: MadeReport, result: Exclude<SendResult, {kind: 'kept'}>, claimed: ClaimedEvents): void {
    if (result.kind === 'answered') this.results.confirm(report, result, claimed)
    else this.results.refuse(report, result, claimed)
    this.results.drop(report.undeclaredFields)
    this.settle(claimed, report.ids)
    clearFailure(this.destination.paths.nextTry)
  }

  private settle(claimed: ClaimedEvents, ids: readonly string[]): void {
    if (ids.length === 0) return
    this.settledSome = true
    this.results.takeBack(claimed.settle(ids))
    reach('report: settled')
  }
}

/** An answer whose counts differ from the events of the report confirms nothing: the report is kept. */
function checkAnswer(report: MadeReport, result: SendResult): SendResult {
  if (result.kind !== 'answered') return result
  const {accepted, duplicates, rejected} = result.answer
  const refused = new Set(rejected.map(({index}) => index).filter(index => index < report.ids.length))
  const answered = accepted + duplicates + refused.size
  if (answered === report.ids.length) return result
  const message = `the answer must be for ${report.ids.length} events, got one for ${answered}`
  return {kind: 'kept', reason: 'server-error', message, retryAfterSeconds: null}
}

/** Keeps a report with one event, which cannot be halved, if another server than the collector finds it too large. */
function onlyFinal(report: MadeReport, result: SendResult): SendResult {
  if (result.kind !== 'too-large' || result.isFinal || report.ids.length > 1) return result
  const message = `a server on the way answered ${result.status}`
  return {kind: 'kept', reason: 'server-error', message, retryAfterSeconds: null}
}
