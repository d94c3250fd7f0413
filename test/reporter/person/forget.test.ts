import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {describe, it, type TestContext} from 'node:test'
import {openNotice} from '../../../src/reporter/consent/notice.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {readNextTry} from '../../../src/reporter/destination/next-try.ts'
import {keepForgetRequest, readForgetRequest, readGeneration} from '../../../src/reporter/forget/forget-request.ts'
import {isForgetPending} from '../../../src/reporter/forget/is-forget-pending.ts'
import {markPeriod, readMarks} from '../../../src/reporter/forget/period-marks.ts'
import {userPseudonym} from '../../../src/reporter/identity/pseudonyms.ts'
import {readSecret, secretPath} from '../../../src/reporter/identity/secret.ts'
import {type DeliverNow, deliverBy, flushDestinations} from '../../../src/reporter/person/flush.ts'
import {forgetDestinations} from '../../../src/reporter/person/forget.ts'
import {readLog} from '../../../src/reporter/person/log.ts'
import {readStatus} from '../../../src/reporter/person/status.ts'
import {createReporter} from '../../../src/reporter/reporter.ts'
import {runSender} from '../../../src/reporter/sender/run-sender.ts'
import {takeLock} from '../../../src/reporter/sender/sender-lock.ts'
import {spawnSender} from '../../../src/reporter/sender/spawn-sender.ts'
import {httpEraser, httpTransport} from '../../../src/reporter/transports/http.ts'
import {userOptOutPath} from '../../../src/reporter/world/directories.ts'
import {writeFileAtomically} from '../../../src/reporter/world/files.ts'
import {type AnsweringServer, answer, answerAlways, type Respond, reportOf} from '../../support/answering-server.ts'
import {erasingServer, erasuresOf, isErasure, receiptOf} from '../../support/erasing-server.ts'
import {eventually} from '../../support/eventually.ts'
import {putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld, type TestWorld} from '../../support/make-world.ts'
import {sendersOf} from '../../support/senders-of.ts'
import {readTree} from '../../support/tree.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

const here = deliverBy(httpTransport({}), httpEraser({}))

/** The same promises hold whether the network is used in this process or in one of its own. */
const ways: readonly (readonly [where: string, deliver: DeliverNow])[] = [
  ['in this process', here],
  ['in a process of its own', runSender],
]

interface Scene {
  readonly world: TestWorld
  readonly destination: Destination
  readonly server: AnsweringServer
  flush(deliver?: DeliverNow): ReturnType<typeof flushDestinations>
  forget(
    deliver?: DeliverNow,
    waitSeconds?: number,
  ): Promise<Awaited<ReturnType<typeof forgetDestinations>>['projects'][0]>
}

async function makeScene(t: TestContext, erase?: Respond): Promise<Scene> {
  const server = await erasingServer(t, erase)
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {http: server.url}, writeKey: 'key'}))
  rememberProject(destination)
  openNotice(destination)
  return {
    world,
    destination,
    server,
    flush: (deliver = here) => flushDestinations(world, [destination], {deliver, waitSeconds: 20}),
    async forget(deliver = here, waitSeconds = 20) {
      return (await forgetDestinations(world, [destination], {deliver, waitSeconds})).projects[0]!
    },
  }
}

/** The same after two events were sent, and two more wait. */
async function usedScene(t: TestContext, erase?: Respond) {
  const scene = await makeScene(t, erase)
  const sent = putStarts(scene.world, scene.destination, 2)
  assert.equal((await scene.flush()).sent, 2)
  return {...scene, ids: [...sent, ...putStarts(scene.world, scene.destination, 2)]}
}

/** Marks a period of this person's, as a sender does. */
function markOwn(world: TestWorld, {paths, project}: Destination, generation: number, period: string): void {
  const secret = readSecret(world.stateDirectory, world.random)
  markPeriod(paths, {generation, period, user: userPseudonym(secret, {project: project.project, period, generation})})
}

/** The users of the reports that a server has had, in their order. */
const usersOf = ({requests}: AnsweringServer) =>
  requests.filter(request => !isErasure(request)).map(request => reportOf(request).header.user)

const pseudonymOf = (key: string) => createHash('sha256').update(Buffer.from(key, 'hex')).digest('hex').slice(0, 32)

for (const [place, deliver] of ways)
  describe(`forgetting ${place}`, () => {
    it('presents the keys of what was sent, keeps the receipt, and makes new ids', async t => {
      const {world, destination, server, forget, flush, ids} = await usedScene(t)
      const {outcome, dropped, receipt, requestedAt} = await forget(deliver)
      const [request] = erasuresOf(server)
      assert.deepEqual([outcome, dropped, receipt?.receipt], ['erased', 2, request?.id])
      assert.deepEqual(request?.keys.map(pseudonymOf), usersOf(server))
      assert.equal(server.requests.find(isErasure)?.headers.authorization, 'Bearer key')
      assert.equal(countDrops(destination.paths.drops).forgotten, 2)
      assertNothingLost(world, destination, ids)
      assert.deepEqual(
        [isForgetPending(destination.paths), readMarks(destination.paths, {from: 0, to: 0})],
        [false, []],
      )
      const erasedAt = receipt?.erasedAt
      const told = {requestedAt, receipt: receipt?.receipt, erasedAt, isPending: false}
      assert.deepEqual(readStatus(world, destination, {allEvents: false}).forget, told)
      assert.deepEqual(
        readLog(destination, {since: null, isOnlyErrors: false}).map(({kind, events}) => [kind, events]),
        [
          ['sent', 2],
          ['erased', 5],
        ],
      )
      putStarts(world, destination, 1)
      assert.equal((await flush(deliver)).sent, 1)
      const [before, after] = usersOf(server)
      assert.notEqual(before, after)
      assert.deepEqual(readMarks(destination.paths, {from: 1, to: 1}).length, 1)
    })

    it('sends no report before the receipt has come, and presents the same request again', async t => {
      let isDown = true
      const scene = await usedScene(t, (request, response) =>
        isDown ? answer(response, 503, '') : answer(response, 200, receiptOf(request)),
      )
      const {world, destination, server, forget, flush} = scene
      const {outcome, reason, nextTryAt} = await forget(deliver)
      assert.deepEqual([outcome, reason], ['pending', 'busy'])
      assert.equal(nextTryAt, readNextTry(destination.paths.nextTry)?.nextTryAt)
      putStarts(world, destination, 1)
      const [kept] = (await flush(deliver)).projects
      assert.deepEqual([kept?.reason, kept?.kept, kept?.isUndelivered], ['forget-pending', 1, true])
      assert.equal(usersOf(server).length, 1)
      isDown = false
      assert.equal((await flush(deliver)).sent, 1)
      assert.equal(new Set(erasuresOf(server).map(({id}) => id)).size, 1)
      assert.deepEqual([erasuresOf(server).length, new Set(usersOf(server)).size], [3, 2])
      assert.equal(readNextTry(destination.paths.nextTry), null)
    })

    it('says that the collector refused a pending request when a no holds the reports back', async t => {
      const {world, server, forget, flush} = await usedScene(t, answerAlways(404, 'no'))
      await forget(deliver)
      world.environment = {DO_NOT_TRACK: '1'}
      const [flushed] = (await flush(deliver)).projects
      assert.deepEqual([flushed?.reason, flushed?.isUndelivered], ['forget-pending', true])
      assert.equal(erasuresOf(server).length, 2)
    })

    it('works after an opt-out, for which it sends no event', async t => {
      const {world, server, forget} = await usedScene(t)
      writeFileAtomically(userOptOutPath(world.configDirectory), '')
      assert.equal((await forget(deliver)).outcome, 'erased')
      assert.deepEqual([usersOf(server).length, erasuresOf(server).length], [1, 1])
    })

    it('ends in time when the collector hangs, and keeps the request', async t => {
      const {destination, forget} = await usedScene(t, () => {})
      const before = performance.now()
      const {outcome, reason} = await forget(deliver, 1.5)
      assert.ok(performance.now() - before < 10_000)
      assert.deepEqual([outcome, isForgetPending(destination.paths)], ['pending', true])
      // A sender that a busy machine starts late has no time to say what it met.
      assert.match(String(reason), /^(?:timeout|no-time)$/)
    })
  })

describe('a wish to be forgotten', () => {
  it('asks nobody and writes nothing where the project was never used', async t => {
    const server = await erasingServer(t)
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {http: server.url}}))
    const {projects} = await forgetDestinations(world, [destination], {deliver: here, waitSeconds: 20})
    assert.equal(projects[0]?.outcome, 'nothing-sent')
    assert.deepEqual(readTree(world.directory), {})
    assert.equal(server.requests.length, 0)
  })

  it('asks nobody where nothing has left yet, and drops what waits', async t => {
    const {world, destination, server, forget} = await makeScene(t)
    const ids = putStarts(world, destination, 3)
    const {outcome, dropped} = await forget()
    assert.deepEqual([outcome, dropped, server.requests.length], ['nothing-sent', 3, 0])
    assert.deepEqual([isForgetPending(destination.paths), readGeneration(world, destination.project)], [false, 1])
    assertNothingLost(world, destination, ids)
  })

  it('says that it was done before, with the receipt, when nothing was sent since', async t => {
    const {server, forget} = await usedScene(t)
    const {receipt} = await forget()
    const again = await forget()
    assert.deepEqual([again.outcome, again.receipt, again.leftNameless], ['already-erased', receipt, false])
    assert.equal(erasuresOf(server).length, 1)
  })

  for (const [what, changes, environment] of [
    ['of a project that counts no users', {identity: {user: false, script: true}}, {}],
    ['of CI', {}, {CI: 'true', GITHUB_ACTIONS: 'true'}],
  ] as const)
    it(`says that no key finds the reports ${what}`, async t => {
      const server = await erasingServer(t)
      const world = makeWorld(t)
      world.environment = environment
      const project = makeProject({endpoint: {http: server.url}, ...changes})
      const destination = destinationOf(world.stateDirectory, project)
      rememberProject(destination)
      openNotice(destination)
      createReporter({project, world}).start({script: '/home/ada/a.sh'})
      await flushDestinations(world, [destination], {deliver: here, waitSeconds: 20})
      assert.deepEqual(usersOf(server), [null])
      const {projects} = await forgetDestinations(world, [destination], {deliver: here, waitSeconds: 20})
      assert.deepEqual([projects[0]?.outcome, projects[0]?.leftNameless], ['no-user', true])
      assert.equal(erasuresOf(server).length, 0)
    })

  for (const what of ['missing', 'damaged', 'made anew'])
    it(`cannot prove whose the reports are when the secret is ${what}, presents nothing, and goes on when it is back`, async t => {
      const {world, destination, server, forget, flush} = await usedScene(t)
      const path = secretPath(world.stateDirectory)
      const secret = readFileSync(path, 'utf8')
      rmSync(path)
      if (what === 'damaged') writeFileSync(path, '\0\0')
      if (what === 'made anew') readSecret(world.stateDirectory, world.random)
      rmSync(destination.paths.sent, {recursive: true})
      const {outcome, reason, contact} = await forget()
      assert.deepEqual([outcome, reason, contact], ['cannot-prove', 'cannot-prove', 'demo@example.org'])
      putStarts(world, destination, 1)
      assert.equal((await flush()).projects[0]?.reason, 'forget-pending')
      assert.deepEqual([usersOf(server).length, erasuresOf(server).length], [1, 0])
      assert.equal(readMarks(destination.paths, {from: 0, to: 0}).length, 1)
      writeFileSync(path, secret)
      assert.equal((await forget()).outcome, 'erased')
      assert.deepEqual(erasuresOf(server)[0]?.keys.map(pseudonymOf), usersOf(server))
    })

  it('stays pending where the key would leave by http to another machine', async t => {
    const world = makeWorld(t)
    const far = destinationOf(world.stateDirectory, makeProject({endpoint: {http: 'http://192.0.2.1:9'}}))
    rememberProject(far)
    markOwn(world, far, 0, '2026')
    const {projects} = await forgetDestinations(world, [far], {deliver: here, waitSeconds: 20})
    assert.deepEqual([projects[0]?.outcome, projects[0]?.reason], ['pending', 'not-encrypted'])
    assert.ok(isForgetPending(far.paths))
  })

  it('says that nobody confirms datagrams, and makes new ids all the same', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {udp: '127.0.0.1:9'}}))
    rememberProject(destination)
    markOwn(world, destination, 0, '2026')
    const {projects} = await forgetDestinations(world, [destination], {deliver: here, waitSeconds: 20})
    assert.deepEqual([projects[0]?.outcome, projects[0]?.endpoint], ['unconfirmed', '127.0.0.1:9'])
    assert.equal(readGeneration(world, destination.project), 1)
  })

  it('presents the periods of wrong clocks too, and of the present generation alone', async t => {
    const {world, destination, server, forget} = await makeScene(t)
    markOwn(world, destination, 7, '2001')
    for (const period of ['1999', '2019']) markOwn(world, destination, 0, period)
    await forget()
    assert.equal(erasuresOf(server)[0]?.keys.length, 2)
  })

  for (const status of [400, 404, 405, 410, 413, 422])
    it(`is kept when the collector answers ${status}: it cannot erase`, async t => {
      const {destination, forget, server} = await usedScene(t, answerAlways(status, 'no'))
      const {outcome, reason, message, contact} = await forget()
      assert.deepEqual([outcome, reason, contact], ['pending', 'cannot-erase', 'demo@example.org'])
      assert.equal(message, `the collector answered ${status}`)
      await forget()
      assert.equal(new Set(erasuresOf(server).map(({id}) => id)).size, 1)
      assert.equal(readForgetRequest(destination.paths)?.id, erasuresOf(server)[0]?.id)
    })

  const noReceipts: readonly (readonly [what: string, erase: Respond])[] = [
    [
      'the receipt of another request',
      (request, response) =>
        answer(response, 200, receiptOf(request, {receipt: '01a21087-6d04-7402-baa2-1c29f0d5c6dc'})),
    ],
    ['something else', answerAlways(200, '<html>welcome</html>')],
    ['a redirect', answerAlways(302, '', {location: 'http://127.0.0.1:9/'})],
    ['nothing in it', answerAlways(204)],
  ]
  for (const [what, erase] of noReceipts)
    it(`is not taken for fulfilled by an answer with ${what}`, async t => {
      const {destination, forget} = await usedScene(t, erase)
      assert.deepEqual([(await forget()).reason, isForgetPending(destination.paths)], ['server-error', true])
    })

  it('waits for another sender until its time is up, and is kept', async t => {
    const {world, destination, server, forget} = await usedScene(t)
    takeLock(world, destination.paths.lock)
    const {outcome, reason} = await forget(here, 0.5)
    assert.deepEqual([outcome, reason, erasuresOf(server).length], ['pending', 'busy-here', 0])
  })

  it('says that there was no time when there was none to start a sender', async t => {
    const {server, forget} = await usedScene(t)
    const {outcome, reason} = await forget(runSender, 0.001)
    assert.deepEqual([outcome, reason, erasuresOf(server).length], ['pending', 'no-time', 0])
  })

  it('stops a sender that has reports made and not posted yet', async t => {
    const {world, destination, server, flush} = await makeScene(t)
    const ids = putStarts(world, destination, 700)
    server.respond = (request, response) => {
      keepForgetRequest(world, destination)
      answer(response, 200, {accepted: reportOf(request).events.length, duplicates: 0, rejected: []})
    }
    const [flushed] = (await flush()).projects
    assert.deepEqual([flushed?.sent, flushed?.kept, flushed?.reason], [500, 200, 'forget-pending'])
    assertNothingLost(world, destination, ids)
  })

  it('lets nothing leave under an old id when it was fulfilled by another sender meanwhile', async t => {
    const {world, destination, server, flush} = await makeScene(t)
    putStarts(world, destination, 700)
    server.respond = (request, response) => {
      makeFolder(destination.paths.forgotten)
      writeFileSync(`${destination.paths.forgotten}/0.json`, '{}')
      answer(response, 200, {accepted: reportOf(request).events.length, duplicates: 0, rejected: []})
    }
    assert.equal((await flush()).projects[0]?.reason, 'busy-here')
    assert.equal(usersOf(server).length, 1)
  })

  it('asks each collector that a project had for all that went there, and no old id comes back at any', async t => {
    const {world, destination, server, flush} = await usedScene(t)
    const other = await erasingServer(t)
    const moved = destinationOf(world.stateDirectory, makeProject({endpoint: {http: other.url}}))
    rememberProject(moved)
    openNotice(moved)
    const send = async () => {
      putStarts(world, moved, 1)
      await flushDestinations(world, [moved], {deliver: here, waitSeconds: 20})
    }
    await send()
    assert.deepEqual(usersOf(other), usersOf(server))
    const both = [destination, moved]
    const {projects} = await forgetDestinations(world, both, {deliver: here, waitSeconds: 20})
    assert.deepEqual(
      projects.map(({outcome}) => outcome),
      ['erased', 'erased'],
    )
    for (const one of [server, other]) assert.deepEqual(erasuresOf(one)[0]?.keys.map(pseudonymOf), [usersOf(one)[0]])
    await send()
    putStarts(world, destination, 1)
    await flush()
    assert.equal(new Set([...usersOf(server), ...usersOf(other)]).size, 2)
    await forgetDestinations(world, both, {deliver: here, waitSeconds: 20})
    for (const one of [server, other]) assert.deepEqual(erasuresOf(one)[1]?.keys.map(pseudonymOf), [usersOf(one)[1]])
  })

  it('is presented by a sender in the background although nothing waits, but not after a no', async t => {
    const {world, destination, server} = await makeScene(t)
    assert.equal(spawnSender(world, destination), false)
    markOwn(world, destination, 0, '2026')
    keepForgetRequest(world, destination)
    world.environment = {DO_NOT_TRACK: '1'}
    assert.equal(spawnSender(world, destination), false)
    world.environment = {}
    assert.equal(spawnSender(world, destination), true)
    await eventually(() => assert.equal(isForgetPending(destination.paths), false))
    await eventually(() => assert.deepEqual(sendersOf(destination), []))
    assert.equal(erasuresOf(server).length, 1)
  })

  it("is presented although the site's policy says no, and sends no event", async t => {
    const {world, server, forget} = await usedScene(t)
    writeFileSync(`${makeFolder(world.siteDirectory)}/off`, 'not here')
    assert.equal((await forget()).outcome, 'erased')
    assert.deepEqual([usersOf(server).length, erasuresOf(server).length], [1, 1])
  })

  it('tells of a state folder that is not to write instead of failing', async t => {
    const {destination, forget} = await usedScene(t)
    makeFolder(destination.paths.forget)
    writeFileSync(`${destination.paths.forget}/in-the-way`, '')
    const {outcome, reason, message} = await forget()
    assert.deepEqual([outcome, reason], ['failed', 'not-written'])
    assert.match(message ?? '', /forget\.json/)
  })
})
