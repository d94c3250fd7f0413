import type {Socket} from 'node:net'
import type {FastifyRequest} from 'fastify'
import {createSourceKeys, withoutPort} from './sources.ts'

/** The key of the address that a request came from, as in `createSourceKeys`. */
export type SourceOf = (request: Pick<FastifyRequest, 'ip' | 'socket'>) => string

export function createSourceOf(): SourceOf {
  const keyOf = createSourceKeys()
  // Nearly all requests of a connection come from one address.
  const last = new WeakMap<Socket, {readonly ip: string; readonly key: string}>()
  return ({ip, socket}) => {
    const known = last.get(socket)
    if (known?.ip === ip) return known.key
    const key = keyOf(ip)
    last.set(socket, {ip, key})
    return key
  }
}

/**
 * Whether a request came from the machine of the collector, whose programs have the same clock. Behind a proxy that
 * `--trust-proxy` does not name, it seems so for all requests. Pure.
 */
export function isFromHere({
  ip,
  socket,
}: Pick<FastifyRequest, 'ip'> & {readonly socket: {readonly localAddress?: string | undefined}}): boolean {
  const address = withoutPort(ip).replace(/^::ffff:/i, '')
  return address === '::1' || address.startsWith('127.') || ip === socket.localAddress
}
