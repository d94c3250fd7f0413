import {isImportTime} from '../../collector/history/format.ts'
import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'
import {readSince} from './since.ts'

/** Reads `--at`, in the format of `--since`. Returns Unix milliseconds. Throws USAGE_WRONG_USE. */
export function readImportTime(written: string, nowMs: number): number {
  const atMs = Date.parse(readSince(written, nowMs, '--at'))
  if (isImportTime(atMs, nowMs)) return atMs
  throw new UsageError('USAGE_WRONG_USE', `--at: must be between 1970 and now, got ${describeValue(written)}`)
}
