import {hash, randomBytes} from 'node:crypto'
import {BlockList, isIP} from 'node:net'
import rateLimit from '@fastify/rate-limit'
import {UsageError} from '../../../../errors.ts'
import {describeValue} from '../../../../protocol/values/problem.ts'

/**
 * Makes the function that turns an address into a key for counting. The key is a hash with a secret of this process, and
 * is only kept in memory: no address is stored, and none can be recovered later.
 * All IPv6 addresses of a /64, which one customer gets, have one key.
 */
export function createSourceKeys(): (address: string | undefined) => string {
  const secret = randomBytes(32).toString('base64url')
  return address => {
    let source = withoutPort(address ?? '')
    try {
      source = rateLimit.normalizeIP(source)
    } catch {
      // A proxy may forward anything: what is no address is a source of its own.
    }
    // A tenth of the time of an HMAC, and as hard to guess: the secret comes first and has a fixed length.
    return hash('sha256', secret + source, 'base64url')
  }
}

/** The address in what a proxy forwards. Some add the port, so that each connection would seem to be another sender. Pure. */
export function withoutPort(forwarded: string): string {
  const written = forwarded.trim()
  const [, bracketed, plain] = /^(?:\[([^\]]+)\](?::\d+)?|([\d.]+):\d+)$/.exec(written) ?? []
  return bracketed ?? plain ?? written
}

/** Whether an address is that of a proxy whose `X-Forwarded-For` counts. */
export type IsProxy = (address: string | undefined) => boolean

export const noProxy: IsProxy = () => false

/** Reads addresses and subnets (`10.0.0.0/8`, `2001:db8::/32`) of trusted proxies. Throws a `UsageError` USAGE_WRONG_USE. */
export function readProxies(written: readonly string[]): IsProxy {
  const list = new BlockList()
  for (const one of written) addSubnet(list, one)
  return forwarded => {
    const address = withoutPort(forwarded ?? '')
    const family = isIP(address)
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6')
  }
}

function addSubnet(list: BlockList, written: string): void {
  const [address = '', prefix, ...rest] = written.split('/')
  const family = isIP(address)
  const bits = family === 4 ? 32 : 128
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : Number.NaN
  if (family === 0 || rest.length > 0 || !(length <= bits))
    throw new UsageError(
      'USAGE_WRONG_USE',
      `--trust-proxy: must be an address or a subnet such as 10.0.0.0/8, got ${describeValue(written)}`,
    )
  list.addSubnet(address, length, family === 4 ? 'ipv4' : 'ipv6')
}
