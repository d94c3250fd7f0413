import {readFileSync} from 'node:fs'
import {endianness} from 'node:os'
import {bytesOfIpv6} from './ip-bytes.ts'

/** The address that a socket is bound to. */
export interface BoundAddress {
  readonly address: string
  readonly port: number
  readonly family: 'IPv4' | 'IPv6'
}

/**
 * Reads how many datagrams the kernel dropped because the receive buffer of a socket was full: the last column of
 * `/proc/net/udp` and `/proc/net/udp6`. Null if the file is missing (not Linux) or does not list the socket.
 */
export function readKernelDrops(bound: BoundAddress): number | null {
  try {
    return findKernelDrops(readFileSync(bound.family === 'IPv6' ? '/proc/net/udp6' : '/proc/net/udp', 'utf8'), bound)
  } catch {
    return null
  }
}

/** Finds the drops of a socket in the text of such a file. Null if the socket is not listed. Pure. */
export function findKernelDrops(table: string, {address, port, family}: BoundAddress): number | null {
  const bytes = family === 'IPv6' ? bytesOfIpv6(address) : address.split('.').map(Number)
  const local = `${writeWords(bytes)}:${port.toString(16).padStart(4, '0')}`.toUpperCase()
  const row = table.split('\n').find(line => line.trim().split(/\s+/)[1] === local)
  const drops = Number(row?.trim().split(/\s+/).at(-1))
  return Number.isSafeInteger(drops) ? drops : null
}

/** The kernel prints an address as 32-bit words in the machine's byte order. */
function writeWords(bytes: readonly number[]): string {
  const words: string[] = []
  for (let index = 0; index < bytes.length; index += 4) {
    const word = bytes.slice(index, index + 4).map(byte => byte.toString(16).padStart(2, '0'))
    words.push((endianness() === 'LE' ? word.reverse() : word).join(''))
  }
  return words.join('')
}
