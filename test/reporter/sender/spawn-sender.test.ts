import assert from 'node:assert/strict'
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readdirSync, readlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {openNotice} from '../../../src/reporter/consent/notice.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {readNextTry, writeFailure} from '../../../src/reporter/destination/next-try.ts'
import {runSender} from '../../../src/reporter/sender/run-sender.ts'
import {takeLock} from '../../../src/reporter/sender/sender-lock.ts'
import {networkOptions, senderVariable, spawnSender} from '../../../src/reporter/sender/spawn-sender.ts'
import {acceptAll, answerAlways, answeringServer, type Respond} from '../../support/answering-server.ts'
import {compileCache} from '../../support/compile-cache.ts'
import {putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {needs} from '../../support/needs.ts'
import {moduleUrl} from '../../support/run-module.ts'
import {sendersOf, until} from '../../support/senders-of.ts'
import {silentServer} from '../../support/silent-server.ts'
import {readTree} from '../../support/tree.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

interface Scene {
  readonly world: TestWorld
  readonly destination: Destination
}

function makeScene(t: TestContext, http: string): Scene {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {http}}))
  rememberProject(destination)
  openNotice(destination)
  return {world, destination}
}

/** Runs a shell script in which `$NODE -e "$SPAWN"` is a reporting command; resolves when its output is closed. */
async function runScript({world, destination}: Scene, script: string, environment: Record<string, string> = {}) {
  const source = `import {spawnSender} from '${moduleUrl('reporter/sender/spawn-sender.ts')}'
    import {destinationOf} from '${moduleUrl('reporter/destination/destination.ts')}'
    import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'
    const world = realWorld()
    const destination = destinationOf(world.stateDirectory, ${JSON.stringify(destination.project)})
    process.stdout.write(String(spawnSender(world, destination)))`
  const child = spawn('bash', ['-c', script], {
    env: {
      ...compileCache,
      PATH: process.env['PATH'],
      HOME: world.directory,
      USAGE_STATE_DIR: world.stateDirectory,
      USAGE_CONFIG_DIR: world.configDirectory,
      NODE: process.execPath,
      SPAWN: source,
      ...environment,
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', chunk => (output += chunk))
  await once(child, 'close')
  return output
}

const reportingCommand = '"$NODE" --input-type=module -e "$SPAWN"'

/** A server that answers only when it is told to. */
async function holdingServer(t: TestContext) {
  const held: Parameters<Respond>[] = []
  const server = await answeringServer(t, (...exchange) => held.push(exchange))
  return {url: server.url, held, release: () => held.splice(0).forEach(exchange => void acceptAll(...exchange))}
}

describe('a sender in the background', () => {
  it('delivers after its script has ended, holding nothing of the script', needs('bash', 'flock'), async t => {
    const server = await holdingServer(t)
    const scene = makeScene(t, server.url)
    const {world, destination} = scene
    const ids = putStarts(world, destination, 2)
    const lock = join(world.directory, 'script.lock')
    const script = `exec 20>"$LOCK" 21<"$LOCK" 22>&1; flock 20; ${reportingCommand}`
    assert.equal(await runScript(scene, script, {LOCK: lock}), 'true')
    await until(() => server.held.length === 1, 10)
    const [sender, ...others] = sendersOf(destination)
    assert.deepEqual(others, [])
    const open = readdirSync(`/proc/${sender}/fd`).map(
      fd => [Number(fd), readlinkSync(`/proc/${sender}/fd/${fd}`)] as const,
    )
    assert.deepEqual(
      open.filter(([fd]) => fd <= 2).map(([, path]) => path),
      Array(3).fill('/dev/null'),
    )
    assert.deepEqual(
      open.filter(([, path]) => path === lock),
      [],
    )
    assert.equal(await runScript(scene, 'flock -n "$LOCK" echo free', {LOCK: lock}), 'free\n')
    assert.equal(readlinkSync(`/proc/${sender}/cwd`), world.stateDirectory)
    server.release()
    await until(() => sendersOf(destination).length === 0, 10)
    assert.equal(assertNothingLost(world, destination, ids).sent.length, 2)
    assert.equal(existsSync(destination.paths.lock), false)
  })

  it('is one, however many commands would start it', async t => {
    const server = await holdingServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    const both = `${reportingCommand} & ${reportingCommand} & ${reportingCommand} & wait`
    const output = await runScript(scene, both)
    assert.equal(output.match(/true/g)?.length, 1)
    assert.equal(output.match(/false/g)?.length, 2)
    await until(() => server.held.length === 1, 10)
    assert.equal(sendersOf(scene.destination).length, 1)
    server.release()
    await until(() => sendersOf(scene.destination).length === 0, 10)
    assertNothingLost(scene.world, scene.destination, ids)
  })

  it('starts no other one', async t => {
    const scene = makeScene(t, 'http://127.0.0.1:9')
    putStarts(scene.world, scene.destination, 1)
    const before = readTree(scene.world.directory)
    assert.equal(await runScript(scene, reportingCommand, {[senderVariable]: '1'}), 'false')
    assert.deepEqual(readTree(scene.world.directory), before)
  })

  it('is gone after 10 seconds when the collector never answers, and loses nothing', async t => {
    const server = await silentServer(t)
    const scene = makeScene(t, server.url)
    const {world, destination} = scene
    const ids = putStarts(world, destination, 2)
    const before = performance.now()
    assert.equal(await runScript(scene, reportingCommand), 'true')
    await until(() => server.connections() === 1, 10)
    // Its own 10 s, and what two starts of Node.js take on a busy machine.
    await until(() => sendersOf(destination).length === 0, 25 - (performance.now() - before) / 1000)
    assert.equal(assertNothingLost(world, destination, ids).waiting.length, 2)
    assert.equal(readNextTry(destination.paths.nextTry)?.lastError.reason, 'timeout')
    assert.notEqual(takeLock(world, destination.paths.lock), null)
  })
})

describe('a sender is not started', () => {
  const nowhere = 'http://127.0.0.1:9'
  const reasons: readonly (readonly [why: string, arrange: (scene: Scene) => void])[] = [
    ['when nothing waits', () => {}],
    [
      'in a sender',
      ({world, destination}) => {
        putStarts(world, destination, 1)
        world.environment = {[senderVariable]: '1'}
      },
    ],
    [
      'after a no',
      ({world, destination}) => {
        putStarts(world, destination, 1)
        world.environment = {DO_NOT_TRACK: '1'}
      },
    ],
    [
      'before the next try is due',
      ({world, destination}) => {
        putStarts(world, destination, 1)
        const failure = {reason: 'busy', message: '', retryAfterSeconds: 60} as const
        writeFailure(world, destination.paths.nextTry, failure)
      },
    ],
    [
      'while another one lives',
      ({world, destination}) => {
        putStarts(world, destination, 1)
        takeLock(world, destination.paths.lock)
      },
    ],
  ]
  for (const [why, arrange] of reasons)
    it(`${why}, and nothing is written`, t => {
      const scene = makeScene(t, nowhere)
      arrange(scene)
      const before = readTree(scene.world.directory)
      assert.equal(spawnSender(scene.world, scene.destination), false)
      assert.deepEqual(readTree(scene.world.directory), before)
    })

  it('while the notice is pending', t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    rememberProject(destination)
    putStarts(world, destination, 1)
    assert.equal(spawnSender(world, destination), false)
  })
})

describe('a sender that is waited for', () => {
  it('says what it did', async t => {
    const server = await answeringServer(t, answerAlways(200, {accepted: 1, duplicates: 1, rejected: []}))
    const {world, destination} = makeScene(t, server.url)
    const ids = putStarts(world, destination, 2)
    const token = takeLock(world, destination.paths.lock)!
    const delivery = await runSender(world, destination, token, 20_000)
    assert.deepEqual(delivery, {sent: 2, duplicates: 1, refused: 0, dropped: 0, reason: null, nextTryAt: null})
    assert.equal(existsSync(destination.paths.lock), false)
    assertNothingLost(world, destination, ids)
  })

  it('has none of the options that its program was given for Node.js, but those of the network', async t => {
    const server = await answeringServer(t)
    const {world, destination} = makeScene(t, server.url)
    world.environment = {NODE_OPTIONS: '--inspect-wait=127.0.0.1:0 --require ./not-there.cjs --import tsx'}
    putStarts(world, destination, 2)
    const delivery = await runSender(world, destination, takeLock(world, destination.paths.lock)!, 20_000)
    assert.deepEqual([delivery.sent, delivery.reason], [2, null])
    const kept = '--use-system-ca --dns-result-order=ipv4first --openssl-config="/a b/c.cnf" --import=/opt/site.mjs'
    assert.equal(networkOptions(`--inspect  ${kept} -r "./a b.cjs" --import=./own.mjs`), kept)
  })

  it('is lost when it is killed while it sends; its claim stays and its right to send is given back', async t => {
    const server = await holdingServer(t)
    const {world, destination} = makeScene(t, server.url)
    const ids = putStarts(world, destination, 2)
    const running = runSender(world, destination, takeLock(world, destination.paths.lock)!, 20_000)
    await until(() => server.held.length === 1, 10)
    for (const pid of sendersOf(destination)) process.kill(pid, 'SIGKILL')
    assert.equal((await running).reason, 'sender-lost')
    assert.equal(existsSync(destination.paths.lock), false)
    assert.equal(assertNothingLost(world, destination, ids).waiting.length, 2)
    assert.equal(readdirSync(destination.paths.sending).length, 1)
  })
})
