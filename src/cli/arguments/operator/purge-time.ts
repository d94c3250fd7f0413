import {UsageError} from '../../../errors.ts'
import {describeValue} from '../../../protocol/values/problem.ts'

/** Reads `--older-than`; null if it is absent. Throws `USAGE_WRONG_USE`. */
export function readPurgeTime(written: string | undefined): string | null {
  if (written === undefined) return null
  if (/^[1-9]\d{0,2}[dwmy]$/.test(written)) return written
  throw new UsageError(
    'USAGE_WRONG_USE',
    `--older-than: must be a time such as 90d, 8w, 6m or 1y, got ${describeValue(written)}`,
  )
}
