import {UsageError} from '../errors.ts'
import {describeValue} from '../protocol/problem.ts'

/** Reads `HOST:PORT`, an IPv6 host in brackets. Throws `USAGE_WRONG_USE`. */
export function readAddress(written: string): {readonly host: string; readonly port: number} {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(written)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || !(port <= 65_535))
    throw new UsageError('USAGE_WRONG_USE', `--http: wanted HOST:PORT, got ${describeValue(written)}`)
  return {host, port}
}
