import assert from 'node:assert/strict'
import {mkdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {setTimeout} from 'node:timers/promises'
import {openNotice} from '../../../src/reporter/consent/notice.ts'
import {writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {readNextTry} from '../../../src/reporter/destination/next-try.ts'
import {logSent} from '../../../src/reporter/destination/sent-log.ts'
import {countWaiting, type DeliverNow, deliverBy, flushDestinations} from '../../../src/reporter/person/flush.ts'
import {runSender} from '../../../src/reporter/sender/run-sender.ts'
import {releaseLock, takeLock} from '../../../src/reporter/sender/sender-lock.ts'
import {httpTransport} from '../../../src/reporter/transports/http.ts'
import {acceptAll, answerAlways, answeringServer, refusal} from '../../support/answering-server.ts'
import {makeFeature, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {silentServer} from '../../support/silent-server.ts'
import {readTree} from '../../support/tree.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

function openDestination(world: TestWorld, http: string, project = 'demo'): Destination {
  const destination = destinationOf(world.stateDirectory, makeProject({project, endpoint: {http}}))
  rememberProject(destination)
  openNotice(destination)
  return destination
}

const here = deliverBy(httpTransport({}))

function flush(world: TestWorld, destinations: readonly Destination[], deliver: DeliverNow = here, waitSeconds = 20) {
  return flushDestinations(world, destinations, {deliver, waitSeconds})
}

const nothing = {sent: 0, duplicates: 0, refused: 0, dropped: 0}

/** The same promises hold whether the network is used in this process or in one of its own. */
const ways: readonly (readonly [where: string, deliver: DeliverNow])[] = [
  ['in this process', here],
  ['in a process of its own', runSender],
]

async function flushAgainst(t: TestContext, deliver: DeliverNow, respond = acceptAll) {
  const server = await answeringServer(t, respond)
  const world = makeWorld(t)
  const destination = openDestination(world, server.url)
  const ids = putStarts(world, destination, 3)
  const outcome = await flush(world, [destination], deliver)
  return {server, world, destination, ids, outcome, where: assertNothingLost(world, destination, ids)}
}

for (const [place, deliver] of ways)
  describe(`a flush ${place}`, () => {
    it('says what was sent', async t => {
      const {outcome, where} = await flushAgainst(t, deliver)
      const {projects, ...sums} = outcome
      assert.deepEqual(sums, {...nothing, sent: 3, kept: 0})
      const one = {...nothing, project: 'demo', sent: 3, kept: 0, reason: null, nextTryAt: null, isUndelivered: false}
      assert.deepEqual(projects, [one])
      assert.equal(where.sent.length, 3)
    })

    it('says what is kept, why, and when it is tried again', async t => {
      const {outcome, destination} = await flushAgainst(t, deliver, answerAlways(503))
      const {nextTryAt, ...one} = outcome.projects[0]!
      assert.deepEqual(one, {...nothing, project: 'demo', kept: 3, reason: 'busy', isUndelivered: true})
      assert.equal(nextTryAt, readNextTry(destination.paths.nextTry)?.nextTryAt)
    })

    it('says what was refused, and does not call that undelivered', async t => {
      const {outcome, where} = await flushAgainst(t, deliver, answerAlways(422, refusal('no')))
      const {refused, kept, isUndelivered} = outcome.projects[0]!
      assert.deepEqual({refused, kept, isUndelivered}, {refused: 3, kept: 0, isUndelivered: false})
      assert.equal(where.refused.length, 3)
    })

    it('ends in time when the collector hangs, and keeps everything', async t => {
      const server = await answeringServer(t, () => {})
      const world = makeWorld(t)
      const destination = openDestination(world, server.url)
      const ids = putStarts(world, destination, 2)
      const before = performance.now()
      const {kept, projects} = await flush(world, [destination], deliver, 1.5)
      assert.ok(performance.now() - before < 10_000)
      assert.deepEqual([kept, projects[0]?.isUndelivered], [2, true])
      assert.equal(assertNothingLost(world, destination, ids).waiting.length, 2)
      assert.notEqual(takeLock(world, destination.paths.lock), null)
    })
  })

describe('a flush', () => {
  it('whose sender is lost counts nothing that another sender sent before', async t => {
    const world = makeWorld(t)
    const destination = openDestination(world, 'http://127.0.0.1:9')
    const {lock, sent} = destination.paths
    putStarts(world, destination, 1)
    const token = takeLock(world, lock)!
    const flushing = flush(world, [destination], async () => ({...nothing, reason: 'sender-lost', nextTryAt: null}))
    await setTimeout(100)
    logSent(world, sent, {
      endpoint: '',
      ids: ['0199bbbb-0000-7000-8000-000000000001'],
      body: '{}',
      status: 200,
      answer: '',
    })
    releaseLock(lock, token)
    assert.deepEqual([(await flushing).sent, (await flushing).projects[0]?.reason], [0, 'sender-lost'])
  })

  it('goes through several destinations and adds them up', async t => {
    const [server, busy] = [await answeringServer(t), await answeringServer(t, answerAlways(503))]
    const world = makeWorld(t)
    const one = openDestination(world, server.url, 'one')
    const two = openDestination(world, busy.url, 'two')
    const three = openDestination(world, server.url, 'three')
    const ids = [one, two, three].map((destination, index) => putStarts(world, destination, index + 1))
    const {sent, kept, projects} = await flush(world, [one, two, three])
    assert.deepEqual({sent, kept}, {sent: 4, kept: 2})
    assert.deepEqual(
      projects.map(({project, sent, kept}) => [project, sent, kept]),
      [
        ['one', 1, 0],
        ['two', 0, 2],
        ['three', 3, 0],
      ],
    )
    for (const [index, destination] of [one, two, three].entries()) assertNothingLost(world, destination, ids[index]!)
  })

  it('shares its time: collectors that hang keep nobody waiting, and the deadline holds over all of them', async t => {
    const [silent, server] = [await silentServer(t), await answeringServer(t)]
    const world = makeWorld(t)
    const hanging = Array.from({length: 9}, (_, index) => openDestination(world, silent.url, `hanging-${index}`))
    const well = openDestination(world, server.url, 'well')
    putStarts(world, well, 1)
    await flush(world, [well]) // Loads what delivers, which takes seconds on a busy machine.
    const ids = [...hanging, well].map(destination => putStarts(world, destination, 1))
    const before = performance.now()
    const {sent, kept, projects} = await flush(world, [...hanging, well], here, 3)
    // One collector alone may take all of the time: nine, one after the other, would take nine times as long.
    assert.ok(performance.now() - before < 20_000)
    assert.deepEqual({sent, kept}, {sent: 1, kept: 9})
    assert.deepEqual(new Set(projects.slice(0, -1).map(one => one.isUndelivered)), new Set([true]))
    for (const [index, destination] of [...hanging, well].entries()) assertNothingLost(world, destination, ids[index]!)
  })

  it('starts no sender when its time is up', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = openDestination(world, server.url)
    putStarts(world, destination, 1)
    const {reason, kept} = (await flush(world, [destination], runSender, 0)).projects[0]!
    assert.deepEqual([reason, kept, server.requests.length], ['no-time', 1, 0])
  })

  it('does not wait for a next try that is due later', async t => {
    const {world, destination, ids, server} = await flushAgainst(t, here, answerAlways(429, '', {'retry-after': '600'}))
    server.respond = acceptAll
    assert.equal((await flush(world, [destination])).sent, 3)
    assertNothingLost(world, destination, ids)
  })

  it('touches nothing when nothing waits', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = openDestination(world, server.url)
    const before = readTree(world.directory)
    const {projects} = await flush(world, [destination])
    assert.equal(projects[0]?.reason, null)
    assert.deepEqual(readTree(world.directory), before)
    assert.equal(server.requests.length, 0)
  })

  it('touches nothing after a no when nothing waits, and says which rule it was', async t => {
    const world = makeWorld(t)
    world.environment = {DO_NOT_TRACK: '1'}
    const destination = destinationOf(world.stateDirectory, makeProject())
    const {projects} = await flush(world, [destination])
    assert.deepEqual([projects[0]?.reason, projects[0]?.isUndelivered], ['do-not-track', false])
    assert.deepEqual(readTree(world.directory), {})
  })

  it('sends nothing after a no that a failing disk keeps from emptying the buffer, and empties it the next time', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = openDestination(world, server.url)
    putStarts(world, destination, 2)
    world.environment = {DO_NOT_TRACK: '1'}
    writeFileSync(destination.paths.drops, 'in the way')
    assert.equal((await flush(world, [destination])).projects[0]?.reason, 'do-not-track')
    rmSync(destination.paths.drops)
    assert.equal((await flush(world, [destination])).dropped, 2)
    assert.equal(server.requests.length, 0)
  })

  it('empties the buffer after a no and counts what it dropped', async t => {
    const world = makeWorld(t)
    const destination = openDestination(world, 'http://127.0.0.1:9')
    const ids = putStarts(world, destination, 2)
    world.environment = {USAGE_TRACKING: 'off'}
    const {dropped, projects} = await flush(world, [destination])
    assert.deepEqual([dropped, projects[0]?.reason], [2, 'usage-tracking'])
    assertNothingLost(world, destination, ids)
  })

  it('keeps what waits for the notice, which is nobody’s failure', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    rememberProject(destination)
    const ids = putStarts(world, destination, 2)
    const {reason, kept, isUndelivered} = (await flush(world, [destination])).projects[0]!
    assert.deepEqual({reason, kept, isUndelivered}, {reason: 'notice-pending', kept: 2, isUndelivered: false})
    assertNothingLost(world, destination, ids)
  })

  it('waits for another sender until its time is up', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = openDestination(world, server.url)
    const ids = putStarts(world, destination, 2)
    takeLock(world, destination.paths.lock)
    const {reason, kept, isUndelivered} = (await flush(world, [destination], here, 0.3)).projects[0]!
    assert.deepEqual({reason, kept, isUndelivered}, {reason: 'busy-here', kept: 2, isUndelivered: true})
    assert.equal(server.requests.length, 0)
    assertNothingLost(world, destination, ids)
  })

  it('sends what a sender that was killed had claimed, once that claim is stale', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = openDestination(world, server.url)
    const ids = putStarts(world, destination, 2)
    const killed: DeliverNow = (...given) =>
      new Promise((_, reject) => {
        deliverBy(() => {
          reject(new Error('killed'))
          return new Promise(() => {})
        })(...given).catch(() => {})
      })
    assert.equal((await flush(world, [destination], killed)).projects[0]?.reason, 'sender-failed')
    const [again] = (await flush(world, [destination], here, 1)).projects
    assert.deepEqual([again?.reason, again?.isUndelivered], ['busy-here', true])
    assert.equal(countWaiting(world, destination), 2)
    world.pass(61)
    assert.equal((await flush(world, [destination])).sent, 2)
    assertNothingLost(world, destination, ids)
  })

  it('says that the sender failed when it cannot make reports, keeps everything, and shows why', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = openDestination(world, server.url)
    const ids = putStarts(world, destination, 2)
    mkdirSync(join(world.stateDirectory, 'secret'))
    const {reason, kept, isUndelivered} = (await flush(world, [destination], runSender)).projects[0]!
    assert.deepEqual({reason, kept, isUndelivered}, {reason: 'sender-failed', kept: 2, isUndelivered: true})
    assert.match(readNextTry(destination.paths.nextTry)?.lastError.message ?? '', /secret must be a plain file/)
    assert.equal(server.requests.length, 0)
    assertNothingLost(world, destination, ids)
  })
})

describe('counting what waits', () => {
  it('counts events, claimed ones too, and no damage', t => {
    const world = makeWorld(t)
    const destination = openDestination(world, 'http://127.0.0.1:9')
    writeEvents(destination.paths, [makeFeature(world), makeFeature(world)])
    const claim = join(destination.paths.sending, 'claim')
    mkdirSync(claim, {recursive: true})
    writeFileSync(join(claim, 'a.json'), `${JSON.stringify(makeFeature(world))}\n`)
    writeFileSync(join(destination.paths.waiting, 'b.json'), '{}\n')
    assert.equal(countWaiting(world, destination), 3)
  })
})
