import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {it} from 'node:test'
import {oldIds, readOrMakeOldIdSecret} from '../../../src/collector/compat/old-ids.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {nowMs, sampleProject} from '../samples.ts'

const ids = oldIds('secret')
const monthMs = 31 * 86_400_000

it('makes a pseudonym that depends on the secret, the project and the kind, and does not contain the id', () => {
  const project = sampleProject()
  const made = [
    ids.pseudonym('user', '4813494d13', project, nowMs),
    ids.pseudonym('host', '4813494d13', project, nowMs),
    ids.pseudonym('user', '4813494d13', sampleProject({project: 'other'}), nowMs),
    oldIds('another').pseudonym('user', '4813494d13', project, nowMs),
  ]
  assert.equal(new Set(made).size, 4)
  for (const pseudonym of made) assert.match(pseudonym ?? '', /^(?!.*4813494d13)[0-9a-f]{32}$/)
  assert.equal(ids.pseudonym('user', '4813494D13', project, nowMs), made[0])
})

it('changes the pseudonym as often as the project declares', () => {
  const changes = (rotate: string): boolean => {
    const project = sampleProject({identity: {rotate}})
    const [first, second] = [nowMs - 3 * monthMs, nowMs].map(at => ids.pseudonym('user', 'abc', project, at))
    return first !== second
  }
  assert.deepEqual(['month', 'year', 'never'].map(changes), [true, false, false])
})

it('makes no pseudonym of the hash of an empty name, of no text, or if the project collects none', () => {
  const project = sampleProject()
  for (const id of ['e3b0c44298', 'd41d8cd98f00b204e9800998ecf8427e', '', null, undefined, 7, 'x'.repeat(257)])
    assert.equal(ids.pseudonym('user', id, project, nowMs), null)
  assert.equal(ids.pseudonym('user', 'abc', sampleProject({identity: {user: false}}), nowMs), null)
})

it('stores its secret in the data folder, readable only by the owner, and reuses it at the next start', t => {
  const directory = temporaryDirectory(t)
  const secret = readOrMakeOldIdSecret(directory)
  assert.match(secret, /^[0-9a-f]{64}$/)
  assert.equal(readOrMakeOldIdSecret(directory), secret)
  assert.equal(statSync(join(directory, 'old-ids.secret')).mode & 0o777, 0o600)
  assert.equal(readFileSync(join(directory, 'old-ids.secret'), 'utf8').trim(), secret)
})

it('makes the folder for the secret, and names a place where it cannot be written (USAGE_STORE_UNWRITABLE)', t => {
  const directory = temporaryDirectory(t)
  assert.match(readOrMakeOldIdSecret(join(directory, 'new', 'data')), /^[0-9a-f]{64}$/)
  mkdirSync(join(directory, 'old-ids.secret.new'))
  assert.throws(() => readOrMakeOldIdSecret(directory), {code: 'USAGE_STORE_UNWRITABLE', message: /old-ids\.secret/})
})

it('does not replace a damaged secret by a new one (USAGE_STORE_UNREADABLE)', t => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'old-ids.secret'), 'torn')
  assert.throws(() => readOrMakeOldIdSecret(directory), {code: 'USAGE_STORE_UNREADABLE'})
})
