/**
 * Room `program`: a Node.js program that counts itself.
 *
 * `createLibraryReporter` is behind `createReporter` of the package. Recording a feature takes about a microsecond and touches no
 * disk. A timer writes the queue every 10 s by default. `close` ends within 200 ms, and the exit of the process writes what is
 * left. No method throws and no promise rejects: a full disk or a missing project file is an outcome with a reason. Network:
 * only by `flush`, in a process of its own, and by the sender in the background.
 * Read next: `program-reporter.ts`, then `program-queue.ts` and `feature-queue.ts`.
 */
import {writeSync} from 'node:fs'
import {messageOf} from '../../errors.ts'
import type {Consent} from '../consent/consent.ts'
import type {FlushOutcome} from '../person/flush.ts'
import type {EndInput, FeatureInput, RecordOutcome, StartInput} from '../record/record.ts'
import {isNodeTooOld, oldestNode} from '../world/node-version.ts'
import {realWorld} from '../world/world.ts'
import {IdleReporter} from './idle-reporter.ts'
import {type ProgramReporterOptions, readProjectOption} from './program-options.ts'
import type {CloseOutcome, Declined, Silent} from './program-outcomes.ts'
import type {FeatureOutcome} from './program-queue.ts'
import {ProgramReporter} from './program-reporter.ts'

/** Counts the use of the program that makes it. No method throws, none prints, and no promise rejects. */
export interface LibraryReporter {
  /** What is wrong with the project file or with this Node.js, or null. With a problem nothing is counted. */
  readonly problem: string | null
  /** Whether a feature would be recorded now: this program's switch and the rules of consent. Reads files, about 0.1 ms. */
  readonly enabled: boolean
  /**
   * Switches this reporter off or on. Off: what waits in memory is dropped and counted, and nothing more is taken; what
   * is in the buffer already stays, because other programs of the project have their part in it. A person's no, met at
   * the next tick at the latest, empties the buffer as well.
   */
  setEnabled(isEnabled: boolean): void
  /** What the rules of consent say now, with the reason. Reads files, writes none. */
  readonly consent: Consent
  /** The text that the program should show once before anything is sent, or null. The library prints nothing itself. */
  readonly notice: string | null
  /** Keeps that the notice has been shown. False: another process was first, or the disk failed. */
  noticeShown(): boolean
  /** Takes back `noticeShown`: the notice could not be shown after all. */
  noticeFailed(): void
  /** The program's name from now on, at most 64 characters; null: that of the project file. */
  setApplication(application: string | null): void
  /** Seconds between two ticks from now on: 0.05 to 3600, what is outside counts as the nearest. */
  setInterval(seconds: number): void
  /**
   * Records that a run of the program starts, in the buffer when this returns: about a millisecond. The start is repeated
   * every 24 h while the process lives and `end` was not called. A failing disk is an outcome: `dropped`.
   */
  start(input?: StartInput): RecordOutcome | Declined
  /**
   * Registers that a feature was used: in memory, in about a microsecond. The next tick writes it; without a time, a
   * duration and details of its own it becomes one event with its equals of the same tick. Beyond 5,000 that wait it
   * is dropped and counted (`queue-full`).
   */
  feature(input: FeatureInput): FeatureOutcome | Declined | Silent
  /** Writes what waits, then records that the run ended. */
  end(input?: EndInput): RecordOutcome | Declined
  /** Writes what waits and sends the buffer now, in a process of its own, within so many seconds, 0 to 3600: what `usage flush` does. */
  flush(options: {readonly waitSeconds: number}): Promise<FlushOutcome>
  /**
   * Ends the timer, writes what waits and starts a sender in the background: within 200 ms, whatever the network does.
   * What could not be written in that time is dropped and counted. Nothing is taken afterwards.
   */
  close(): Promise<CloseOutcome>
}

/**
 * Makes the reporter of one project in this program. Reads the project file, writes nothing, starts no timer yet.
 *
 * A missing or invalid project file throws nothing: the reporter has a `problem` and counts nothing. The same holds for a
 * Node.js older than 22.13; under `USAGE_DEBUG=1` one line on standard error tells. What a program has registered is written by each tick, at `close`, and when the process exits by its end, by `process.exit`
 * or by an exception; a signal costs at most what was registered since the last tick.
 */
export function createLibraryReporter(options: ProgramReporterOptions): LibraryReporter {
  try {
    if (isNodeTooOld(process.versions.node)) return createForOldNode(options)
    const project = readProjectOption(options.project)
    if (typeof project === 'string') return new IdleReporter('project-file', project)
    return new ProgramReporter({...options, project}, realWorld(options.world))
  } catch (error) {
    return new IdleReporter('project-file', messageOf(error))
  }
}

/** The only line that the library ever prints, and only where somebody looks for a fault. */
function createForOldNode({world}: ProgramReporterOptions): LibraryReporter {
  const problem = `Node.js must be version ${oldestNode.join('.')} or newer, got ${process.versions.node}`
  if ((world?.environment ?? process.env)['USAGE_DEBUG'] === '1') writeSync(2, `usage: not recorded: ${problem}\n`)
  return new IdleReporter('node-too-old', problem)
}
