import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {readSecret} from '../../../src/reporter/identity/secret.ts'
import {makeWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'

describe('the secret', () => {
  it('is 256 random bits in a file for its person alone, made once', t => {
    const {stateDirectory, random} = makeWorld(t)
    const made = readSecret(stateDirectory, random)
    assert.match(made, /^[0-9a-f]{64}$/)
    assert.equal(
      readSecret(stateDirectory, () => assert.fail('asked for another one')),
      made,
    )
    assert.equal(statSync(join(stateDirectory, 'secret')).mode & 0o777, 0o600)
    assert.equal(statSync(stateDirectory).mode & 0o777, 0o700)
    assert.deepEqual(readdirSync(stateDirectory), ['secret'])
  })

  it('is the same for eight processes that make it at the same time', async t => {
    const {stateDirectory} = makeWorld(t)
    const outputs = await runTogether(
      8,
      `import {readSecret} from '${moduleUrl('reporter/identity/secret.ts')}'
       import {randomBytes} from 'node:crypto'`,
      `process.stdout.write(readSecret(${JSON.stringify(stateDirectory)}, randomBytes))`,
    )
    assert.deepEqual(new Set(outputs), new Set([readFileSync(join(stateDirectory, 'secret'), 'utf8').trim()]))
    assert.deepEqual(readdirSync(stateDirectory), ['secret'])
  })

  for (const content of ['', '\n', 'ab', 'ab'.repeat(31), `${'ab'.repeat(32)}c`, 'xy'.repeat(32), '\0'.repeat(64)])
    it(`is set aside when it is damaged, and made anew: ${JSON.stringify(content.slice(0, 8))} of ${content.length}`, t => {
      const {stateDirectory, random} = makeWorld(t)
      mkdirSync(stateDirectory)
      writeFileSync(join(stateDirectory, 'secret'), content)
      const made = readSecret(stateDirectory, random)
      assert.match(made, /^[0-9a-f]{64}$/)
      assert.equal(readSecret(stateDirectory, random), made)
      assert.equal(readFileSync(join(stateDirectory, 'secret.damaged'), 'utf8'), content)
    })

  it('is not made where the folder cannot be', t => {
    const {stateDirectory, random} = makeWorld(t)
    writeFileSync(stateDirectory, '')
    assert.throws(() => readSecret(stateDirectory, random))
  })
})
