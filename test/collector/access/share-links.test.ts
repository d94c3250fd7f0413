import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {findSharedProject, makeShareToken, revokeShareToken} from '../../../src/collector/access/share-links.ts'
import {sha256Of} from '../../../src/collector/access/tokens.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

const hexOf = (token: string): string => Buffer.from(sha256Of(token)).toString('hex')

it('keeps the links of earlier versions until their own project has a new one or none', t => {
  const data = temporaryDirectory(t)
  writeFileSync(join(data, 'share-links.json'), JSON.stringify({one: hexOf('1'), two: hexOf('2'), three: hexOf('3')}))
  const find = (token: string) => findSharedProject(data, token)
  const fresh = makeShareToken(data, 'one')
  assert.deepEqual([find('1'), find(fresh), find('2')], [null, 'one', 'two'])
  assert.deepEqual([revokeShareToken(data, 'two'), revokeShareToken(data, 'two')], [true, false])
  assert.deepEqual([find('2'), find('3')], [null, 'three'])
  assert.deepEqual([revokeShareToken(data, 'one'), revokeShareToken(data, 'one')], [true, false])
  assert.deepEqual([find('1'), find(fresh)], [null, null])
})

it('opens nothing for a value that is no token, nor while the links are damaged', t => {
  const data = temporaryDirectory(t)
  const token = makeShareToken(data, 'one')
  for (const wrong of [undefined, null, 5, '', [token], hexOf(token)])
    assert.equal(findSharedProject(data, wrong), null)
  writeFileSync(join(data, 'share-links.json'), '{')
  assert.equal(findSharedProject(data, token), null)
  assert.throws(() => makeShareToken(data, 'one'), {code: 'USAGE_STORE_UNREADABLE'})
  assert.throws(() => revokeShareToken(data, 'one'), {code: 'USAGE_STORE_UNREADABLE'})
})
