import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'

const unitSeconds = {m: 60, h: 3600, d: 86_400} as const

/**
 * Reads a time in RFC 3339 format, a day (its beginning in UTC), or an age (`30m`, `12h`, `2d`). Returns RFC 3339 in UTC.
 * Throws USAGE_WRONG_USE with the name of the flag.
 */
export function readSince(written: string, now: number, flag = '--since'): string {
  const ago = /^(\d{1,6})([mhd])$/.exec(written)
  if (ago !== null) {
    const seconds = Number(ago[1]) * unitSeconds[ago[2] as keyof typeof unitSeconds]
    return new Date(now - seconds * 1000).toISOString()
  }
  const isTime = /^\d{4}-\d\d-\d\d(?:T.*(?:Z|[+-]\d\d:\d\d))?$/.test(written)
  const milliseconds = isTime ? Date.parse(written) : Number.NaN
  if (Number.isNaN(milliseconds))
    throw new UsageError(
      'USAGE_WRONG_USE',
      `${flag}: must be a time, a day, or an age such as 30m, 12h or 2d, got ${describeValue(written)}`,
    )
  return new Date(milliseconds).toISOString()
}
