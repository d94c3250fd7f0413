import assert from 'node:assert/strict'
import {existsSync} from 'node:fs'
import {describe, it, type TestContext} from 'node:test'
import {rotationPeriod} from '../../../src/protocol/project/rotation.ts'
import {pseudonymOf} from '../../../src/protocol/values/pseudonym.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {endForgetRequest, keepForgetRequest} from '../../../src/reporter/forget/forget-request.ts'
import {markNameless, markPeriod} from '../../../src/reporter/forget/period-marks.ts'
import {userPseudonym} from '../../../src/reporter/identity/pseudonyms.ts'
import {readSecret} from '../../../src/reporter/identity/secret.ts'
import {type AccessOptions, askCollectors, type DestinationAccess} from '../../../src/reporter/person/access.ts'
import {type AccessChoice, findJoined, planAccess} from '../../../src/reporter/person/access-plan.ts'
import {httpAsker} from '../../../src/reporter/transports/http.ts'
import {lookupLoopback} from '../../../src/reporter/transports/loopback.ts'
import {
  type AnsweringServer,
  answer,
  answerAlways,
  answeringServer,
  type ReceivedRequest,
  type Respond,
} from '../../support/answering-server.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld, type TestWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'

const thisYear = rotationPeriod({rotate: 'year'}, new Date().toISOString()).name
const choice: AccessChoice = {period: null, isAll: false, isErased: false}

interface Person {
  readonly world: TestWorld
  readonly destination: Destination
  readonly server: AnsweringServer
  plan(changes?: Partial<AccessChoice>): ReturnType<typeof planAccess>
  access(changes?: Partial<AccessChoice>, options?: Partial<AccessOptions>): Promise<DestinationAccess>
  /** The milliseconds of all pauses. */
  readonly pauses: number[]
}

/** A person who has sent reports in some periods to a server. */
async function personWith(
  t: TestContext,
  respond: Respond,
  periods: readonly string[] = [thisYear],
  changes: Record<string, unknown> = {},
): Promise<Person> {
  const server = await answeringServer(t, respond)
  const world = makeWorld(t)
  const project = makeProject({endpoint: {http: server.url}, writeKey: 'write-key', ...changes})
  const destination = destinationOf(world.stateDirectory, project)
  rememberProject(destination)
  const secret = readSecret(world.stateDirectory, world.random)
  for (const period of periods) {
    const scope = {project: project.project, period, generation: 0}
    markPeriod(destination.paths, {...scope, user: userPseudonym(secret, scope)})
  }
  const pauses: number[] = []
  const sleep = async (milliseconds: number) => pauses.push(milliseconds)
  const plan = (changed: Partial<AccessChoice> = {}) => planAccess(world, destination, {...choice, ...changed})
  return {
    world,
    destination,
    server,
    plan,
    pauses,
    access: async (changed, options) => {
      const ask = httpAsker(world.environment)
      const {projects} = await askCollectors(world, [plan(changed)], {ask, waitSeconds: 20, sleep, ...options})
      return projects[0]!
    },
  }
}

const userOf = ({body}: ReceivedRequest): string => pseudonymOf(Buffer.from(JSON.parse(body).key, 'hex'))

const day = (number: number) => ({kind: 'day', usedAt: new Date(number * 86_400_000).toISOString()})
const pageFor = (request: ReceivedRequest, changes: Record<string, unknown> = {}) => ({
  protocol: 1,
  user: userOf(request),
  groups: [{header: {user: userOf(request), version: '1.0'}, records: [day(1)]}],
  totals: {runsBefore: null, featuresBefore: null},
  next: null,
  ...changes,
})
const onePage: Respond = (request, response) => answer(response, 200, pageFor(request))

const keysOf = ({requests}: AnsweringServer): string[] => requests.map(({body}) => JSON.parse(body).key)

describe('asking a collector what it holds', () => {
  it('presents one key in the body, nowhere else, and writes nothing', async t => {
    const person = await personWith(t, onePage, ['2024', thisYear])
    const before = readTree(person.world.directory)
    const {outcome, ids, otherPeriods} = await person.access()
    assert.deepEqual([outcome, ids.length, ids[0]?.records, otherPeriods], ['shown', 1, 1, ['2024']])
    const [request, ...others] = person.server.requests
    const {path, headers, body} = request!
    const {key, ...rest} = JSON.parse(body)
    assert.deepEqual([others, path, rest], [[], '/v1/projects/demo/access', {protocol: 1, cursor: null}])
    assert.equal(headers.authorization, 'Bearer write-key')
    assert.ok(!JSON.stringify(headers).includes(key))
    assert.equal(pseudonymOf(Buffer.from(key, 'hex')), ids[0]?.user)
    assert.deepEqual(readTree(person.world.directory), before)
    assert.ok(!JSON.stringify(ids).includes(key))
  })

  it('asks about each period by a request of its own, after a random pause, and says before what that joins', async t => {
    const person = await personWith(t, onePage, ['2023', '2024', thisYear])
    assert.deepEqual(findJoined([person.plan()]), [])
    assert.deepEqual(findJoined([person.plan({period: '2024'})]), [])
    const {server} = person
    assert.deepEqual(findJoined([person.plan({isAll: true})]), [
      {project: 'demo', endpoint: server.url, periods: ['2023', '2024', thisYear]},
    ])
    const {ids, otherPeriods} = await person.access({isAll: true})
    assert.deepEqual([ids.map(({period}) => period), otherPeriods], [['2023', '2024', thisYear], []])
    assert.equal(new Set(keysOf(server)).size, 3)
    assert.equal(person.pauses.length, 2)
    for (const pause of person.pauses) assert.ok(pause >= 1000 && pause <= 5000)
    await person.access({period: '2024'})
    assert.equal(server.requests.length, 4)
  })

  it('follows the pages with the same key, and joins the records of one header', async t => {
    const person = await personWith(t, (request, response) => {
      const {cursor} = JSON.parse(request.body)
      const next = {'': '0.a', '0.a': '1.b', '1.b': null}[String(cursor ?? '')]
      const records = [day(cursor === null ? 1 : cursor === '0.a' ? 2 : 3)]
      answer(response, 200, pageFor(request, {groups: [{header: {version: '1.0'}, records}], next}))
    })
    const {ids} = await person.access()
    assert.deepEqual(ids[0]?.groups, [{header: {version: '1.0'}, records: [day(1), day(2), day(3)]}])
    assert.deepEqual([ids[0]?.isComplete, new Set(keysOf(person.server)).size, person.pauses], [true, 1, []])
  })

  it('waits as long as Retry-After says, and no longer than the time limit', async t => {
    let answers = 0
    const person = await personWith(t, (request, response) =>
      answers++ === 1 ? answer(response, 429, '{}', {'retry-after': '7'}) : onePage(request, response),
    )
    assert.equal((await person.access()).outcome, 'shown')
    assert.equal((await person.access()).outcome, 'shown')
    assert.deepEqual(person.pauses, [7000])
    answers = 1
    const {outcome, ids} = await person.access({}, {waitSeconds: 5})
    assert.deepEqual([outcome, ids[0]?.reason, person.pauses], ['failed', 'busy', [7000]])
  })

  const refusals: readonly [status: number, code: string | null, reason: string][] = [
    [404, 'USAGE_NOT_FOUND', 'cannot-show'],
    [404, null, 'cannot-show'],
    [404, 'USAGE_PROJECT_UNKNOWN', 'project-unknown'],
    [401, 'USAGE_KEY_WRONG', 'key-refused'],
    [403, 'USAGE_NOT_ENCRYPTED', 'not-encrypted'],
    [503, 'USAGE_COLLECTOR_BUSY', 'busy'],
    [500, 'USAGE_UNEXPECTED', 'server-error'],
    [204, null, 'server-error'],
  ]
  for (const [status, code, reason] of refusals)
    it(`names the status ${status} (${code}) ${reason}`, async t => {
      const body = code === null ? '' : {error: {code, message: 'no', next: ''}}
      const person = await personWith(t, answerAlways(status, body))
      const {outcome, ids} = await person.access()
      assert.deepEqual([outcome, ids[0]?.reason, ids[0]?.isComplete, ids[0]?.records], ['failed', reason, false, 0])
    })
})

describe('asking a hostile collector', () => {
  const answers: Record<string, (request: ReceivedRequest) => unknown> = {
    'no JSON': () => '<html>',
    'other JSON': () => ({accepted: 1}),
    'another pseudonym': request => pageFor(request, {user: 'ab'.repeat(16)}),
    'an escape sequence': request => pageFor(request, {groups: [{header: {version: '\u001b[2J'}, records: [day(1)]}]}),
    'a control character of eight bits': request =>
      pageFor(request, {groups: [{header: {}, records: [{kind: '\u009b2J'}]}]}),
    'a key with a control character': request =>
      pageFor(request, {groups: [{header: {'a\u0007': 1}, records: [day(1)]}]}),
    'deep nesting': request =>
      JSON.stringify(pageFor(request)).replace('"1.0"', `${'['.repeat(100_000)}${']'.repeat(100_000)}`),
    'an empty page that is not the last': request => pageFor(request, {groups: [], next: '0.a'}),
    'a cursor that is too long': request => pageFor(request, {next: 'a'.repeat(129)}),
    'a page that is too long': request =>
      pageFor(request, {groups: [{header: {}, records: [{kind: 'x', text: 'x'.repeat(3_000_000)}]}]}),
  }
  for (const [what, make] of Object.entries(answers))
    it(`shows nothing of an answer with ${what}`, async t => {
      const person = await personWith(t, (request, response) => answer(response, 200, make(request)))
      const {outcome, ids} = await person.access()
      assert.deepEqual([outcome, ids[0]?.reason, ids[0]?.records], ['failed', 'server-error', 0])
    })

  it('ends after the limit of bytes when every page has another', async t => {
    const person = await personWith(t, (request, response) => answer(response, 200, pageFor(request, {next: '0.a'})))
    const {outcome, ids} = await person.access({}, {maxBytes: 2_000})
    assert.deepEqual([outcome, ids[0]?.reason], ['failed', 'too-much'])
    assert.ok(person.server.requests.length < 20)
  })

  it('ends at the time limit when the answer never ends, and keeps the pages before', async t => {
    const person = await personWith(t, (request, response) => {
      if (JSON.parse(request.body).cursor === null) return answer(response, 200, pageFor(request, {next: '0.a'}))
      response.writeHead(200).write('{')
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    })
    const before = performance.now()
    const {outcome, ids} = await person.access({}, {waitSeconds: 0.5})
    assert.ok(performance.now() - before < 5_000)
    assert.deepEqual([outcome, ids[0]?.reason, ids[0]?.records], ['failed', 'timeout', 1])
  })

  it('follows no redirect, so that no other host gets the key', async t => {
    const other = await answeringServer(t, onePage)
    for (const status of [301, 302, 303, 307, 308]) {
      const person = await personWith(t, answerAlways(status, '', {location: `${other.url}/v1/projects/demo/access`}))
      assert.equal((await person.access()).ids[0]?.reason, 'server-error')
    }
    assert.equal(other.requests.length, 0)
  })

  it('sends no key by http to another machine, nor through a proxy', async t => {
    const person = await personWith(t, onePage)
    const proxy = await answeringServer(t, onePage)
    person.world.environment = {http_proxy: proxy.url, HTTP_PROXY: proxy.url, all_proxy: proxy.url}
    assert.equal((await person.access()).outcome, 'shown')
    const far = await personWith(t, onePage, [thisYear], {endpoint: {http: 'http://192.0.2.1:9'}})
    far.world.environment = {http_proxy: proxy.url}
    const {outcome, ids} = await far.access()
    assert.deepEqual([outcome, ids[0]?.reason], ['failed', 'not-encrypted'])
    assert.equal(proxy.requests.length, 0)
  })

  it('takes no name for this machine that leads to another', async () => {
    const find = (name: string) =>
      new Promise((resolve, reject) =>
        lookupLoopback(name, {all: true}, (error, addresses) => (error ? reject(error) : resolve(addresses))),
      )
    assert.deepEqual(await find('127.0.0.1'), [{address: '127.0.0.1', family: 4}])
    for (const address of ['192.0.2.1', '2001:db8::1']) await assert.rejects(find(address), /is not this machine/)
  })
})

describe('planning what to ask', () => {
  it('asks nobody where nothing was sent, and makes no secret and no folder', t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    assert.deepEqual(planAccess(world, destination, choice), {
      destination,
      ids: [],
      otherPeriods: [],
      nothing: 'nothing-sent',
      erasedAt: null,
      leftNameless: false,
      leftLost: false,
    })
    assert.equal(planAccess(world, destination, {...choice, isErased: true}).nothing, 'nothing-erased')
    assert.ok(!existsSync(world.stateDirectory))
  })

  it('says that datagrams and folders are not answered', async t => {
    for (const endpoint of [{udp: 'a.example:1'}, {file: 'file:///shared/inbox'}]) {
      const person = await personWith(t, onePage, [thisYear], {endpoint})
      assert.deepEqual([person.plan().nothing, person.plan().ids], ['nobody-answers', []])
      assert.equal((await person.access()).outcome, 'nobody-answers')
    }
  })

  it('asks the collector beside a folder', async t => {
    const server = await answeringServer(t, onePage)
    const person = await personWith(t, onePage, [thisYear], {
      endpoint: {http: server.url, file: 'file:///shared/inbox'},
    })
    assert.deepEqual([(await person.access()).outcome, server.requests.length], ['shown', 1])
  })

  it('says when no report had a pseudonym, and when the secret of one is lost', async t => {
    const nameless = await personWith(t, onePage, [])
    markNameless(nameless.destination.paths)
    assert.deepEqual([nameless.plan().nothing, nameless.plan().leftNameless], ['no-user', true])
    const lost = await personWith(t, onePage, [])
    markPeriod(lost.destination.paths, {generation: 0, period: thisYear, user: 'ab'.repeat(16)})
    assert.equal((await lost.access()).outcome, 'cannot-prove')
    assert.equal(lost.server.requests.length, 0)
    const partly = await personWith(t, onePage)
    markPeriod(partly.destination.paths, {generation: 0, period: '2020', user: 'ab'.repeat(16)})
    assert.deepEqual([partly.plan().nothing, partly.plan().leftLost], [null, true])
  })

  it('asks about the new id after an erasure, about the erased one when told to, and never about both', async t => {
    const person = await personWith(t, onePage)
    const {world, destination} = person
    const request = keepForgetRequest(world, destination)
    assert.equal(person.plan().ids[0]?.generation, 0)
    const receipt = {receipt: request.id, erasedAt: '2026-11-25T12:00:00.000Z', runs: 1, features: 0}
    endForgetRequest(world, destination.paths, request, {endpoint: 'http://a.example', receipt})
    const {nothing, erasedAt} = person.plan()
    assert.deepEqual([nothing, erasedAt], ['nothing-sent', receipt.erasedAt])
    assert.deepEqual(person.plan({isErased: true}).ids, [{generation: 0, period: thisYear}])
    const scope = {project: 'demo', period: thisYear, generation: 1}
    const secret = readSecret(world.stateDirectory, world.random)
    markPeriod(destination.paths, {...scope, user: userPseudonym(secret, scope)})
    assert.deepEqual(person.plan().ids, [{generation: 1, period: thisYear}])
    assert.deepEqual(person.plan({isAll: true}).ids, [{generation: 1, period: thisYear}])
    assert.deepEqual(person.plan({isErased: true, period: '2025'}).ids, [{generation: 0, period: '2025'}])
  })
})
