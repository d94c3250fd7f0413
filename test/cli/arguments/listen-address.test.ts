import assert from 'node:assert/strict'
import {it} from 'node:test'
import {readAddress} from '../../../src/cli/arguments/listen-address.ts'

it('reads a host and a port, also of IPv6', () => {
  assert.deepEqual(readAddress('127.0.0.1:8080'), {host: '127.0.0.1', port: 8080})
  assert.deepEqual(readAddress('localhost:0'), {host: 'localhost', port: 0})
  assert.deepEqual(readAddress('[::1]:65535'), {host: '::1', port: 65_535})
})

it('refuses what is no address (USAGE_WRONG_USE)', () => {
  for (const written of ['8080', ':8080', 'localhost', 'localhost:65536', '::1:8080', 'a b:c'])
    assert.throws(() => readAddress(written), {code: 'USAGE_WRONG_USE'}, written)
})
