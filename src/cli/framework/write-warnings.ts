import {UsageError} from '../../errors.ts'
import type {Warning} from '../../reporter/record/fit-values.ts'
import {writeError} from './present-error.ts'

/** Prints warnings if standard error is a terminal, else nothing. */
export function writeWarnings(warnings: readonly Warning[]): void {
  if (process.stderr.isTTY !== true) return
  for (const {code, message} of warnings) process.stderr.write(`${writeError(new UsageError(code, message))}\n`)
}
