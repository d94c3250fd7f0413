import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {TestContext} from 'node:test'
import {temporaryDirectory} from './temporary-directory.ts'

/**
 * Makes a private certificate authority, and its certificate for 127.0.0.1, localhost and `*.example.test`, or for other
 * names. With fewer than 0 days it has expired. Requires openssl.
 */
export function makeAuthority(
  t: Pick<TestContext, 'after'>,
  {names = 'IP:127.0.0.1,DNS:localhost,DNS:*.example.test', days = 2} = {},
): {ca: string; key: Buffer; cert: Buffer} {
  const directory = temporaryDirectory(t)
  const openssl = (...args: string[]) => {
    const {status, stderr} = spawnSync('openssl', args, {cwd: directory, encoding: 'utf8'})
    assert.equal(status, 0, stderr)
  }
  const newKey = ['-newkey', 'rsa:2048', '-nodes', '-days', '2']
  openssl('req', '-x509', ...newKey, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=A site')
  openssl('req', ...newKey, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=127.0.0.1')
  writeFileSync(join(directory, 'names'), `subjectAltName=${names}\n`)
  const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days), '-extfile', 'names']
  openssl('x509', '-req', '-in', 'server.csr', '-out', 'server.pem', ...signed)
  const read = (name: string) => readFileSync(join(directory, name))
  return {ca: join(directory, 'ca.pem'), key: read('server.key'), cert: read('server.pem')}
}
