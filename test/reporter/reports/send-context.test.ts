import assert from 'node:assert/strict'
import {utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {writeAnswer} from '../../../src/reporter/consent/settings.ts'
import {readSecret, secretPath} from '../../../src/reporter/identity/secret.ts'
import {readSendContext} from '../../../src/reporter/reports/send-context.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'

describe('the context of a sender', () => {
  it('has the secret, this machine, and nothing to hold back without an earlier no', async t => {
    const world = makeWorld(t)
    const {secret, generation, machine, notBefore} = await readSendContext(world, makeProject())
    assert.equal(secret, readSecret(world.stateDirectory, world.random))
    assert.deepEqual([generation, notBefore], [0, null])
    assert.deepEqual([machine.host, machine.bootId, machine.os.arch], ['host-a', 'boot-a', process.arch])
  })

  it('has the time of the secret, which no later sender changes', async t => {
    const world = makeWorld(t)
    const before = Date.now() - 1_000
    const {secretMadeAt} = await readSendContext(world, makeProject())
    assert.ok(secretMadeAt !== null && secretMadeAt >= before && secretMadeAt <= Date.now() + 1_000)
    assert.equal((await readSendContext(world, makeProject())).secretMadeAt, secretMadeAt)
    utimesSync(secretPath(world.stateDirectory), 1_000, 1_000)
    assert.equal((await readSendContext(world, makeProject())).secretMadeAt, 1_000_000)
  })

  it('has the time before which nothing leaves, of this project', async t => {
    const world = makeWorld(t)
    const time = '2026-03-01T10:00:00.000Z'
    await writeAnswer(world.configDirectory, 'demo', {yesAt: time, notBefore: time})
    assert.equal((await readSendContext(world, makeProject())).notBefore, time)
    assert.equal((await readSendContext(world, makeProject({project: 'other'}))).notBefore, null)
  })

  it('has a new secret in the place of a damaged one', async t => {
    const world = makeWorld(t)
    writeFileSync(join(makeFolder(world.stateDirectory), 'secret'), 'damaged')
    assert.match((await readSendContext(world, makeProject())).secret, /^[0-9a-f]{64}$/)
  })
})
