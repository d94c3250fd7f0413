/**
 * Room `program`: a Node.js program that counts itself.
 *
 * `createLibraryReporter` is behind `createReporter` of the package. Recording a feature takes about a microsecond and
 * touches no disk. A timer writes the queue every 10 s by default. `close` ends within 200 ms, and the exit of the
 * process writes what is left. No method throws and no promise rejects: a full disk or a missing project file is an
 * outcome with a reason. Network: only by `flush`, in a process of its own, and by the sender in the background.
 * Read next: `program-reporter.ts`, then `program-queue.ts` and `feature-queue.ts`.
 */
import {messageOf} from '../../errors.ts'
import type {Consent} from '../consent/consent.ts'
import type {FlushOutcome} from '../person/flush.ts'
import type {EndInput, FeatureInput, RecordOutcome, StartInput} from '../record/record.ts'
import {isNodeTooOld, oldestNode} from '../world/node-version.ts'
import {realWorld} from '../world/world.ts'
import {IdleReporter} from './idle-reporter.ts'
import {type ProgramReporterOptions, readProjectOption} from './program-options.ts'
import type {CloseOutcome, Declined, IdleReason, Silent} from './program-outcomes.ts'
import type {FeatureOutcome} from './program-queue.ts'
import {ProgramReporter} from './program-reporter.ts'
import {tellOutcomes} from './tell-outcomes.ts'
import {makeTeller, type Teller} from './teller.ts'

/** Counts the use of the program that creates it. No method throws, and no promise rejects. */
export interface LibraryReporter {
  /**
   * Describes a problem with the project file or the version of Node.js, or null. With a problem, nothing is recorded.
   */
  readonly problem: string | null
  /** Whether a feature would be recorded now, by `setEnabled` and the consent rules. Reads files in about 0.1 ms. */
  readonly enabled: boolean
  /**
   * Switches this reporter off or on. Off: features in memory are dropped and counted, and no more are accepted. The
   * buffer stays, because it may contain events of other programs. An opt-out of the user also empties the buffer, at
   * the next tick at the latest.
   */
  setEnabled(isEnabled: boolean): void
  /** The current decision of the consent rules, with the reason. Reads files, writes none. */
  readonly consent: Consent
  /** The text that the program should show once before anything is sent, or null. The library prints nothing itself. */
  readonly notice: string | null
  /** Records that the notice was shown. False: another process was first, or the disk failed. */
  noticeShown(): boolean
  /** Undoes `noticeShown`, because the notice could not be shown. */
  noticeFailed(): void
  /** Sets the name of the program for later events. Null: the name in the project file. */
  setApplication(application: string | null): void
  /** Sets the seconds between two ticks, from 0.05 to 3600. Other values are limited to this range. */
  setInterval(seconds: number): void
  /**
   * Records the start of a run. It is in the buffer when this returns, after about a millisecond. It is repeated every
   * 24 h until `end` is called or the process ends. If the disk fails, the outcome is `dropped`.
   */
  start(input?: StartInput): RecordOutcome | Declined
  /**
   * Registers a use of a feature in memory, in less than a microsecond. The next tick writes it. Equal uses without
   * details become one event with a count and a histogram of their durations. Beyond 5,000 waiting events, a use is
   * dropped and counted (`queue-full`).
   */
  feature(input: FeatureInput): FeatureOutcome | Declined | Silent
  /** Writes the waiting features, then records the end of the run. */
  end(input?: EndInput): RecordOutcome | Declined
  /**
   * Writes the waiting features and sends the buffer in a child process within `waitSeconds` (0 to 3600), like `usage
   * flush`.
   */
  flush(options: {readonly waitSeconds: number}): Promise<FlushOutcome>
  /**
   * Stops the timer, writes the waiting features and starts a sender in the background, within 200 ms. Features that
   * could not be written in this time are dropped and counted. Later events are not accepted.
   */
  close(): Promise<CloseOutcome>
}

/**
 * Creates the reporter of one project in this program. Reads the project file, writes nothing and starts no timer.
 *
 * With a missing or invalid project file, or a Node.js older than 22.13, the reporter has a `problem` and records
 * nothing. Features are written at each tick, at `close`, and at the exit of the process by its end, `process.exit` or
 * an exception. A signal loses at most the features since the last tick.
 *
 * With `USAGE_DEBUG=1` in the environment, lines on standard error name what is not recorded, and why. With
 * `USAGE_STRICT=1`, wrong use is a warning of the process (`UsageWarning`). Nothing else is ever printed.
 */
export function createLibraryReporter(options: ProgramReporterOptions): LibraryReporter {
  const teller = tellerOf(options)
  try {
    const problem = describeOldNode()
    if (problem !== null) return idle('node-too-old', problem, teller)
    const project = readProjectOption(options.project)
    if (typeof project === 'string') return idle('project-file', project, teller)
    const reporter = new ProgramReporter({...options, project, teller}, realWorld(options.world))
    return teller === null ? reporter : tellOutcomes(reporter, teller)
  } catch (error) {
    return idle('project-file', messageOf(error), teller)
  }
}

function tellerOf(options: ProgramReporterOptions): Teller | null {
  try {
    return makeTeller(options.world?.environment ?? process.env)
  } catch {
    return null
  }
}

const describeOldNode = (): string | null =>
  isNodeTooOld(process.versions.node)
    ? `Node.js must be version ${oldestNode.join('.')} or newer, got ${process.versions.node}`
    : null

/** A reporter that records nothing, and says once why. A wrong project file is wrong use, an old Node.js is not. */
function idle(reason: IdleReason, problem: string, teller: Teller | null): LibraryReporter {
  if (reason === 'project-file') teller?.warn('USAGE_PROJECT_FILE_INVALID', problem)
  else teller?.say(`not recorded: ${problem}`)
  return new IdleReporter(reason, problem)
}
