import type {Socket} from 'node:net'
import {createSourceKeys, withoutPort} from './sources.ts'

/** The parts of a request that tell where it came from. A connection that the sender has reset has no address. */
interface Asked<S> {
  readonly ip: string | undefined
  readonly socket: S
}

/** The key of the address that a request came from, as in `createSourceKeys`. Requests without an address share a key. */
export type SourceOf = (request: Asked<Socket>) => string

export function createSourceOf(): SourceOf {
  const keyOf = createSourceKeys()
  // Nearly all requests of a connection come from one address.
  const last = new WeakMap<Socket, {readonly ip: string | undefined; readonly key: string}>()
  return ({ip, socket}) => {
    const known = last.get(socket)
    if (known !== undefined && known.ip === ip) return known.key
    const key = keyOf(ip)
    last.set(socket, {ip, key})
    return key
  }
}

/**
 * Whether a request came from the machine of the collector, whose programs have the same clock. Behind a proxy that
 * `--trust-proxy` does not name, it seems so for all requests. Pure.
 */
export function isFromHere({ip, socket}: Asked<{readonly localAddress?: string | undefined}>): boolean {
  if (ip === undefined) return false
  const address = withoutPort(ip).replace(/^::ffff:/i, '')
  return address === '::1' || address.startsWith('127.') || ip === socket.localAddress
}
