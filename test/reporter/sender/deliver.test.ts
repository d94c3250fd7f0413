import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {encodeBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {markNoticeShown, openNotice} from '../../../src/reporter/consent/notice.ts'
import {writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {readNextTry} from '../../../src/reporter/destination/next-try.ts'
import type {Refusal} from '../../../src/reporter/destination/refused.ts'
import {readSent} from '../../../src/reporter/destination/sent-log.ts'
import {readSendContext} from '../../../src/reporter/reports/send-context.ts'
import {type Delivery, deliver} from '../../../src/reporter/sender/deliver.ts'
import {takeLock} from '../../../src/reporter/sender/sender-lock.ts'
import {httpTransport} from '../../../src/reporter/transports/http.ts'
import type {Transport} from '../../../src/reporter/transports/transport.ts'
import {userOptOutPath} from '../../../src/reporter/world/directories.ts'
import {readJson, writeFileAtomically} from '../../../src/reporter/world/files.ts'
import {acceptAll, answer, answerAlways, answeringServer, refusal, reportOf} from '../../support/answering-server.ts'
import {makeEnd, makeFeature, makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

interface Scene {
  readonly world: TestWorld
  readonly destination: Destination
  /** Delivers once, as a sender that has just won the right to. */
  deliver(options?: {transport?: Transport; signal?: AbortSignal}): Promise<Delivery>
}

/** A destination whose notice was given, used before, with nothing waiting. */
function makeScene(t: TestContext, url: string, changes: Partial<ProjectFile> = {}): Scene {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {http: url}, ...changes}))
  rememberProject(destination)
  markNoticeShown(world, destination)
  openNotice(destination)
  return {
    world,
    destination,
    deliver({transport = httpTransport({}), signal = AbortSignal.timeout(20_000)} = {}) {
      const token = takeLock(world, destination.paths.lock)
      assert.ok(token !== null)
      const readContext = () => readSendContext(world, destination.project)
      const client = {name: 'usage', version: '0.1.0'}
      return deliver({world, destination, transport, client, readContext, signal}, token)
    },
  }
}

/** What must hold after every delivery: the right to send is given back, no claim is left, nothing is lost. */
function assertTidy({world, destination}: Scene, ids: readonly string[]) {
  assert.equal(existsSync(destination.paths.lock), false)
  assert.deepEqual(existsSync(destination.paths.sending) ? readdirSync(destination.paths.sending) : [], [])
  return assertNothingLost(world, destination, ids)
}

const refusalsOf = ({destination: {paths}}: Scene): Refusal[] =>
  readdirSync(paths.refused).map(name => readJson(join(paths.refused, name)) as Refusal)

describe('delivering', () => {
  it('sends what waits, logs exactly what was sent and empties the buffer', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url, {writeKey: 'public-key'})
    const ids = putStarts(scene.world, scene.destination, 3)
    const delivery = await scene.deliver()
    assert.deepEqual(delivery, {sent: 3, duplicates: 0, refused: 0, dropped: 0, reason: null, nextTryAt: null})
    assert.deepEqual(assertTidy(scene, ids).sent, ids.toSorted())
    const [request] = server.requests
    const [logged] = readSent(scene.destination.paths.sent)
    assert.equal(logged?.body, request?.body)
    assert.equal(logged?.endpoint, server.url)
    assert.deepEqual([logged?.ids.length, logged?.status], [3, 200])
    assert.equal(request?.headers.authorization, 'Bearer public-key')
    assert.equal(request?.headers['usage-sent-at'], new Date(scene.world.now()).toISOString())
  })

  it('says nothing to the network when nothing waits', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const delivery = await scene.deliver()
    assert.deepEqual(delivery, {sent: 0, duplicates: 0, refused: 0, dropped: 0, reason: null, nextTryAt: null})
    assert.equal(server.requests.length, 0)
    assertTidy(scene, [])
  })

  it('picks up by a second look what arrives while it sends', async t => {
    const late: string[] = []
    const server = await answeringServer(t, (request, response) => {
      if (late.length < 2) late.push(...putStarts(scene.world, scene.destination, 1))
      acceptAll(request, response)
    })
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 1)
    assert.equal((await scene.deliver()).sent, 3)
    assert.equal(server.requests.length, 3)
    assertTidy(scene, [...ids, ...late])
  })

  it('does not look again after a failure', async t => {
    const server = await answeringServer(t, answerAlways(500))
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    await scene.deliver()
    assert.equal(server.requests.length, 1)
    assert.equal(assertTidy(scene, ids).waiting.length, 2)
  })

  it('counts what the collector knows already as sent', async t => {
    const server = await answeringServer(t, answerAlways(200, {accepted: 1, duplicates: 1, rejected: []}))
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    const {sent, duplicates} = await scene.deliver()
    assert.deepEqual({sent, duplicates}, {sent: 2, duplicates: 1})
    assertTidy(scene, ids)
  })

  it('counts an undeclared field and sends its event', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const event = makeEnd(scene.world, {fields: {executors: 1, hostname: 'a', user: 'b'}})
    writeEvents(scene.destination.paths, [event])
    const {sent, dropped} = await scene.deliver()
    assert.deepEqual({sent, dropped}, {sent: 1, dropped: 0})
    assert.equal(countDrops(scene.destination.paths.drops)['undeclared-field'], 2)
    assertTidy(scene, [event.id])
  })

  it('drops and counts what must not be sent, and asks nobody about it', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const events = [
      makeFeature(scene.world, {name: 'Other.v1'}),
      makeStart(scene.world, {time: '2020-01-01T00:00:00.000Z'}),
    ] as const
    writeEvents(scene.destination.paths, events)
    assert.equal((await scene.deliver()).dropped, 2)
    assert.equal(server.requests.length, 0)
    const {'too-old': tooOld, 'undeclared-feature': undeclared} = countDrops(scene.destination.paths.drops)
    assert.deepEqual([tooOld, undeclared], [1, 1])
    assertTidy(
      scene,
      events.map(({id}) => id),
    )
  })

  it('settles events whose ids were written in upper case', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const event = makeStart(scene.world, {id: '01890000-0000-7000-8000-0000000000AB'})
    writeEvents(scene.destination.paths, [event])
    assert.equal((await scene.deliver()).sent, 1)
    assert.deepEqual(assertTidy(scene, [event.id]).waiting, [])
  })

  it('settles part of a file and keeps the rest of it', async t => {
    let requests = 0
    const server = await answeringServer(t, (request, response) =>
      requests++ === 0 ? acceptAll(request, response) : answer(response, 500, ''),
    )
    const scene = makeScene(t, server.url)
    const header = (version: string) => ({...makeStart(scene.world).header!, version})
    const events = ['1', '2', '1'].map(version => makeStart(scene.world, {header: header(version)}))
    writeEvents(scene.destination.paths, [events[0]!, events[1]!, events[2]!])
    assert.equal((await scene.deliver()).sent, 2)
    assert.deepEqual(
      assertTidy(
        scene,
        events.map(({id}) => id),
      ).waiting,
      [events[1]!.id],
    )
  })
})

const keptStatuses: readonly (readonly [status: number, reason: string])[] = [
  [301, 'server-error'],
  [302, 'server-error'],
  [307, 'server-error'],
  [401, 'key-refused'],
  [403, 'key-refused'],
  [404, 'project-unknown'],
  [408, 'timeout'],
  [425, 'busy'],
  [429, 'busy'],
  [500, 'server-error'],
  [502, 'server-error'],
  [503, 'busy'],
  [504, 'server-error'],
]

describe('an answer that confirms nothing', () => {
  for (const [status, reason] of keptStatuses)
    it(`keeps the report on a ${status} and sends it on the next try`, async t => {
      const server = await answeringServer(t, answerAlways(status, 'no', {location: '/elsewhere'}))
      const scene = makeScene(t, server.url)
      const ids = putStarts(scene.world, scene.destination, 2)
      const delivery = await scene.deliver()
      assert.deepEqual([delivery.reason, delivery.sent, delivery.refused, delivery.dropped], [reason, 0, 0, 0])
      assert.equal(delivery.nextTryAt, readNextTry(scene.destination.paths.nextTry)?.nextTryAt)
      assert.equal(server.requests.length, 1)
      assert.equal(assertTidy(scene, ids).waiting.length, 2)
      server.respond = acceptAll
      assert.equal((await scene.deliver()).sent, 2)
      assert.equal(readNextTry(scene.destination.paths.nextTry), null)
      assert.equal(server.requests.at(-1)?.body, server.requests[0]?.body)
      assertTidy(scene, ids)
    })

  for (const body of ['<html>Welcome to this network</html>', '', '{}', '[]', 'null', '{"accepted": 2}', '"ok"'])
    it(`keeps the report on a 200 with ${JSON.stringify(body)}`, async t => {
      const server = await answeringServer(t, answerAlways(200, body))
      const scene = makeScene(t, server.url)
      const ids = putStarts(scene.world, scene.destination, 2)
      assert.equal((await scene.deliver()).reason, 'server-error')
      assert.equal(assertTidy(scene, ids).waiting.length, 2)
    })

  it('keeps the report when nobody listens', async t => {
    const scene = makeScene(t, 'http://127.0.0.1:9')
    const ids = putStarts(scene.world, scene.destination, 2)
    const {reason, nextTryAt} = await scene.deliver()
    assert.equal(reason, 'offline')
    assert.ok(nextTryAt !== null)
    assert.equal(assertTidy(scene, ids).waiting.length, 2)
  })

  it('keeps the report when the server hangs until time is up', async t => {
    const server = await answeringServer(t, () => {})
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    assert.equal((await scene.deliver({signal: AbortSignal.timeout(300)})).reason, 'timeout')
    assert.equal(assertTidy(scene, ids).waiting.length, 2)
  })

  it('keeps the report when the server closes in the middle of its answer', async t => {
    const server = await answeringServer(t, (_request, response) => {
      response.writeHead(200, {'content-length': '1000'})
      response.write('{"accepted": 2')
      response.destroy()
    })
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    assert.equal((await scene.deliver()).reason, 'offline')
    assert.equal(assertTidy(scene, ids).waiting.length, 2)
  })

  it('keeps all reports after the one that failed', async t => {
    let requests = 0
    const server = await answeringServer(t, (request, response) =>
      requests++ === 1 ? answer(response, 503, '') : acceptAll(request, response),
    )
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 1200)
    const {sent, reason} = await scene.deliver()
    assert.deepEqual({sent, reason}, {sent: 500, reason: 'busy'})
    assert.equal(assertTidy(scene, ids).waiting.length, 700)
  })

  it('sends nothing when its time is up before it begins', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 1)
    assert.equal((await scene.deliver({signal: AbortSignal.abort()})).reason, 'no-time')
    assert.equal(server.requests.length, 0)
    assert.equal(assertTidy(scene, ids).waiting.length, 1)
  })
})

describe('a report that is refused', () => {
  for (const status of [400, 405, 410, 415, 422])
    it(`is set aside with its reason on a ${status}, and the rest flows`, async t => {
      const server = await answeringServer(t, (request, response) =>
        reportOf(request).header.version === 'bad'
          ? answer(response, status, refusal('something else'))
          : acceptAll(request, response),
      )
      const scene = makeScene(t, server.url)
      const bad = makeStart(scene.world, {header: {...makeStart(scene.world).header!, version: 'bad'}})
      writeEvents(scene.destination.paths, [bad])
      const ids = putStarts(scene.world, scene.destination, 2)
      const {sent, refused, reason} = await scene.deliver()
      assert.deepEqual({sent, refused, reason}, {sent: 2, refused: 1, reason: null})
      assert.deepEqual(assertTidy(scene, [bad.id, ...ids]).refused, [bad.id])
      const [kept] = refusalsOf(scene)
      assert.deepEqual([kept?.code, kept?.message], [`http-${status}`, JSON.stringify(refusal('something else'))])
      assert.deepEqual(kept?.event, bad)
      await scene.deliver()
      assert.equal(server.requests.length, 2)
    })

  it('is halved on a 413 down to the one event that is too large', async t => {
    const tooLarge = new Set<string>()
    const server = await answeringServer(t, (request, response) =>
      reportOf(request).events.some(({id}) => tooLarge.has(id))
        ? answer(response, 413, refusal('too large'))
        : acceptAll(request, response),
    )
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 9)
    tooLarge.add(ids[4]!)
    const {sent, refused} = await scene.deliver()
    assert.deepEqual({sent, refused}, {sent: 8, refused: 1})
    assert.deepEqual(assertTidy(scene, ids).refused, [ids[4]])
    assert.equal(refusalsOf(scene)[0]?.code, 'http-413')
  })

  it('is kept where something on the way refuses it: only the collector has the last word', async t => {
    for (const status of [400, 407, 413]) {
      const server = await answeringServer(t, answerAlways(status, '<html>Sign in</html>'))
      const scene = makeScene(t, server.url)
      const ids = putStarts(scene.world, scene.destination, 1)
      const {refused, reason} = await scene.deliver()
      assert.deepEqual({refused, reason}, {refused: 0, reason: 'server-error'})
      assert.deepEqual(assertTidy(scene, ids).waiting, ids)
    }
  })

  it('is refused in part when the collector takes some of its events', async t => {
    const server = await answeringServer(t, (request, response) => {
      const {events} = reportOf(request)
      const rejected = [1, 3].map(index => ({
        index,
        id: events[index]!.id,
        code: 'event-too-old',
        message: 'must be else',
      }))
      answer(response, 200, {accepted: events.length - 2, duplicates: 0, rejected})
    })
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 5)
    const {sent, refused} = await scene.deliver()
    assert.deepEqual({sent, refused}, {sent: 3, refused: 2})
    const order = reportOf(server.requests[0]!).events.map(({id}) => id)
    assert.deepEqual(assertTidy(scene, ids).refused, [order[1]!, order[3]!].toSorted())
    assert.deepEqual(
      refusalsOf(scene).map(({code}) => code),
      ['event-too-old', 'event-too-old'],
    )
  })

  it('counts each event once although the answer names it twice, or names one that was not sent', async t => {
    const rejection = (index: number) => ({index, id: null, code: 'event-invalid', message: 'must be else'})
    const rejected = [0, 0, 7, 2].map(rejection)
    const server = await answeringServer(t, answerAlways(200, {accepted: 1, duplicates: 0, rejected}))
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 3)
    const {sent, refused} = await scene.deliver()
    assert.deepEqual({sent, refused}, {sent: 1, refused: 2})
    assertTidy(scene, ids)
  })

  it('is believed although its 500 refusals are described at length', async t => {
    const server = await answeringServer(t, (request, response) => {
      const rejected = reportOf(request).events.map(({id}, index) => ({
        index,
        id,
        code: 'event-invalid',
        message: 'must be something else, '.repeat(40),
      }))
      answer(response, 200, {accepted: 0, duplicates: 0, rejected})
    })
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 500)
    const {refused, reason} = await scene.deliver()
    assert.deepEqual({refused, reason}, {refused: 500, reason: null})
    assertTidy(scene, ids)
  })
})

describe('consent during a delivery', () => {
  it('stops and empties the buffer when a person says no between two reports', async t => {
    const server = await answeringServer(t, (request, response) => {
      writeFileAtomically(userOptOutPath(scene.world.configDirectory), '')
      acceptAll(request, response)
    })
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 700)
    const delivery = await scene.deliver()
    assert.deepEqual(delivery, {
      sent: 500,
      duplicates: 0,
      refused: 0,
      dropped: 200,
      reason: 'user-opt-out',
      nextTryAt: null,
    })
    assert.equal(server.requests.length, 1)
    assert.equal(countDrops(scene.destination.paths.drops)['opted-out'], 200)
    assert.deepEqual(assertTidy(scene, ids).waiting, [])
  })

  it('opens no connection after a no', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    scene.world.environment = {DO_NOT_TRACK: '1'}
    const {reason, dropped} = await scene.deliver()
    assert.deepEqual({reason, dropped}, {reason: 'do-not-track', dropped: 2})
    assert.equal(server.requests.length, 0)
    assertTidy(scene, ids)
  })

  it('keeps what waits when a circumstance says no', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url, {ci: 'off'})
    const ids = putStarts(scene.world, scene.destination, 2)
    scene.world.environment = {CI: 'true'}
    assert.equal((await scene.deliver()).reason, 'ci')
    assert.equal(assertTidy(scene, ids).waiting.length, 2)
  })

  it('keeps what waits while the notice is pending', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const scene = {...makeScene(t, server.url), world}
    const destination = destinationOf(world.stateDirectory, makeProject({endpoint: {http: server.url}}))
    const ids = putStarts(world, destination, 2)
    const token = takeLock(world, destination.paths.lock)!
    const readContext = () => readSendContext(world, destination.project)
    const signal = AbortSignal.timeout(20_000)
    const options = {
      world,
      destination,
      transport: httpTransport({}),
      client: {name: 'a', version: '1'},
      readContext,
      signal,
    }
    assert.equal((await deliver(options, token)).reason, 'notice-pending')
    assert.equal(server.requests.length, 0)
    assert.equal(assertTidy({...scene, destination}, ids).waiting.length, 2)
  })
})

describe('damage on the way', () => {
  it('sets damaged files aside as they are, counts them, and the rest flows', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    const {waiting, refused} = scene.destination.paths
    const damaged = {'0-nul.json': '\0\0\0\n', '0-foreign.json': '{"hello": "world"}\n', '9-text.json': 'text\n'}
    for (const [name, content] of Object.entries(damaged)) writeFileSync(join(waiting, name), content)
    mkdirSync(join(waiting, '5-folder.json'))
    const {sent, dropped} = await scene.deliver()
    assert.deepEqual({sent, dropped}, {sent: 2, dropped: 4})
    assert.equal(countDrops(scene.destination.paths.drops).damaged, 4)
    const names = ['0-foreign.damaged', '0-nul.damaged', '5-folder.damaged', '9-text.damaged']
    assert.deepEqual(readdirSync(refused).sort(), names)
    assert.deepEqual(readdirSync(waiting), [])
    assert.equal((await scene.deliver()).dropped, 0)
    assert.equal(server.requests.length, 1)
    assert.equal(ids.length, 2)
  })

  const wounds: Readonly<Record<string, readonly number[]>> = {
    first: [0],
    middle: [200],
    last: [399],
    several: [0, 1, 200, 399],
    all: Array.from({length: 400}, (_none, index) => index),
  }
  for (const [where, cutLines] of Object.entries(wounds))
    for (const hasEnd of [true, false])
      it(`sends the other lines of a file, once: ${where}, ${hasEnd ? 'with' : 'without'} its last line break`, async t => {
        const server = await answeringServer(t)
        const scene = makeScene(t, server.url)
        const {waiting, refused, drops} = scene.destination.paths
        const events = Array.from({length: 400}, () => makeFeature(scene.world, {name: 'Load.v1'}))
        const lines = encodeBufferFile(events).split('\n').slice(0, -1)
        for (const index of cutLines) lines[index] = lines[index]!.slice(0, 100)
        mkdirSync(waiting, {recursive: true})
        writeFileSync(join(waiting, 'a.json'), lines.join('\n') + (hasEnd ? '\n' : ''))
        scene.world.pass(61)
        const counts = {sent: 400 - cutLines.length, dropped: cutLines.length}
        assert.partialDeepStrictEqual(await scene.deliver(), counts)
        assert.partialDeepStrictEqual(await scene.deliver(), {sent: 0, dropped: 0})
        assert.equal(countDrops(drops).damaged, cutLines.length)
        const aside = readFileSync(join(refused, 'a.damaged'), 'utf8')
        assert.equal(aside.trimEnd(), cutLines.map(index => lines[index]).join('\n'))
        const sent = server.requests.flatMap(request => reportOf(request).events.map(({id}) => id))
        const whole = events.filter((_event, index) => !cutLines.includes(index))
        assert.deepEqual(sent.sort(), whole.map(({id}) => id).sort())
      })

  it('gives a young unfinished file back and sets it aside when it has not been finished in time', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    mkdirSync(scene.destination.paths.waiting, {recursive: true})
    const path = join(scene.destination.paths.waiting, 'a.json')
    writeFileSync(path, '{"format": 1, "type"')
    assert.equal((await scene.deliver()).dropped, 0)
    assert.ok(existsSync(path))
    scene.world.pass(61)
    assert.equal((await scene.deliver()).dropped, 1)
    assert.equal(existsSync(path), false)
  })

  it('gives the claim and the right to send back when there can be no secret', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 2)
    mkdirSync(join(scene.world.stateDirectory, 'secret'))
    await assert.rejects(scene.deliver())
    assert.equal(server.requests.length, 0)
    assert.equal(assertTidy(scene, ids).waiting.length, 2)
  })

  it('ends without harm when another sender took its claim for stale', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 700)
    let isFirst = true
    const suspended: Transport = async request => {
      if (!isFirst) return httpTransport({})(request)
      isFirst = false
      scene.world.pass(120)
      const {sent} = await scene.deliver()
      assert.equal(sent, 700)
      return httpTransport({})(request)
    }
    const delivery = await scene.deliver({transport: suspended})
    assert.ok(delivery.sent <= 500)
    const ever = new Set(server.requests.flatMap(request => reportOf(request).events.map(({id}) => id)))
    assert.deepEqual([...ever].sort(), ids.toSorted())
    assert.equal(existsSync(scene.destination.paths.lock), false)
    assert.deepEqual(readdirSync(scene.destination.paths.waiting), [])
  })
})

describe('a sender that is killed', () => {
  /** What the network sees before the process is gone: nothing more ever happens in it. */
  const deaths: readonly (readonly [when: string, before: Transport, arrived: number])[] = [
    ['with its claim, before it sends', () => Promise.reject(new Error('not asked')), 0],
    ['after the collector has the events, before it notes that', httpTransport({}), 3],
  ]
  for (const [when, transport, arrived] of deaths)
    it(`loses nothing ${when}, and the collector has each event once`, async t => {
      const known = new Set<string>()
      const server = await answeringServer(t, (request, response) => {
        const ids = reportOf(request).events.map(({id}) => id)
        const duplicates = ids.filter(id => known.has(id)).length
        for (const id of ids) known.add(id)
        answer(response, 200, {accepted: ids.length - duplicates, duplicates, rejected: []})
      })
      const scene = makeScene(t, server.url)
      const ids = putStarts(scene.world, scene.destination, 3)
      await new Promise<void>(resolve => {
        const dying: Transport = async request => {
          await transport(request).catch(() => {})
          resolve()
          return new Promise(() => {})
        }
        scene.deliver({transport: dying}).catch(() => {})
      })
      assert.equal(known.size, arrived)
      assert.equal(assertNothingLost(scene.world, scene.destination, ids).waiting.length, 3)
      scene.world.pass(61)
      const {sent, duplicates} = await scene.deliver()
      assert.deepEqual({sent, duplicates}, {sent: 3, duplicates: arrived})
      assert.deepEqual([...known].sort(), ids.toSorted())
      assertTidy(scene, ids)
    })
})

describe('two senders', () => {
  it('send each event once although both have the right to send', async t => {
    const server = await answeringServer(t)
    const scene = makeScene(t, server.url)
    const ids = putStarts(scene.world, scene.destination, 40)
    const readContext = () => readSendContext(scene.world, scene.destination.project)
    const signal = AbortSignal.timeout(20_000)
    const {world, destination} = scene
    const options = {
      world,
      destination,
      transport: httpTransport({}),
      client: {name: 'a', version: '1'},
      readContext,
      signal,
    }
    const deliveries = await Promise.all([deliver(options, 'one'), deliver(options, 'two')])
    assert.equal(
      deliveries.reduce((sum, {sent}) => sum + sent, 0),
      40,
    )
    assertTidy(scene, ids)
  })
})
