import type {Warning} from '../../reporter/record/fit-values.ts'
import {createReporter} from '../../reporter/reporter.ts'
import {realWorld} from '../../reporter/world/world.ts'
import {toProgram, toStartInput} from '../arguments/event-input.ts'
import {runRows} from '../arguments/flag-table.ts'
import {chooseProject} from '../arguments/project-choice.ts'
import {readArguments, splitRun} from '../arguments/read-arguments.ts'
import {showNotice} from '../output/show-notice.ts'
import {visibleWarnings} from '../output/visible-warnings.ts'
import {endAs} from '../run/supervise.ts'
import {type RunRecording, superviseRun} from '../run/supervise-run.ts'
import {isPlain} from './is-plain.ts'

/** A run whose start was recorded or refused, and whose command has not begun. */
export interface FastRun {
  /** The warnings to write before the command runs (`writeWarnings`), usually none. */
  readonly warnings: readonly Warning[]
  /** Runs the command and ends this process as the command ends. Never rejects. */
  supervise(): Promise<void>
}

interface Beginning {
  readonly warnings: readonly Warning[]
  /** Null if nothing is recorded: the command runs anyway. */
  readonly recording: RunRecording | null
}

/**
 * Begins `usage run` by the core alone, without the command line's framework: built into dist/fast-lane.cjs.
 * Never throws.
 *
 * @param args the arguments after `run`
 * @returns null if nothing was done: the slow lane does it, or explains what is wrong
 */
export function beginRun(args: readonly string[]): FastRun | null {
  try {
    const {own, command} = splitRun(runRows, args)
    const [program, ...rest] = command
    if (program === undefined) return null
    const begin = prepare(own)
    if (begin === null) return null
    const {warnings, recording} = begin()
    const supervise = async () => endAs(await superviseRun([program, ...rest], recording, {keepsErrorOutput: false}))
    return {warnings, supervise}
  } catch {
    return null
  }
}

/** Reads all input. Throws where it is wrong. The function that it returns records the start and does not throw. */
function prepare(own: readonly string[]): (() => Beginning) | null {
  const world = realWorld()
  if (!isPlain(world.environment, runRows, own)) return null
  const read = {...readArguments(runRows, own), names: []}
  const project = chooseProject(world, read.flags as {project?: string})
  const input = toStartInput(project, read)
  const reporter = createReporter({project, world, isBrief: true, ...toProgram(read)})
  return () => {
    try {
      showNotice(reporter)
      const outcome = reporter.start(input)
      const run = outcome.kind === 'recorded' ? outcome.run : null
      const recording = run === null ? null : {reporter, input, run, waitSeconds: null}
      return {warnings: visibleWarnings(outcome), recording}
    } catch {
      return {warnings: [], recording: null}
    }
  }
}
