import type {RecordOutcome, Warning} from '../../reporter/record/record.ts'
import {createReporter, type Reporter} from '../../reporter/reporter.ts'
import {realWorld} from '../../reporter/world/world.ts'
import {endOf, featureOf, programOf, type Said, startOf} from '../arguments/event-input.ts'
import {isReportingName, type ReportingName} from '../arguments/flag-table.ts'
import {chooseProject} from '../arguments/project-choice.ts'
import {showNotice} from '../output/show-notice.ts'
import {visibleWarnings} from '../output/visible-warnings.ts'
import {writeLine} from '../output/write-line.ts'
import {isToldMore, readFast} from './read-fast.ts'

/**
 * Records by the core alone, without the command line's framework: built into dist/fast-lane.cjs. Never throws.
 *
 * @returns null: nothing was done, and the slow lane has to, which also says what is wrong; else the warnings that
 * somebody may see (`tellWarnings`), usually none
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

/** Reads everything that can be said wrongly; what it returns does the recording. */
function prepare([command = '', ...args]: readonly string[]): (() => RecordOutcome) | null {
  const world = realWorld()
  if (!isReportingName(command) || isToldMore(world.environment)) return null
  const read = readFast(command, args)
  if (read === null) return null
  const {said, names} = read
  const project = chooseProject(world, said as {project?: string})
  const recordOf: Record<ReportingName, () => (reporter: Reporter) => RecordOutcome> = {
    start: () => {
      const input = startOf(project, said)
      return reporter => reporter.start(input)
    },
    end: () => {
      const input = endOf(project, said)
      return reporter => reporter.end(input)
    },
    feature: () => {
      const input = featureOf(project, names[0] ?? '', said)
      return reporter => reporter.feature(input)
    },
  }
  const record = recordOf[command]()
  const reporter = createReporter({project, world, isBrief: true, ...(command === 'start' ? programOf(said) : {})})
  return () => {
    showNotice(reporter)
    const outcome = record(reporter)
    reporter.sendInBackground(command)
    printId(said, outcome)
    return outcome
  }
}

function printId(said: Said, outcome: RecordOutcome): void {
  if (said['print-id'] === true && outcome.kind === 'recorded' && outcome.run !== null) writeLine(1, outcome.run)
}
