import {createSocket} from 'node:dgram'
import {lookup} from 'node:dns/promises'
import {toDatagram} from './datagram.ts'
import type {SendResult, Transport} from './transport.ts'
import {unlessAborted} from './unless-aborted.ts'

/** How an endpoint for datagrams is written: `udp://host:port`. */
export const udpScheme = 'udp://'

/** What stands in the log in the place of an answer. */
const unconfirmed = 'sent as a datagram; delivery is not confirmed'

interface Address {
  readonly address: string
  readonly family: number
}

/**
 * Makes the transport that sends each report, which has one event, as a datagram and forgets it: nothing confirms that it
 * arrives. Never throws. Each name is looked up once; of its addresses the first of IPv4 is taken, if there is one, because
 * nobody would learn that a collector does not listen on the other.
 */
export function udpTransport(): Transport {
  const known = new Map<string, Address>()
  return async request => {
    const datagram = toDatagram(request.body, request.writeKey)
    try {
      const {host, port} = hostAndPort(request.endpoint)
      const address = known.get(host) ?? (await unlessAborted(request.signal, lookup(host, {order: 'ipv4first'})))
      known.set(host, address)
      await unlessAborted(request.signal, send(datagram, address, port))
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      return {kind: 'kept', reason: request.signal.aborted ? 'timeout' : 'offline', message, retryAfterSeconds: null}
    }
    const answer = {accepted: 1, duplicates: 0, rejected: []}
    return {kind: 'answered', status: 0, body: unconfirmed, answer} satisfies SendResult
  }
}

function hostAndPort(endpoint: string): {readonly host: string; readonly port: number} {
  const [, bracketed, plain, port] = /^udp:\/\/(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(endpoint) ?? []
  return {host: bracketed ?? plain ?? '', port: Number(port)}
}

function send(datagram: Uint8Array, {address, family}: Address, port: number): Promise<void> {
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4')
  return new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.send(datagram, port, address, error => (error === null ? resolve() : reject(error)))
  }).finally(() => socket.close())
}
