import assert from 'node:assert/strict'
import {chmodSync, readFileSync, rmSync, utimesSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:https'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {getCACertificates, setDefaultCACertificates} from 'node:tls'
import {pathToFileURL} from 'node:url'
import {examine} from '../../../src/cli/doctor/examine.ts'
import {type Check, exitCodeOf, type Finding} from '../../../src/cli/doctor/finding.ts'
import {writeDoctor} from '../../../src/cli/doctor/write-doctor.ts'
import {paintFor} from '../../../src/cli/output/paint.ts'
import {openCollector} from '../../../src/collector/collector.ts'
import type {ProjectFile} from '../../../src/protocol/project/project-file.ts'
import {writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {recordDrop} from '../../../src/reporter/destination/drops.ts'
import {writeFailure} from '../../../src/reporter/destination/next-try.ts'
import {destinationHere} from '../../../src/reporter/projects/destination-here.ts'
import {takeLock} from '../../../src/reporter/sender/sender-lock.ts'
import {answerAlways, answeringServer} from '../../support/answering-server.ts'
import {makeAuthority} from '../../support/authority.ts'
import {deafServer} from '../../support/deaf-server.ts'
import {makeStart} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld, type TestWorld} from '../../support/make-world.ts'
import {needs} from '../../support/needs.ts'
import {listen, openProxy} from '../../support/open-proxy.ts'
import {silentServer} from '../../support/silent-server.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {readTree} from '../../support/tree.ts'

/** A real collector in this process, for some projects. */
async function openReal(t: TestContext, projects: readonly ProjectFile[]) {
  const directory = temporaryDirectory(t)
  const projectsDirectory = makeFolder(directory, 'projects')
  for (const project of projects)
    writeFileSync(join(projectsDirectory, `${project.project}.json`), JSON.stringify(project))
  const dataDirectory = join(directory, 'data')
  const collector = await openCollector({projectsDirectory, dataDirectory, host: '127.0.0.1', port: 0, now: Date.now})
  t.after(() => collector.close())
  return collector.http
}

interface Asked {
  readonly world?: TestWorld
  readonly changes?: Readonly<Record<string, unknown>>
  readonly given?: string
  readonly milliseconds?: number
}

/** Examines the project of the tests with an endpoint: the findings by their check. */
async function examineAt(
  t: TestContext,
  http: unknown,
  {world = makeWorld(t), changes = {}, given, milliseconds = 30_000}: Asked = {},
) {
  const project = makeProject({endpoint: http, ...changes})
  const destination = destinationOf(world.stateDirectory, project)
  const endpoint = given === undefined ? null : {http: given, udp: null}
  const signal = AbortSignal.timeout(milliseconds)
  const {findings} = await examine(world, {destinations: [destination], endpoint, found: []}, signal)
  const find = (check: Check): Finding | undefined => findings.find(one => one.check === check)
  const problems = findings.filter(({status}) => status === 'problem')
  return {findings, find, problems: problems.map(({check}) => check), exit: exitCodeOf(findings)}
}

describe('examine', {concurrency: 4}, () => {
  it('finds nothing to do with a collector that works, which stores nothing, and writes nothing', async t => {
    const world = makeWorld(t)
    const http = await openReal(t, [makeProject({writeKey: 'k'})])
    const before = readTree(world.directory)
    const {find, findings, exit} = await examineAt(t, http, {world, changes: {writeKey: 'k'}})
    assert.deepEqual(
      findings.filter(({status}) => status !== 'ok'),
      [],
    )
    assert.match(find('round-trip')?.what ?? '', /made-up report of 4 events and stored nothing/)
    assert.deepEqual([exit, readTree(world.directory)], [0, before])
  })

  it('names a wrong or missing write key, an unknown project, and features that the collector does not have', async t => {
    const http = await openReal(t, [
      makeProject({writeKey: 'k'}),
      makeProject({project: 'other', features: {types: ['Algorithm'], names: ['Load.v1']}}),
    ])
    for (const [changes, words] of [
      [{writeKey: 'x'}, /rejected the write key/],
      [{}, /requires a write key/],
      [{project: 'third'}, /does not have the project third/],
      [{project: 'other'}, /lacks 1 feature of yours\. Their events wait there\./],
    ] as const) {
      const {find, problems, exit} = await examineAt(t, http, {changes})
      assert.deepEqual([problems, exit], [['round-trip'], 3])
      assert.match(find('round-trip')?.what ?? '', words)
    }
  })

  it('sends the write key to the collector of the project, and to no other address that is given', async t => {
    const changes = {writeKey: 'k'}
    const own = await openReal(t, [makeProject(changes)])
    assert.deepEqual((await examineAt(t, own, {changes, given: `${own}/`})).problems, [])
    const other = await openReal(t, [makeProject(changes)])
    const {find} = await examineAt(t, own, {changes, given: other})
    assert.match(find('round-trip')?.what ?? '', /key of the project was not sent, because this is not its collector/)
    assert.match(find('round-trip')?.next ?? '', /--project-file FILE/)
  })

  it('blames the policy of the site for the write key where the site sends the events elsewhere', async t => {
    const world = makeWorld(t)
    const http = await openReal(t, [makeProject({writeKey: 'k'})])
    const policy = join(makeFolder(world.siteDirectory), 'policy.json')
    for (const writeKey of [undefined, 'x']) {
      writeFileSync(policy, JSON.stringify({endpoint: http, ...(writeKey && {writeKey})}))
      const destinations = [destinationHere(world, makeProject({endpoint: 'http://127.0.0.1:9'}))]
      const {findings} = await examine(world, {destinations, endpoint: null, found: []}, AbortSignal.timeout(30_000))
      const found = findings.find(({check}) => check === 'round-trip')
      assert.ok(found?.next?.includes(`Compare writeKey in the site policy ${policy}`), JSON.stringify(findings))
    }
  })

  it('tells a dead port from an address that does not answer, and from a server that hangs', async t => {
    const dead = await examineAt(t, 'http://127.0.0.1:9')
    assert.match(dead.find('tcp')?.what ?? '', /127\.0\.0\.1:9 refuses connections/)
    const deaf = await examineAt(t, await deafServer(t), {milliseconds: 300})
    assert.match(deaf.find('tcp')?.what ?? '', /does not answer: no answer in \d+ s/)
    assert.match(deaf.find('tcp')?.next ?? '', /firewall.*HTTPS_PROXY/)
    const silent = await examineAt(t, (await silentServer(t)).url, {milliseconds: 2000})
    assert.match(silent.find('round-trip')?.what ?? '', /accepts connections and does not answer/)
    assert.deepEqual([dead.exit, deaf.exit, silent.exit], [3, 3, 3])
  })

  it('names a host that does not exist', async t => {
    const {find, problems} = await examineAt(t, 'https://usage.invalid')
    assert.deepEqual(problems, ['dns'])
    assert.match(find('dns')?.what ?? '', /usage\.invalid/)
  })

  it(
    'tells what to set for a private authority, and what else is wrong with a certificate',
    needs('openssl'),
    async t => {
      const open = async (certificate: {names?: string; days?: number}) => {
        const authority = makeAuthority(t, certificate)
        return {...authority, http: `https://127.0.0.1:${await listen(t, createServer(authority, answerNothing))}`}
      }
      const [good, expired, foreign] = [
        await open({}),
        await open({days: -1}),
        await open({names: 'DNS:other.example'}),
      ]
      for (const [{http, ca}, variable, what, next] of [
        [good, null, /unable to verify the first certificate \(/, /NODE_EXTRA_CA_CERTS.*PEM/],
        [good, '/etc/hosts', /NODE_EXTRA_CA_CERTS is \/etc\/hosts, which does not help here/, /NODE_EXTRA_CA_CERTS/],
        [expired, null, /certificate has expired/, /renew the certificate/],
        [foreign, null, /does not match certificate's altnames/, /host name of the certificate/],
      ] as const) {
        const world = makeWorld(t)
        world.environment = variable === null ? {} : {NODE_EXTRA_CA_CERTS: variable}
        if (variable === null && http !== good.http) trust(t, ca)
        const {find, problems} = await examineAt(t, http, {world})
        assert.deepEqual(problems, ['tls'])
        assert.match(find('tls')?.what ?? '', what)
        assert.match(find('tls')?.next ?? '', next)
      }
      trust(t, good.ca)
      assert.deepEqual((await examineAt(t, good.http)).find('tls')?.status, 'ok')
      const spoken = await examineAt(t, good.http.replace('https:', 'http:'))
      assert.deepEqual(spoken.problems, ['round-trip'])
    },
  )

  it('sees a server without TLS behind https:', async t => {
    const plain = await answeringServer(t)
    const {find, problems} = await examineAt(t, plain.url.replace('http:', 'https:'))
    assert.deepEqual([problems, /does not speak TLS/.test(find('tls')?.what ?? '')], [['tls'], true])
  })

  it('tells other servers, redirects and busy collectors apart', async t => {
    const redirect = {location: 'https://usage.example.org/v1/reports'}
    const busy = {error: {code: 'USAGE_COLLECTOR_BUSY', message: 'full', next: ''}}
    const full = {error: {code: 'USAGE_STORE_UNWRITABLE', message: 'disk: 0.0 MB free', next: ''}}
    for (const [status, body, headers, words] of [
      [200, '<html>Sign in</html>', {}, /answered 200, and is not a collector/],
      [404, '<html>', {}, /answered 404, and is not a collector/],
      [403, '<html>', {}, /answered 403, and is not a collector/],
      [301, '', redirect, /redirects to https:\/\/usage\.example\.org/],
      [503, busy, {}, /is busy/],
      [503, full, {}, /stores nothing now \(disk: 0\.0 MB free\)/],
      [502, '<html>502 Bad Gateway</html>', {}, /proxy before the collector answered 502/],
      [400, {error: {code: 'USAGE_REPORT_UNPARSABLE', message: 'header: is required', next: ''}}, {}, /400: header/],
    ] as const) {
      const server = await answeringServer(t, answerAlways(status, body, headers))
      const {find, exit} = await examineAt(t, server.url)
      assert.deepEqual([exit, server.requests.length, server.requests[0]?.path], [3, 1, '/v1/reports?dryRun=1'])
      assert.match(find('round-trip')?.what ?? '', words)
    }
  })

  it('shows little of a long answer, and no write key that a server sends back', {timeout: 10_000}, async t => {
    const long = 'Bearer SECRETKEY '.repeat(50_000)
    const error = {code: 'USAGE_REPORT_UNPARSABLE', message: long, next: ''}
    for (const respond of [
      answerAlways(400, {error}),
      answerAlways(301, '', {location: 'https://x.example/?SECRETKEY'}),
      answerAlways(200, {accepted: 3, duplicates: 0, rejected: [{index: 0, code: 'X', message: 'SECRETKEY'}]}),
      answerAlways(200, long.repeat(2)),
    ]) {
      const server = await answeringServer(t, respond)
      const {findings, exit} = await examineAt(t, server.url, {changes: {writeKey: 'SECRETKEY'}})
      const text = writeDoctor({findings, problems: 1, warnings: 0}, paintFor(process.stdout), 80)
      assert.deepEqual([exit, text.includes('SECRETKEY'), text.length < 5_000], [3, false, true], text.slice(0, 3_000))
    }
  })

  it('names the limit of an answer that never ends', async t => {
    const server = await answeringServer(t, answerAlways(200, 'x'.repeat(2 ** 21)))
    const {find} = await examineAt(t, server.url)
    assert.match(find('round-trip')?.what ?? '', /: the answer is longer than 1048576 bytes\.$/)
  })

  it('compares the clocks', async t => {
    for (const [ahead, status, words] of [
      [30, 'ok', /agree/],
      [-600, 'warning', /10 minutes behind/],
      [3 * 86_400, 'problem', /3 days ahead of/],
    ] as const) {
      const date = new Date(Date.now() - ahead * 1000).toUTCString()
      const server = await answeringServer(t, answerAlways(200, {accepted: 4, duplicates: 0, rejected: []}, {date}))
      const {find, exit} = await examineAt(t, server.url)
      assert.deepEqual([find('clock')?.status, exit], [status, status === 'problem' ? 1 : 0])
      assert.match(find('clock')?.what ?? '', words)
    }
  })

  it('goes through the proxy of the environment, names it without its password, and says what it refuses', async t => {
    const proxy = await openProxy(t)
    const http = await openReal(t, [makeProject()])
    const world = makeWorld(t)
    const withPassword = proxy.url.replace('//', '//ann:S3CRET@')
    world.environment = {http_proxy: withPassword}
    const used = await examineAt(t, http, {world})
    assert.deepEqual([used.exit, proxy.asked], [0, [`POST ${http}/v1/reports?dryRun=1`]])
    assert.match(used.find('proxy')?.what ?? '', /^The proxy 127\.0\.0\.1:\d+ is used, as http_proxy says\.$/)
    assert.doesNotMatch(JSON.stringify(used.findings), /S3CRET/)
    world.environment = {http_proxy: 'http://127.0.0.1:9'}
    const dead = await examineAt(t, http, {world})
    assert.match(dead.find('tcp')?.next ?? '', /^Check the address of the proxy in http_proxy, or exclude the host/)
    world.environment = {http_proxy: withPassword, NO_PROXY: '127.0.0.1'}
    assert.match((await examineAt(t, http, {world})).find('proxy')?.what ?? '', /NO_PROXY excludes 127\.0\.0\.1/)
    world.environment = {http_proxy: 'socks5://127.0.0.1:1'}
    assert.deepEqual((await examineAt(t, http, {world})).problems, ['proxy'])
    const login = await answeringServer(t, answerAlways(407, '<html>'))
    world.environment = {http_proxy: login.url}
    const refused = await examineAt(t, http, {world})
    assert.match(refused.find('proxy')?.what ?? '', /is used/)
    assert.deepEqual([refused.problems, refused.exit], [['proxy'], 3])
  })

  it('opens no connection after an opt-out, unless the endpoint is given', async t => {
    const server = await silentServer(t)
    const world = makeWorld(t)
    world.environment = {DO_NOT_TRACK: '1'}
    const {find, exit} = await examineAt(t, server.url, {world})
    assert.deepEqual([server.connections(), exit, find('consent')?.status], [0, 0, 'ok'])
    assert.match(find('consent')?.what ?? '', /do-not-track \(DO_NOT_TRACK\)/)
    assert.match(find('endpoint')?.what ?? '', /was not contacted/)
    await examineAt(t, server.url, {world, given: server.url, milliseconds: 1000})
    assert.ok(server.connections() > 0)
  })

  it('checks an endpoint without a project by its answer to /readyz', async t => {
    const world = makeWorld(t)
    const ask = async (http: string) => {
      const endpoint = {http, udp: null}
      const {findings} = await examine(world, {destinations: [], endpoint, found: []}, AbortSignal.timeout(5000))
      return findings.at(-1)
    }
    assert.deepEqual(
      [(await ask(await openReal(t, [makeProject()])))?.status, (await ask('http://127.0.0.1:9'))?.check],
      ['ok', 'tcp'],
    )
    const other = await answeringServer(t, answerAlways(200, 'null'))
    assert.deepEqual([(await ask(other.url))?.check, (await ask(other.url))?.status], ['ready', 'problem'])
  })

  it('checks the folder of a file: endpoint, and says that nothing confirms datagrams', async t => {
    const folder = makeFolder(temporaryDirectory(t), 'inbox')
    const endpoint = pathToFileURL(folder).href
    assert.match((await examineAt(t, endpoint)).find('folder')?.what ?? '', /can be written/)
    assert.deepEqual(readTree(folder), {})
    rmSync(folder, {recursive: true})
    const missing = await examineAt(t, endpoint)
    writeFileSync(folder, 'a file')
    const file = await examineAt(t, endpoint)
    assert.deepEqual([missing.problems, file.problems, missing.exit], [['folder'], ['folder'], 3])
    const datagrams = await examineAt(t, 'udp://127.0.0.1:9')
    assert.deepEqual([datagrams.exit, /Nothing confirms/.test(datagrams.find('datagrams')?.what ?? '')], [0, true])
  })

  it('finds folders that cannot be used, or that others can use', async t => {
    const world = makeWorld(t)
    makeFolder(world.configDirectory)
    chmodSync(world.configDirectory, 0o755)
    writeFileSync(join(world.directory, 'state'), 'a file')
    const {find, exit} = await examineAt(t, 'http://127.0.0.1:9', {world})
    assert.deepEqual([find('settings')?.status, find('state')?.status], ['warning', 'problem'])
    assert.match(find('settings')?.next ?? '', /chmod 700/)
    assert.match(find('consent')?.what ?? '', /state-not-writable/)
    assert.equal(exit, 1)
  })

  it('finds a file of certificates that has no effect', async t => {
    const world = makeWorld(t)
    world.environment = {NODE_EXTRA_CA_CERTS: join(world.directory, 'missing.pem')}
    const {find} = await examineAt(t, 'udp://127.0.0.1:9', {world})
    assert.deepEqual([find('certificates')?.status, /ENOENT/.test(find('certificates')?.what ?? '')], ['warning', true])
  })

  it('shows what waits, what failed, what was dropped, and what killed senders left', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject({endpoint: 'udp://127.0.0.1:9'}))
    const {paths} = destination
    writeEvents(paths, [makeStart(world, {time: new Date(world.now() - 9 * 86_400_000).toISOString()})])
    writeFailure(world, paths.nextTry, {reason: 'offline', message: 'connect ECONNREFUSED', retryAfterSeconds: null})
    recordDrop(world, paths.drops, {id: 'x', reason: 'undeclared-field', count: 2})
    takeLock(world, paths.lock)
    const claim = makeFolder(paths.sending, 'claim')
    utimesSync(claim, 0, 0)
    const {find, findings, exit} = await examineAt(t, 'udp://127.0.0.1:9', {world})
    assert.match(find('waiting')?.what ?? '', /1 event .* Events older than 30 days are dropped/)
    assert.match(find('delivery')?.what ?? '', /failed at .*could not be reached.*ECONNREFUSED/)
    assert.ok(findings.some(({what}) => /2 dropped \(undeclared-field\)/.test(what)))
    assert.match(find('sender')?.what ?? '', /left 1 claim/)
    assert.equal(exit, 0)
    rmSync(claim, {recursive: true})
    assert.match((await examineAt(t, 'udp://127.0.0.1:9', {world})).find('sender')?.what ?? '', /is running/)
  })

  it('says that no project is known', async t => {
    const {findings} = await examine(
      makeWorld(t),
      {destinations: [], endpoint: null, found: []},
      AbortSignal.timeout(1000),
    )
    assert.deepEqual([findings.at(-1)?.check, findings.at(-1)?.status], ['project-file', 'warning'])
  })
})

/** Trusts an authority in this process until the test ends. */
function trust(t: TestContext, ca: string): void {
  const before = getCACertificates('default')
  t.after(() => setDefaultCACertificates(before))
  setDefaultCACertificates([...before, readFileSync(ca, 'utf8')])
}

function answerNothing(_request: unknown, response: {end(): void}): void {
  response.end()
}
