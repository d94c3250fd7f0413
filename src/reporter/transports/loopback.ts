import {lookup} from 'node:dns'
import {Agent as HttpAgent} from 'node:http'
import {BlockList, isIPv6, type LookupFunction} from 'node:net'
import {isLoopbackHost} from '../../protocol/values/loopback.ts'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8)
loopback.addAddress('::1', 'ipv6')

const isLoopback = (address: string): boolean => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

/** Finds the addresses of a name, and fails if one of them is another machine: a name such as `a.localhost` may be. */
export const lookupLoopback: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, {...options, all: true}, (error, addresses) => {
    if (error !== null) return callback(error, '')
    const other = addresses.find(({address}) => !isLoopback(address))
    if (other !== undefined) return callback(new Error(`${hostname} is not this machine`), '')
    if (options.all) return callback(null, addresses)
    return callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
  })
}

/** An agent that reaches this machine only, without any proxy. */
export const loopbackAgent = (): HttpAgent => new HttpAgent({lookup: lookupLoopback})

/** Whether a secret may be sent to an address: by https, or by http to this machine. */
export function isPrivateAddress(url: string): boolean {
  const {protocol, hostname} = new URL(url)
  return protocol === 'https:' || isLoopbackHost(hostname)
}
