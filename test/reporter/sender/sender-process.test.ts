import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {describe, it, type TestContext} from 'node:test'
import {openNotice} from '../../../src/reporter/consent/notice.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {takeLock} from '../../../src/reporter/sender/sender-lock.ts'
import {answeringServer} from '../../support/answering-server.ts'
import {compileCache} from '../../support/compile-cache.ts'
import {putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {repositoryPath} from '../../support/repository.ts'
import {readTree} from '../../support/tree.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

interface Scene {
  readonly world: TestWorld
  readonly destination: Destination
  readonly ids: readonly string[]
}

function makeScene(t: TestContext, http: string): Scene {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {http}}))
  rememberProject(destination)
  openNotice(destination)
  return {world, destination, ids: putStarts(world, destination, 2)}
}

/** Runs the process with these arguments and gives what it wrote and how it ended. */
async function runProcess(world: TestWorld, args: readonly string[]) {
  const child = spawn(process.execPath, [repositoryPath('src', 'reporter', 'sender', 'sender-process.ts'), ...args], {
    env: {
      ...compileCache,
      PATH: process.env['PATH'],
      HOME: world.directory,
      USAGE_STATE_DIR: world.stateDirectory,
      USAGE_CONFIG_DIR: world.configDirectory,
    },
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', chunk => (stdout += chunk))
  child.stderr.on('data', chunk => (stderr += chunk))
  await once(child, 'close')
  return {stdout, stderr}
}

describe('the process of a sender', () => {
  it('delivers for the destination whose right to send it was given, and says so', async t => {
    const server = await answeringServer(t)
    const {world, destination, ids} = makeScene(t, server.url)
    const token = takeLock(world, destination.paths.lock)!
    const {stdout, stderr} = await runProcess(world, [destination.directory, token, '20000'])
    const nothing = {duplicates: 0, refused: 0, dropped: 0, reason: null, nextTryAt: null}
    assert.deepEqual([JSON.parse(stdout), stderr], [{sent: 2, ...nothing}, ''])
    assert.equal(assertNothingLost(world, destination, ids).sent.length, 2)
  })

  it('does nothing without the right to send', async t => {
    const server = await answeringServer(t)
    const {world, destination} = makeScene(t, server.url)
    const token = takeLock(world, destination.paths.lock)!
    const before = readTree(world.directory)
    for (const args of [
      [],
      [destination.directory],
      [destination.directory, 'other'],
      ['/elsewhere', token],
      ['', token],
    ])
      assert.deepEqual(await runProcess(world, args), {stdout: '', stderr: ''}, args.join(' '))
    assert.deepEqual(readTree(world.directory), before)
    assert.equal(server.requests.length, 0)
  })

  it('keeps the last part of its time for giving back what was not confirmed', async t => {
    const server = await answeringServer(t, () => {})
    const {world, destination, ids} = makeScene(t, server.url)
    const token = takeLock(world, destination.paths.lock)!
    const before = performance.now()
    const {stdout} = await runProcess(world, [destination.directory, token, '3000'])
    assert.ok(performance.now() - before < 10_000)
    assert.equal(JSON.parse(stdout).reason, 'timeout')
    assert.equal(assertNothingLost(world, destination, ids).waiting.length, 2)
    assert.notEqual(takeLock(world, destination.paths.lock), null)
  })
})
