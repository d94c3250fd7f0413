import assert from 'node:assert/strict'
import {it} from 'node:test'
import {findKernelDrops} from '../../../../src/collector/receive/udp/kernel-drops.ts'

const head =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops'
const row = (local: string, drops: number): string =>
  `  123: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 99 2 0000000000000000 ${drops}  `
const table = [
  head,
  row('0100007F:C39D', 12),
  row('00000000:C39D', 3),
  row('00000000000000000000000001000000:C39D', 4),
  row('0000000000000000FFFF00000100007F:C39D', 5),
  row('B80D0120000000000000000001000000:C39D', 6),
].join('\n')

it('finds the drops of the socket with an address, not of another one on the same port', () => {
  const found = (address: string, family: 'IPv4' | 'IPv6') => findKernelDrops(table, {address, port: 50_077, family})
  assert.equal(found('127.0.0.1', 'IPv4'), 12)
  assert.equal(found('0.0.0.0', 'IPv4'), 3)
  assert.equal(found('::1', 'IPv6'), 4)
  assert.equal(found('::ffff:127.0.0.1', 'IPv6'), 5)
  assert.equal(found('2001:db8::1', 'IPv6'), 6)
})

it('returns null for a socket that is not listed, and for a text that is not a table', () => {
  for (const text of [table, '', head, 'something else'])
    assert.equal(findKernelDrops(text, {address: '127.0.0.1', port: 1, family: 'IPv4'}), null)
})
