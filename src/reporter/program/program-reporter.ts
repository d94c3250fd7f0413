import {messageOf} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {ProgramHeader} from '../../protocol/report/header.ts'
import {type Consent, isOptOut} from '../consent/consent.ts'
import type {Destination} from '../destination/destination.ts'
import {emptyBuffer, isBufferEmpty} from '../destination/empty-buffer.ts'
import type {FlushOutcome} from '../person/flush.ts'
import {destinationHere} from '../projects/destination-here.ts'
import {fitHeader, unfitHeader} from '../record/fit-values.ts'
import type {EndInput, FeatureInput, Recorder, RecordOutcome, StartInput} from '../record/record.ts'
import {createReporter, type Reporter} from '../reporter.ts'
import {findSilence} from '../world/scheduler.ts'
import type {World} from '../world/world.ts'
import {atExit, isExiting} from './at-exit.ts'
import {noFlush} from './idle-reporter.ts'
import {copyInput, type ProgramReporterOptions, readInterval, readWait} from './program-options.ts'
import type {CloseOutcome, Declined, Silent} from './program-outcomes.ts'
import {type FeatureOutcome, ProgramQueue} from './program-queue.ts'
import type {Teller} from './teller.ts'

/** Hours between repetitions of the start of a run. */
const repeatHours = 24
/** Milliseconds for writing waiting features at the end. The rest of 200 ms is for starting a sender. */
const closeMilliseconds = 150

/** The options with the project file read. The teller is null unless the environment asks for it. */
type ReadOptions = ProgramReporterOptions & {readonly project: ProjectFile; readonly teller: Teller | null}

/** The reporter of a program. `LibraryReporter` documents its methods, `docs/library.md` explains them. */
export class ProgramReporter {
  readonly problem = null
  private readonly options: ReadOptions
  private readonly world: World
  private readonly destination: Destination
  private readonly queue: ProgramQueue
  private direct: Reporter
  private header: ProgramHeader | null = null
  /** Made once, so that registering a feature allocates nothing. */
  private readonly readHeader = (): ProgramHeader => this.ownHeader()
  private run: {id: string; input: StartInput; startedAt: number; repeats: number} | null = null
  /** Why features are not accepted, by the last check of the rules, or null. */
  private declined: Declined | Silent | null = null
  private isSwitchedOn = true
  private isTickSoon = false
  /** Whether the last tick could not write. Then no tick runs before that of the timer. */
  private isFailing = false
  private intervalMs: number
  private timer: NodeJS.Timeout | null = null
  private stayAtExit: (() => void) | null = null
  /** The end of the time for exit handlers, by `performance.now()`. */
  private exitEnds: number | null = null
  /** Events written since a sender was started. Infinite after a start or an end, which are sent immediately. */
  private unsent = 0

  constructor(options: ReadOptions, world: World) {
    this.options = options
    this.world = world
    this.destination = destinationHere(world, options.project)
    this.queue = new ProgramQueue(world, this.destination, options.teller)
    this.direct = this.makeDirect(options.application)
    this.intervalMs = readInterval(options.checkIntervalSeconds)
    if (findSilence(world.environment, options.project) !== null) this.declined = {kind: 'silent', reason: 'mpi-rank'}
  }

  get enabled(): boolean {
    return this.isSwitchedOn && this.declined?.kind !== 'silent' && this.consent.allowed
  }

  get consent(): Consent {
    return this.direct.consent
  }

  get notice(): string | null {
    return this.isSwitchedOn ? this.direct.notice : null
  }

  noticeShown(): boolean {
    return this.direct.noticeShown()
  }

  noticeFailed(): void {
    this.direct.noticeFailed()
  }

  setEnabled(isEnabled: boolean): void {
    if (this.isOver) return
    if (this.isSwitchedOn && !isEnabled) this.queue.letGo(() => this.recorder(this.consent))
    this.isSwitchedOn = isEnabled
    if (isEnabled && this.declined?.kind === 'declined') this.declined = null
    else if (!isEnabled && this.declined?.kind !== 'silent') this.declined = {kind: 'declined', reason: 'switched-off'}
  }

  setApplication(application: string | null): void {
    this.queue.seal()
    this.header = null
    this.direct = this.makeDirect(application)
  }

  setInterval(seconds: number): void {
    this.intervalMs = readInterval(seconds)
    if (this.timer === null) return
    this.sleep()
    this.wake()
  }

  start(input: StartInput = {}): RecordOutcome | Declined {
    if (!this.isSwitchedOn && this.declined !== null) return this.declined
    const copy = copyInput(input)
    this.wake()
    const outcome = this.direct.start(copy)
    if (outcome.kind !== 'recorded' || outcome.run === null) return outcome
    this.queue.seal()
    this.run = {id: outcome.run, input: copy, startedAt: this.world.now(), repeats: 0}
    this.unsent = Number.POSITIVE_INFINITY
    return outcome
  }

  feature(input: FeatureInput): FeatureOutcome | Declined | Silent {
    if (this.declined !== null) return this.declined
    const before = this.queue.length
    const outcome = this.register(input)
    if (before === 0) this.wake()
    if (this.queue.length !== before && this.queue.isPressing) this.tickSoon()
    return outcome
  }

  end(input: EndInput = {}): RecordOutcome | Declined {
    if (!this.isSwitchedOn && this.declined !== null) return this.declined
    const copy = copyInput(input)
    this.writeAll()
    const outcome = this.direct.end({...copy, run: copy.run ?? this.run?.id ?? null})
    this.run = null
    this.unsent = Number.POSITIVE_INFINITY
    if (!this.isOver) this.wake()
    return outcome
  }

  async flush(options: {readonly waitSeconds: number}): Promise<FlushOutcome> {
    if (!this.isSwitchedOn || this.declined?.kind === 'silent') return noFlush
    this.writeAll()
    try {
      return await this.direct.flush({waitSeconds: readWait(options)})
    } catch {
      return noFlush
    }
  }

  async close(): Promise<CloseOutcome> {
    if (this.isOver) return {kind: 'closed', written: 0, dropped: 0}
    const outcome = this.finish()
    this.isSwitchedOn = false
    this.declined = {kind: 'declined', reason: 'closed'}
    return outcome
  }

  private get isOver(): boolean {
    return this.declined?.kind === 'declined' && this.declined.reason === 'closed'
  }

  private makeDirect(application: string | null | undefined): Reporter {
    const {version = null, commit = null, component = null, project, transport} = this.options
    const program = {application: application ?? null, version, commit, component}
    return createReporter({project, world: this.world, owner: 'host', ...program, ...(transport && {transport})})
  }

  private ownHeader(): ProgramHeader {
    if (this.header !== null) return this.header
    const {header, unfit} = fitHeader(this.direct.readHeader())
    this.queue.leaveOut(unfit.map(unfitHeader))
    this.header = header
    return header
  }

  /** An object that throws when it is read is read again, value by value. */
  private register(input: FeatureInput): FeatureOutcome {
    try {
      return this.queue.register(input, this.readHeader)
    } catch {
      return this.queue.register(copyInput(input), this.readHeader)
    }
  }

  private recorder(consent: Consent): Recorder {
    const {world, destination} = this
    return {world, destination, consent, header: this.readHeader}
  }

  private wake(): void {
    if (isExiting()) this.writeAtExit()
    this.timer ??= setInterval(() => this.tick(), this.intervalMs).unref()
    this.stayAtExit ??= atExit(() => this.finish())
  }

  /** Writes immediately for an exit handler that runs after ours, until the time is over. */
  private writeAtExit(): void {
    this.exitEnds ??= performance.now() + closeMilliseconds
    this.finish()
    if (performance.now() > this.exitEnds) void this.close()
  }

  private sleep(): void {
    if (this.timer !== null) clearInterval(this.timer)
    this.timer = null
  }

  private tickSoon(): void {
    if (this.isTickSoon || this.isFailing) return
    this.isTickSoon = true
    setTimeout(() => {
      this.isTickSoon = false
      this.tick()
    }, 0).unref()
  }

  /**
   * Writes one file of waiting features, and starts a sender if one is due. If the disk fails, the next tick tries
   * again.
   */
  private tick(): void {
    if (!this.isSwitchedOn || this.declined?.kind === 'silent') return
    try {
      const {consent} = this
      if (!consent.allowed) {
        this.obey(consent)
        this.isFailing = true
        return
      }
      this.declined = null
      const recorder = this.recorder(consent)
      this.repeatStart()
      this.unsent += this.queue.writeBatch(recorder, this.run?.id ?? null)
      this.queue.writeDrops(recorder)
      this.send()
      this.isFailing = false
      if (this.queue.length > 0) this.tickSoon()
    } catch (error) {
      this.isFailing = true
      // The disk is full or missing: features stay in memory, up to their limit.
      this.options.teller?.say(`not written yet: ${messageOf(error)}`)
    }
  }

  /** After an opt-out, stops accepting features, and drops those in memory and in the buffer. */
  private obey({reason, allowed}: Consent): void {
    if (allowed || reason === 'allowed') return
    // A failing disk is not an opt-out: features stay in memory.
    if (reason === 'state-not-writable' || reason === 'settings-unreadable') return
    this.declined = {kind: 'declined', reason}
    this.queue.letGo(() => this.recorder(this.consent))
    if (isOptOut(reason) && !isBufferEmpty(this.destination)) emptyBuffer(this.world, this.destination)
  }

  private repeatStart(): void {
    const {run} = this
    if (run === null || this.world.now() - run.startedAt < repeatHours * 3_600_000) return
    const repeat = {...run.input, run: run.id, repeat: run.repeats + 1}
    if (this.direct.repeatStart(repeat).kind !== 'recorded') return
    run.repeats++
    run.startedAt = this.world.now()
    this.unsent = Number.POSITIVE_INFINITY
  }

  /** Starts a sender after a start, an end or enough features. Otherwise, it starts one if the interval is over. */
  private send(): void {
    const isEnough = this.unsent >= this.options.project.flush.threshold
    if (this.direct.sendInBackground(isEnough ? 'end' : 'feature')) this.unsent = 0
  }

  /** Writes the waiting features until `deadline`. Then the rest is dropped and counted. Never throws. */
  private writeAll(deadline = Number.POSITIVE_INFINITY): {written: number; dropped: number} {
    let written = 0
    try {
      const {consent} = this
      if (!consent.allowed) this.obey(consent)
      const recorder = this.recorder(consent)
      while (consent.allowed && this.queue.length > 0 && performance.now() < deadline)
        written += this.queue.writeBatch(recorder, this.run?.id ?? null)
      const dropped = deadline === Number.POSITIVE_INFINITY ? 0 : this.queue.purge('quota')
      if (consent.allowed) this.queue.writeDrops(recorder)
      this.unsent += written
      return {written, dropped}
    } catch (error) {
      this.options.teller?.say(`${this.queue.length} features not written: ${messageOf(error)}`)
      return {written, dropped: this.queue.length}
    }
  }

  /** Stops the timer, writes the waiting features and starts a sender. Synchronous, because it also runs at exit. */
  private finish(): CloseOutcome {
    this.sleep()
    this.stayAtExit?.()
    this.stayAtExit = null
    const outcome =
      this.isSwitchedOn && this.declined?.kind !== 'silent'
        ? this.writeAll(performance.now() + closeMilliseconds)
        : {written: 0, dropped: 0}
    if (this.unsent > 0 && this.isSwitchedOn) this.direct.sendInBackground('end')
    return {kind: 'closed', ...outcome}
  }
}
