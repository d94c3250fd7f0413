import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'

/** Reads `--name` of a read token; null if it is absent. Throws `USAGE_WRONG_USE`. */
export function readTokenName(written: string | undefined): string | null {
  if (written === undefined) return null
  if (/^[\w.@+-][\w .@+-]{0,63}$/.test(written)) return written
  throw new UsageError(
    'USAGE_WRONG_USE',
    `--name: must be at most 64 letters, digits, spaces and . _ @ + -, got ${describeValue(written)}`,
  )
}
