import {UsageError} from '../../errors.ts'
import {describeValue} from '../../protocol/values/problem.ts'

/** Reads `HOST:PORT`, an IPv6 host in brackets, of a flag. Throws `USAGE_WRONG_USE`. */
export function readAddress(written: string, flag = '--http'): {readonly host: string; readonly port: number} {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(written)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || !(port <= 65_535))
    throw new UsageError('USAGE_WRONG_USE', `${flag}: must be HOST:PORT, got ${describeValue(written)}`)
  return {host, port}
}

/** The default address for datagrams: the port that Parsl's clients send to. */
const usualUdpAddress = {host: '127.0.0.1', port: 50_077}

/**
 * Reads the address for datagrams; `off` is null. Without an address, the default one is used if it is free; if datagrams
 * are required, it must be free. Throws `USAGE_WRONG_USE`.
 */
export function readUdpAddress(written: string | undefined, isNeeded: boolean) {
  if (written === 'off') return null
  if (written === undefined) return {...usualUdpAddress, isOptional: !isNeeded}
  return {...readAddress(written, '--udp'), isOptional: false}
}
