import assert from 'node:assert/strict'
import {it} from 'node:test'
import {collectorLimits} from '../../../../src/collector/limits.ts'
import {createSourceShares} from '../../../../src/collector/receive/udp/source-shares.ts'

const room = 1024
const {datagramSourceBytes: share, datagramSources: sources} = collectorLimits

it('admits everything while at most three quarters of the ring are used', () => {
  const shares = createSourceShares(room)
  for (let count = 0; count < 3; count++) assert.equal(shares.admits('192.0.2.1', share, 0.75 * room), true)
})

it('admits the share of a source and not a byte more beyond that, and others still', () => {
  const shares = createSourceShares(room)
  const used = 0.75 * room + 1
  assert.equal(shares.admits('192.0.2.1', share, used), true)
  assert.equal(shares.admits('192.0.2.1', 1, used), false)
  assert.equal(shares.admits('192.0.2.2', share, used), true)
  shares.renew()
  assert.equal(shares.admits('192.0.2.1', share, used), true)
})

it('takes the addresses of one IPv6 network for one source', () => {
  const shares = createSourceShares(room)
  assert.equal(shares.admits('2001:db8:0:1::1', share, room), true)
  assert.equal(shares.admits('2001:db8:0:1:ffff::2', 1, room), false)
  assert.equal(shares.admits('2001:db8:0:2::1', 1, room), true)
})

it('takes senders with IPv4 at a socket for IPv6 for different sources', () => {
  const shares = createSourceShares(room)
  assert.equal(shares.admits('::ffff:192.0.2.1', share, room), true)
  assert.equal(shares.admits('192.0.2.1', 1, room), false)
  assert.equal(shares.admits('::ffff:192.0.2.2', share, room), true)
})

it('gives sources beyond its bound one share together', () => {
  const shares = createSourceShares(room)
  for (let source = 0; source < sources; source++) assert.equal(shares.admits(`source ${source}`, 1, room), true)
  assert.equal(shares.admits('one more', share, room), true)
  assert.equal(shares.admits('another', 1, room), false)
  assert.equal(shares.admits('source 0', 1, room), true)
})
