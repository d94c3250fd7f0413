import {collectorLimits} from '../../limits.ts'
import {bytesOfIpv6} from './ip-bytes.ts'

/** The share of the ring that each source may fill while little of it is free. */
export interface SourceShares {
  /** Whether a datagram may enter the ring. `usedBytes` are the bytes that wait in it. Counts the bytes that may. */
  admits(address: string, bytes: number, usedBytes: number): boolean
  /** Begins to count anew. */
  renew(): void
}

/**
 * Makes the shares of a ring. While it is at most three quarters full, every datagram enters and nothing is counted. Beyond that,
 * a source gets `datagramSourceBytes` until the next `renew`. A source is an IPv4 address, or the /64 network of an IPv6
 * address. Addresses are kept in memory until the next `renew` and nowhere else.
 */
export function createSourceShares(roomBytes: number): SourceShares {
  const used = new Map<string, number>()
  return {
    admits(address, bytes, usedBytes) {
      if (usedBytes <= 0.75 * roomBytes) return true
      const own = networkOf(address)
      const source = used.has(own) || used.size < collectorLimits.datagramSources ? own : 'others'
      const sum = (used.get(source) ?? 0) + bytes
      if (sum > collectorLimits.datagramSourceBytes) return false
      used.set(source, sum)
      return true
    },
    renew: () => used.clear(),
  }
}

/** A socket for IPv6 shows a sender with IPv4 as `::ffff:192.0.2.1`. All of these are in one /64. */
function networkOf(address: string): string {
  const ipv4 = /^::ffff:([\d.]+)$/i.exec(address)?.[1]
  if (ipv4 !== undefined) return ipv4
  return address.includes(':') ? bytesOfIpv6(address).slice(0, 8).join('.') : address
}
