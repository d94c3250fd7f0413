/**
 * Room `reporter`: the reporter of one project on this machine.
 *
 * The commands, the lanes and the rooms above call it: `start`, `end`, `feature`, `notice`, `flush`, `sendInBackground`. It joins
 * the rooms below and contains no rules of its own. A call reads and writes a few small files, in about a millisecond, and opens
 * no socket: `flush` and `sendInBackground` leave that to a sender process. No method throws or prints.
 * Read next: `record/record.ts` for what is written, `sender/spawn-sender.ts` for what is sent.
 */

import type {ProjectFile} from '../protocol/project/project-file.ts'
import type {ProgramHeader} from '../protocol/report/header.ts'
import type {Consent} from './consent/consent.ts'
import {askConsent} from './consent/consent-facts.ts'
import {
  forgetNotice,
  isNoticeDue,
  isUsageInstalled,
  markNoticeShown,
  type NoticeReader,
  noticeShownAt,
  noticeText,
  openNotice,
} from './consent/notice.ts'
import type {Destination} from './destination/destination.ts'
import {readSecret} from './identity/secret.ts'
import type {FlushOutcome} from './person/flush.ts'
import {destinationHere, findRouter} from './projects/destination-here.ts'
import {runVariables} from './record/event-run.ts'
import {type ProgramDescription, readHeader} from './record/read-header.ts'
import {
  countWrongUse,
  type EndInput,
  type FeatureInput,
  type Recorder,
  type RecordOutcome,
  type RepeatInput,
  recordEnd,
  recordFeature,
  recordRepeat,
  recordStart,
  type StartInput,
} from './record/record.ts'
import {spawnSender} from './sender/spawn-sender.ts'
import type {Transport} from './transports/transport.ts'
import {hasEntries, modifiedAt} from './world/files.ts'
import {findSilence} from './world/scheduler.ts'
import {realWorld, type World} from './world/world.ts'

/** Features that wait are counted up to here to see whether the threshold is reached: the cost stays bounded. */
const maxCountedFiles = 500
/** Seconds after a report within which features wait for ten times the threshold. */
const restSeconds = 10

export interface ReporterOptions extends ProgramDescription {
  /** The project file, already parsed. The only required option. */
  readonly project: ProjectFile
  /** Whose process this is: a command's (if not said), or a program's that counts itself. */
  readonly owner?: 'ours' | 'host'
  /** The process records one event and ends: the rules are asked once, before anything is written. */
  readonly isBrief?: boolean
  /** What the reporter takes of the world instead of the real one. */
  readonly world?: Partial<World>
  /** The network of `flush`; by default a process of its own. */
  readonly transport?: Transport
}

/** Counts for one project on this machine. No method throws or prints. */
export interface Reporter {
  /** What the rules of consent say now, with the reason. */
  readonly consent: Consent
  /** The text that the host should show once before anything is sent, or null. */
  readonly notice: string | null
  /** Keeps that the notice has been shown. False: another process was first. */
  noticeShown(): boolean
  /** Takes back `noticeShown`: the notice could not be shown after all. */
  noticeFailed(): void
  start(input?: StartInput): RecordOutcome
  /** Says a start again, once a day for a run that lives on: otherwise it would count as lost. */
  repeatStart(input: RepeatInput): RecordOutcome
  feature(input: FeatureInput): RecordOutcome
  end(input?: EndInput): RecordOutcome
  /** Counts an event that the caller could not even say. */
  countWrongUse(): void
  /** Starts a sender if one is due after this event: at once for a start or an end, at the threshold or the interval for a feature. */
  sendInBackground(after: 'start' | 'end' | 'feature'): boolean
  flush(options: {readonly waitSeconds: number}): Promise<FlushOutcome>
  /** What the program says of itself, with what its surroundings say of the machine. */
  readHeader(): ProgramHeader
  /** The environment by which child processes of this one find the run. */
  runVariables(run: string): Readonly<Record<string, string>>
}

/**
 * Makes the reporter of one project. Reads and writes nothing yet.
 *
 * Every event is in the buffer when its method returns, in about a millisecond; nothing waits for the network but
 * `flush`. Source of the rules: docs/architecture.md.
 */
export function createReporter(options: ReporterOptions): Reporter {
  return new ProjectReporter(options)
}

class ProjectReporter implements Reporter {
  private readonly options: ReporterOptions
  private readonly world: World
  private readonly destination: Destination
  private asked: Consent | undefined

  constructor(options: ReporterOptions) {
    this.options = options
    this.world = realWorld(options.world)
    this.destination = destinationHere(this.world, options.project)
  }

  get consent(): Consent {
    if (this.options.isBrief !== true) return askConsent(this.world, this.destination)
    this.asked ??= askConsent(this.world, this.destination)
    return this.asked
  }

  get notice(): string | null {
    if (this.isSilentRank) return null
    const {needsNotice, sending} = this.consent
    if (!needsNotice || noticeShownAt(this.destination) !== null) return null
    const router = findRouter(this.world, this.destination)
    const begins = sending ? 'now' : 'later'
    const hasCommands = this.reader === 'caller' || isUsageInstalled(this.world)
    return noticeText(this.destination.project, this.world.configDirectory, begins, router, hasCommands)
  }

  noticeShown(): boolean {
    try {
      if (!markNoticeShown(this.world, this.destination, this.reader)) return false
    } catch {
      return false
    }
    this.makeSecret()
    return true
  }

  noticeFailed(): void {
    try {
      forgetNotice(this.destination)
    } catch {
      // It stays marked; sending still waits for another caller's start.
    }
  }

  start(input: StartInput = {}): RecordOutcome {
    return this.record(recorder => {
      const outcome = recordStart(recorder, input)
      if (recorder.consent.heldBy === 'notice-pending') this.openNoticeIfDue()
      return outcome
    })
  }

  repeatStart(input: RepeatInput): RecordOutcome {
    return this.record(recorder => recordRepeat(recorder, input))
  }

  feature(input: FeatureInput): RecordOutcome {
    return this.record(recorder => recordFeature(recorder, input))
  }

  end(input: EndInput = {}): RecordOutcome {
    return this.record(recorder => recordEnd(recorder, input))
  }

  countWrongUse(): void {
    if (this.isSilentRank) return
    const {world, destination, consent} = this
    countWrongUse({world, destination, consent})
  }

  sendInBackground(after: 'start' | 'end' | 'feature'): boolean {
    if (this.isSilentRank) return false
    try {
      if (after === 'feature' && !this.isFlushDue()) return false
      return spawnSender(this.world, this.destination, this.options.owner)
    } catch {
      return false
    }
  }

  async flush({waitSeconds}: {readonly waitSeconds: number}): Promise<FlushOutcome> {
    const {transport} = this.options
    const [{deliverBy, flushDestinations}, {runSender}] = await Promise.all([
      import('./person/flush.ts'),
      import('./sender/run-sender.ts'),
    ])
    const deliver = transport === undefined ? runSender : deliverBy(transport)
    return flushDestinations(this.world, [this.destination], {deliver, waitSeconds})
  }

  readHeader(): ProgramHeader {
    return readHeader(this.world, this.options.project, this.options)
  }

  runVariables(run: string): Readonly<Record<string, string>> {
    return runVariables(this.destination, run, process.pid)
  }

  private record(record: (recorder: Recorder) => RecordOutcome): RecordOutcome {
    if (this.isSilentRank) return {kind: 'silent', reason: 'mpi-rank'}
    const {world, destination, consent} = this
    return record({world, destination, consent, header: () => this.readHeader()})
  }

  private get reader(): NoticeReader {
    return this.options.owner === 'host' ? 'program' : 'caller'
  }

  /** Whether rank 0 speaks for this process: it records, shows and starts nothing. */
  private get isSilentRank(): boolean {
    return findSilence(this.world.environment, this.options.project) !== null
  }

  /** Made with the notice, so that from now on a preview shows the very bytes that will leave. */
  private makeSecret(): void {
    try {
      readSecret(this.world.stateDirectory, this.world.random)
    } catch {
      // The sender makes it, or says why it cannot.
    }
  }

  private openNoticeIfDue(): void {
    try {
      if (isNoticeDue(this.world, this.destination, this.reader)) openNotice(this.destination)
    } catch {
      // Held back a little longer: in doubt nothing leaves.
    }
  }

  /**
   * Whether features that wait are to leave: as many as the threshold, but not so soon after a report unless there are
   * very many, so that a loop of a thousand makes a handful of senders; or any, when the last report (for one that never
   * sent, its first event) is older than the interval.
   */
  private isFlushDue(): boolean {
    const {paths} = this.destination
    const {threshold, intervalSeconds} = this.options.project.flush
    const lastSent = modifiedAt(paths.sent)
    const secondsSince = (time: number | null) => (time === null ? null : (this.world.now() - time) / 1000)
    const rested = secondsSince(lastSent)
    const isResting = rested !== null && rested >= 0 && rested < restSeconds
    const wanted = Math.min(isResting ? threshold * 10 : threshold, maxCountedFiles)
    if (hasEntries(paths.waiting, wanted)) return true
    return (rested ?? secondsSince(modifiedAt(paths.project)) ?? 0) > intervalSeconds
  }
}
