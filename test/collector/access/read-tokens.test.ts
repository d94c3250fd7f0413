import assert from 'node:assert/strict'
import {chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {
  findReader,
  hasReadToken,
  listReadTokens,
  makeFirstReadToken,
  makeReadToken,
  revokeReadToken,
  revokeTokensOf,
} from '../../../src/collector/access/read-tokens.ts'
import {sha256Of} from '../../../src/collector/access/tokens.ts'
import {needs} from '../../support/needs.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const nowMs = Date.parse('2026-11-20T12:00:00Z')
const any = {name: null, project: null, expiresAtMs: null}
const bearer = (token: string): string => `Bearer ${token}`
const hexOf = (token: string): string => Buffer.from(sha256Of(token)).toString('hex')

it('opens all projects or one, until it expires or is revoked', t => {
  const data = temporaryDirectory(t)
  const reader = (token: string, atMs = nowMs) => findReader(data, bearer(token), atMs)
  const all = makeReadToken(data, any, nowMs)
  const one = makeReadToken(data, {name: 'grafana', project: 'parsl', expiresAtMs: nowMs + 1000}, nowMs)
  assert.deepEqual([reader(all.token), reader(one.token)], [{project: null}, {project: 'parsl'}])
  assert.deepEqual([reader(one.token, nowMs + 999), reader(one.token, nowMs + 1000)], [{project: 'parsl'}, null])
  assert.deepEqual(
    [reader(''), reader('x'), reader(`${all.token}x`), findReader(data, undefined, nowMs)],
    Array(4).fill(null),
  )
  assert.deepEqual(reader(hexOf(all.token)), null)
  assert.deepEqual(
    listReadTokens(data)
      .map(({name, project}) => [name, project])
      .sort(),
    [
      [all.id, null],
      ['grafana', 'parsl'],
    ].sort(),
  )
  assert.throws(() => makeReadToken(data, {...any, name: 'grafana'}, nowMs), {code: 'USAGE_TOKEN_EXISTS'})
  assert.equal(revokeReadToken(data, 'grafana').id, one.id)
  assert.throws(() => revokeReadToken(data, 'grafana'), {code: 'USAGE_TOKEN_UNKNOWN'})
  assert.deepEqual([reader(all.token), reader(one.token)], [{project: null}, null])
  makeReadToken(data, {...any, project: 'parsl'}, nowMs)
  assert.deepEqual([revokeTokensOf(data, 'parsl'), revokeTokensOf(data, 'parsl')], [1, 0])
  revokeReadToken(data, all.id)
  assert.ok(!hasReadToken(data, nowMs))
})

it('stores only the SHA-256, readable only by the owner', t => {
  const data = temporaryDirectory(t)
  const {token} = makeReadToken(data, any, nowMs)
  const folder = join(data, 'read-tokens')
  assert.equal(statSync(folder).mode & 0o777, 0o700)
  assert.deepEqual(readdirSync(folder), [hexOf(token)])
  assert.equal(statSync(join(folder, hexOf(token))).mode & 0o777, 0o600)
  assert.ok(!readFileSync(join(folder, hexOf(token)), 'utf8').includes(token))
})

it('gives new files to the owner of the data folder', needs('root'), t => {
  const data = temporaryDirectory(t)
  chownSync(data, 12_345, 12_346)
  const {token} = makeReadToken(data, any, nowMs)
  for (const path of [join(data, 'read-tokens'), join(data, 'read-tokens', hexOf(token))]) {
    const {uid, gid} = statSync(path)
    assert.deepEqual([uid, gid], [12_345, 12_346])
  }
})

it('makes the first token of a folder once, also after it is revoked', t => {
  const data = temporaryDirectory(t)
  const first = makeFirstReadToken(data, nowMs)
  assert.match(first ?? '', /^[\w-]{43}$/)
  assert.equal(makeFirstReadToken(data, nowMs), null)
  revokeReadToken(data, 'first')
  assert.equal(makeFirstReadToken(data, nowMs), null)
})

it('keeps the token of an earlier version working until it is revoked', t => {
  const data = temporaryDirectory(t)
  writeFileSync(join(data, 'read-token.sha256'), `${hexOf('old')}\n`)
  assert.equal(makeFirstReadToken(data, nowMs), null)
  const added = makeReadToken(data, any, nowMs)
  assert.deepEqual(findReader(data, bearer('old'), nowMs), {project: null})
  assert.deepEqual(
    listReadTokens(data)
      .map(({name}) => name)
      .sort(),
    ['first', added.id].sort(),
  )
  revokeReadToken(data, 'first')
  assert.equal(findReader(data, bearer('old'), nowMs), null)
  assert.equal(existsSync(join(data, 'read-token.sha256')), false)
  revokeReadToken(data, added.id)
  assert.equal(makeFirstReadToken(data, nowMs), null)
})

it('opens nothing while a file is damaged or unreadable, and names it', t => {
  const data = temporaryDirectory(t)
  const old = join(data, 'read-token.sha256')
  writeFileSync(old, 'abc\n')
  assert.throws(() => listReadTokens(data), {code: 'USAGE_STORE_UNREADABLE', next: /Delete the file/})
  writeFileSync(old, hexOf('old'))
  const {token} = makeReadToken(data, any, nowMs)
  const file = join(data, 'read-tokens', hexOf(token))
  writeFileSync(file, '{"name": ')
  assert.throws(() => findReader(data, bearer(token), nowMs), {
    code: 'USAGE_STORE_UNREADABLE',
    message: new RegExp(hexOf(token)),
  })
  writeFileSync(join(data, 'file'), '')
  assert.throws(() => makeReadToken(join(data, 'file'), any, nowMs), {code: 'USAGE_STORE_UNREADABLE'})
})
