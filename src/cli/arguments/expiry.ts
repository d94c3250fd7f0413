import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'

const dayMs = 86_400_000

/**
 * Reads `--expires`: a day, which is the last one, or a time from now (`90d`, `8w`, `6m`, `1y`). Returns Unix
 * milliseconds; null if it is absent. Throws `USAGE_WRONG_USE`, also for a day in the past.
 */
export function readExpiry(written: string | undefined, nowMs: number): number | null {
  if (written === undefined) return null
  const atMs = /^\d{4}-\d\d-\d\d$/.test(written) ? Date.parse(written) + dayMs : after(written, nowMs)
  if (atMs > nowMs) return atMs
  throw new UsageError(
    'USAGE_WRONG_USE',
    `--expires: must be a future day such as 2030-12-31 or a time such as 90d, 8w, 6m or 1y, got ${describeValue(written)}`,
  )
}

/** NaN if the time is invalid. A day that a month lacks is the first one of the next month. */
function after(written: string, nowMs: number): number {
  const [, count, unit] = /^([1-9]\d{0,2})([dwmy])$/.exec(written) ?? []
  if (unit === 'd' || unit === 'w') return nowMs + Number(count) * (unit === 'w' ? 7 : 1) * dayMs
  const date = new Date(nowMs)
  return date.setUTCMonth(date.getUTCMonth() + Number(count) * (unit === 'y' ? 12 : 1))
}
