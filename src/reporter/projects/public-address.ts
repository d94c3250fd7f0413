import {BlockList, isIP} from 'node:net'

/**
 * IPv4 networks that are no public ones: this network, private, shared (RFC 6598), loopback, link-local, protocol
 * assignments, documentation, relays, benchmarks, multicast, reserved and broadcast. Source: IANA's registry of IPv4
 * special-purpose addresses.
 */
const closed4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
]
/** What is public in IPv6: global unicast. So every form that has an IPv4 address within is out, save those below. */
const open6 = '2000::/3'
/** What is not, within it: protocol assignments with Teredo, documentation, 6to4 with an IPv4 address within. */
const closed6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20']

function listOf(family: 'ipv4' | 'ipv6', networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', prefix] = network.split('/')
    list.addSubnet(address, Number(prefix), family)
  }
  return list
}

const lists = {closed4: listOf('ipv4', closed4), open6: listOf('ipv6', [open6]), closed6: listOf('ipv6', closed6)}

/** Whether an address belongs to the public internet: nothing of this machine, its site or its provider is there. Pure. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address)
  if (family === 4) return !lists.closed4.check(address, 'ipv4')
  return family === 6 && lists.open6.check(address, 'ipv6') && !lists.closed6.check(address, 'ipv6')
}
