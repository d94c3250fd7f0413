import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {test} from 'node:test'
import {hasSecret, hasSecretOrPassword, readOrMakeReadToken, sha256Of} from '../../../src/collector/access/tokens.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

test('it makes a token once and stores only its hash, readable only by the owner', t => {
  const directory = temporaryDirectory(t)
  const made = readOrMakeReadToken(directory)
  assert.match(made.fresh ?? '', /^[\w-]{43}$/)
  assert.ok(hasSecret(`Bearer ${made.fresh}`, made.sha256))
  const again = readOrMakeReadToken(directory)
  assert.equal(again.fresh, null)
  assert.deepEqual(Buffer.from(again.sha256), Buffer.from(made.sha256))
  const [name, ...others] = readdirSync(directory)
  assert.deepEqual(others, [])
  const path = join(directory, name!)
  assert.equal(statSync(path).mode & 0o777, 0o600)
  assert.ok(!readFileSync(path, 'utf8').includes(made.fresh!))
})

test('it makes another token when the hash is deleted', t => {
  const directory = temporaryDirectory(t)
  const first = readOrMakeReadToken(directory)
  rmSync(join(directory, 'read-token.sha256'))
  const second = readOrMakeReadToken(directory)
  assert.ok(second.fresh !== null && second.fresh !== first.fresh)
  assert.ok(!hasSecret(`Bearer ${first.fresh}`, second.sha256))
})

test('it rejects a damaged hash instead of making a new token', t => {
  const directory = temporaryDirectory(t)
  const path = join(directory, 'read-token.sha256')
  writeFileSync(path, 'abc\n')
  assert.throws(() => readOrMakeReadToken(directory), {code: 'USAGE_STORE_UNREADABLE', next: /Delete the file/})
  rmSync(path)
  mkdirSync(path)
  assert.throws(() => readOrMakeReadToken(directory), {code: 'USAGE_STORE_UNREADABLE'})
})

test('it accepts a secret only whole and as a bearer token', () => {
  const hash = sha256Of('secret')
  for (const right of ['Bearer secret', 'bearer secret', 'Bearer  secret ']) assert.ok(hasSecret(right, hash), right)
  for (const wrong of [undefined, '', 'secret', 'Bearer', 'Bearer ', 'Bearer secre', 'Bearer secret2', 'Basic secret'])
    assert.ok(!hasSecret(wrong, hash), wrong)
})

test('it accepts the secret as the password of any user, and no similar password', () => {
  const sha256 = sha256Of('se:cret')
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  for (const right of [basic(':se:cret'), basic('ann:se:cret'), 'Bearer se:cret'])
    assert.ok(hasSecretOrPassword(right, sha256), right)
  for (const wrong of [
    undefined,
    '',
    basic('se:cret'),
    basic(':se'),
    basic('se:cret:'),
    'Basic',
    'Basic %',
    'Bearer x',
  ])
    assert.ok(!hasSecretOrPassword(wrong, sha256), wrong)
})
