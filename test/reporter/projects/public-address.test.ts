import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {isPublicAddress} from '../../../src/reporter/projects/public-address.ts'

const open = ['1.1.1.1', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0']
const open2 = ['169.253.1.1', '172.15.255.255', '172.32.0.0', '192.167.1.1', '198.17.1.1', '223.255.255.255']
const open6 = ['2606:4700::1111', '2a00:1450::1', '2003::1']
const closed = ['0.0.0.0', '0.1.2.3', '10.0.0.1', '100.64.0.1', '100.127.255.255', '127.0.0.1', '127.255.255.255']
const closed2 = [
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.1',
  '192.0.2.1',
  '192.168.0.1',
  '198.18.0.1',
]
const closed3 = ['198.51.100.1', '203.0.113.1', '224.0.0.1', '239.1.2.3', '240.0.0.1', '255.255.255.255']
const closed6 = ['::', '::1', 'fe80::1', 'fe80::1%eth0', 'fc00::1', 'fd12:3456::1', 'ff02::1', 'fec0::1', '100::1']
const within = ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1', '64:ff9b:1::1']
const tunnels = ['2002:7f00:1::', '2001:0:1::1', '2001:db8::1', '2001:10::1', '3fff::1']

describe('an address', () => {
  for (const address of [...open, ...open2, ...open6])
    it(`is public when it is ${address}`, () => assert.equal(isPublicAddress(address), true))
  for (const address of [...closed, ...closed2, ...closed3, ...closed6, ...within, ...tunnels])
    it(`is not public when it is ${address}`, () => assert.equal(isPublicAddress(address), false))
  for (const text of ['', 'localhost', '127.1', '0x7f000001', '2130706433', '8.8.8.8.8'])
    it(`is not public when it is no address: ${JSON.stringify(text)}`, () => assert.equal(isPublicAddress(text), false))
})
