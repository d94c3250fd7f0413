import {fstatSync} from 'node:fs'
import {isErrorOutputVisible} from '../../reporter/consent/notice.ts'
import type {Warning} from '../../reporter/record/fit-values.ts'
import type {RecordOutcome} from '../../reporter/record/record.ts'

/** The warnings of an outcome that `writeWarnings` should print: none if nobody can read standard error. */
export function visibleWarnings(outcome: RecordOutcome): readonly Warning[] {
  const warnings = 'warnings' in outcome ? outcome.warnings : []
  return warnings.length > 0 && isErrorOutputDevice() && isErrorOutputVisible() ? warnings : []
}

/** Whether standard error may be a terminal. An exact check would load the socket modules of Node.js. */
function isErrorOutputDevice(): boolean {
  try {
    return fstatSync(2).isCharacterDevice()
  } catch {
    return false
  }
}
