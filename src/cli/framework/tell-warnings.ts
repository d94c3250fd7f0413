import {UsageError} from '../../errors.ts'
import type {Warning} from '../../reporter/record/record.ts'
import {writeError} from './present-error.ts'

/** Tells a person at a terminal what was not as it should be. A script's other outputs are not written to. */
export function tellWarnings(warnings: readonly Warning[]): void {
  if (process.stderr.isTTY !== true) return
  for (const {code, message} of warnings) process.stderr.write(`${writeError(new UsageError(code, message))}\n`)
}
