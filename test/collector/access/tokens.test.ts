import assert from 'node:assert/strict'
import {test} from 'node:test'
import {hasSecret, presentedSecret, sha256Of} from '../../../src/collector/access/tokens.ts'

test('it accepts a secret only whole and as a bearer token', () => {
  const hash = sha256Of('secret')
  for (const right of ['Bearer secret', 'bearer secret', 'Bearer  secret ']) assert.ok(hasSecret(right, hash), right)
  for (const wrong of [undefined, '', 'secret', 'Bearer', 'Bearer ', 'Bearer secre', 'Bearer secret2', 'Basic secret'])
    assert.ok(!hasSecret(wrong, hash), wrong)
})

test('it reads a bearer token, or the password of any user, and nothing similar', () => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`
  for (const right of [basic(':se:cret'), basic('ann:se:cret'), 'Bearer se:cret', 'bearer  se:cret '])
    assert.equal(presentedSecret(right), 'se:cret', right)
  for (const none of [undefined, '', 'Basic', 'Bearer', 'Bearer ', 'se:cret', 'Bearer a b'])
    assert.equal(presentedSecret(none), null, none)
  for (const other of [basic('se:cret'), basic(':se'), basic('se:cret:'), 'Basic %'])
    assert.notEqual(presentedSecret(other), 'se:cret', other)
})
