import {UsageError} from '../../../errors.ts'
import {describeValue} from '../../../protocol/values/problem.ts'

const units: Readonly<Record<string, number>> = {'': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40}

/** Reads `--min-free` as bytes; null if it is absent. Throws `USAGE_WRONG_USE`. */
export function readSize(written: string | undefined): number | null {
  if (written === undefined) return null
  const [, count, unit] = /^(\d{1,9})([KMGT]?)$/i.exec(written) ?? []
  if (count !== undefined) return Number(count) * units[unit!.toUpperCase()]!
  throw new UsageError(
    'USAGE_WRONG_USE',
    `--min-free: must be a size such as 500M or 2G, got ${describeValue(written)}`,
  )
}
