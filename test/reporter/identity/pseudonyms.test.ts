import assert from 'node:assert/strict'
import {createHash, createHmac} from 'node:crypto'
import {describe, it} from 'node:test'
import {
  deriveUserKey,
  hostPseudonym,
  type PseudonymScope,
  scriptPseudonym,
  userPseudonym,
} from '../../../src/reporter/identity/pseudonyms.ts'

const secret = 'ab'.repeat(32)
const scope: PseudonymScope = {project: 'demo', period: '2026', generation: 0}

describe('pseudonyms', () => {
  it('are 128 bits of a hash of a key that is made from the secret', () => {
    const key = createHmac('sha256', Buffer.from(secret, 'hex')).update('demo|user|2026|0').digest()
    assert.deepEqual(Buffer.from(deriveUserKey(secret, scope)), key)
    assert.equal(userPseudonym(secret, scope), createHash('sha256').update(key).digest('hex').slice(0, 32))
  })

  it('cannot be joined across projects, periods, generations, people or kinds', () => {
    const scopes = [
      scope,
      {...scope, project: 'other'},
      {...scope, period: '2025'},
      {...scope, period: 'always'},
      {...scope, generation: 1},
    ]
    const all = scopes.flatMap(one => [
      userPseudonym(secret, one),
      scriptPseudonym(secret, '/a.sh', one),
      userPseudonym('cd'.repeat(32), one),
      scriptPseudonym('cd'.repeat(32), '/a.sh', one),
      scriptPseudonym(secret, '/b.sh', one),
    ])
    const hosts = scopes.slice(0, 4).map(one => hostPseudonym('machine', 'host-a', one))
    for (const id of [...all, ...hosts]) assert.match(id ?? '', /^[0-9a-f]{32}$/)
    assert.equal(new Set([...all, ...hosts]).size, all.length + hosts.length)
  })

  it('are the same for the same person, and one host for all its people', () => {
    assert.equal(userPseudonym(secret, scope), userPseudonym(secret, {...scope}))
    assert.equal(
      hostPseudonym('machine', 'host-a', scope),
      hostPseudonym('machine', 'host-a', {...scope, generation: 3}),
    )
  })

  it('tell two hosts with one machine id apart, and two machines with one name', () => {
    const ids = [
      ['m', 'host-a'],
      ['m', 'host-b'],
      ['n', 'host-a'],
    ].map(([id, name]) => hostPseudonym(id!, name!, scope))
    assert.equal(new Set(ids).size, 3)
  })

  it('are null where there is no machine id, no host name or no script', () => {
    assert.equal(hostPseudonym(null, 'host-a', scope), null)
    assert.equal(hostPseudonym('machine', null, scope), null)
    assert.equal(scriptPseudonym(secret, null, scope), null)
  })
})
