/**
 * Room `lanes`: the entries that load no framework.
 *
 * Scripts pay for every millisecond of `start`, `end`, `feature` and `run`. A plain command line is read and done here, from one
 * bundle, `dist/fast-lane.cjs`. Everything else returns null before anything is written, and the slow lane (`framework`) does it
 * or explains what is wrong. Both lanes give the same outcome; a test compares them. Nothing here throws, prints an error or
 * opens a socket. What the bundle opens and loads is listed in `test/e2e/fast-lane.test.ts`.
 * Read next: `is-plain.ts`, `run-lane.ts`; `run-unrecorded.ts` for Node.js below 22.13.
 */

import type {Warning} from '../../reporter/record/fit-values.ts'
import type {RecordOutcome} from '../../reporter/record/record.ts'
import {createReporter, type Reporter} from '../../reporter/reporter.ts'
import {realWorld} from '../../reporter/world/world.ts'
import {toEndInput, toFeatureInput, toProgram, toStartInput} from '../arguments/event-input.ts'
import {isReportingName, type ReportingName, reportingRows} from '../arguments/flag-table.ts'
import {chooseProject} from '../arguments/project-choice.ts'
import {type FlagValues, readArguments} from '../arguments/read-arguments.ts'
import {showNotice} from '../output/show-notice.ts'
import {visibleWarnings} from '../output/visible-warnings.ts'
import {writeLine} from '../output/write-line.ts'
import {isPlain} from './is-plain.ts'

/**
 * Records by the core alone, without the command line's framework: built into dist/fast-lane.cjs. Never throws.
 *
 * @returns null: nothing was done, and the slow lane has to, which also says what is wrong; else the warnings that
 * somebody may see (`writeWarnings`), usually none
 */
export function recordFast(args: readonly string[]): readonly Warning[] | null {
  try {
    const record = prepare(args)
    if (record === null) return null
    try {
      return visibleWarnings(record())
    } catch {
      // The calling script continues, whatever went wrong.
      return []
    }
  } catch {
    return null
  }
}

/** Reads all input. Throws where it is wrong. The function that it returns records. */
function prepare([command = '', ...args]: readonly string[]): (() => RecordOutcome) | null {
  const world = realWorld()
  if (!isReportingName(command) || !isPlain(world.environment, reportingRows[command], args)) return null
  const read = readArguments(reportingRows[command], args)
  const {flags} = read
  const project = chooseProject(world, flags as {project?: string})
  const recordOf: Record<ReportingName, () => (reporter: Reporter) => RecordOutcome> = {
    start: () => {
      const input = toStartInput(project, read)
      return reporter => reporter.start(input)
    },
    end: () => {
      const input = toEndInput(project, read)
      return reporter => reporter.end(input)
    },
    feature: () => {
      const input = toFeatureInput(project, read)
      return reporter => reporter.feature(input)
    },
  }
  const record = recordOf[command]()
  const reporter = createReporter({project, world, isBrief: true, ...(command === 'start' ? toProgram(read) : {})})
  return () => {
    showNotice(reporter)
    const outcome = record(reporter)
    reporter.sendInBackground(command)
    printId(flags, outcome)
    return outcome
  }
}

function printId(flags: FlagValues, outcome: RecordOutcome): void {
  if (flags['print-id'] === true && outcome.kind === 'recorded' && outcome.run !== null) writeLine(1, outcome.run)
}
