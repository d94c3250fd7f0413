import assert from 'node:assert/strict'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {connect} from 'node:net'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {describe, it, type TestContext} from 'node:test'
import {eventually} from '../support/eventually.ts'
import {readFixture, readJsonFixture} from '../support/fixtures.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {repositoryPath} from '../support/repository.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere, type ListeningCollector, runningCollector} from '../support/running-collector.ts'
import {sendDatagrams} from '../support/send-datagrams.ts'

const count = {type: 'integer', min: 0, description: 'Count'}
const endpoint = {http: 'https://usage.example.org'}
const parsl = makeProject({
  ...{project: 'parsl', endpoint, writeKey: 'key'},
  fields: {executors: count, app_count: count, app_fails: count},
})
const types = ['Algorithm', 'Interface', 'Feature', 'Function', 'Unknown']
const mantid = makeProject({project: 'mantid', endpoint, writeKey: 'key', features: {types, allowOther: true}})

const startCollector = (t: TestContext): Promise<ListeningCollector> =>
  collectorHere(t, isolatedHome(t), [parsl, mantid], {parsl: 'parsl', mantid: 'mantid'})

const read = (...path: string[]): string => readFileSync(repositoryPath(...path), 'utf8')
const seconds = (): number => Date.now() / 1000
/** A message of a real client, with times of today. */
function message(name: string, changes: object = {}): string {
  const content = readFixture(`compat/parsl-${name}.dgram`)
  const version = content.startsWith('1') ? '1' : ''
  return version + JSON.stringify({...JSON.parse(content.slice(version.length)), ...changes})
}

const startup = (changes: object = {}) => ({
  ...readJsonFixture('compat/mantid-startup-6.x.json'),
  dateTime: new Date().toISOString().replace('Z', '521901'),
  ...changes,
})
const features = () => readJsonFixture('compat/mantid-feature-6.x.json')

async function post({http}: ListeningCollector, path: string, body: unknown): Promise<number> {
  const content = typeof body === 'string' ? body : JSON.stringify(body)
  const headers = {'Content-Type': 'application/json', 'User-Agent': 'MANTID'}
  const response = await fetch(`${http}${path}`, {method: 'POST', headers, body: content, redirect: 'error'})
  assert.ok(response.status !== 201 || (await response.text()) === '')
  return response.status
}

/** Posts as Mantid does, on a bare connection: no length, a body in pieces of some size (of 7: with all that HTTP allows
 * beside them), and the connection closed. */
async function postInChunks({http}: ListeningCollector, path: string, body: string, size: number): Promise<string> {
  const socket = connect(Number(new URL(http).port), '127.0.0.1')
    .setEncoding('latin1')
    .setNoDelay(true)
  let answer = ''
  socket.on('data', (part: string) => {
    answer += part
  })
  const ended = once(socket, 'end')
  const head = readFixture('compat/mantid-startup-6.x.rawhttp').split('\r\n\r\n')[0]!
  socket.write(`${head.replace('/api/usage', path)}\r\n\r\n`)
  const bytes = Buffer.from(body)
  for (let at = 0; at < bytes.length; at += size) {
    const piece = bytes.subarray(at, at + size)
    socket.write(`${piece.length.toString(16).padStart(size % 5, '0')}${size === 7 ? ';x="y"' : ''}\r\n`)
    await new Promise(resolve => socket.write(piece, resolve))
    socket.write('\r\n')
  }
  socket.write(size === 7 ? '0\r\nX-Trailer: 1\r\n\r\n' : '0\r\n\r\n')
  await ended
  socket.destroy()
  return answer
}

describe('an unchanged client of Parsl', () => {
  it('counts with both protocols and every level, whatever order its messages come in (P4, P5, P6)', async t => {
    const collector = await startCollector(t)
    const now = seconds()
    const ended = message('p1-level3-end', {end: now - 100, execution_time: 20})
    await sendDatagrams(collector.udp, [
      message('p0-1.2.0-start', {start: now - 60}),
      message('p0-1.2.0-end', {end: now - 50}),
      message('p1-level1-start'),
      ended,
      message('p1-level3-start', {start: now - 130}),
      ended,
      message('p0-1.2.0-end', {uuid: 'only an end', end: now}),
    ])
    await eventually(async () => assert.equal((await collector.stats('parsl')).quality.datagrams, 7))
    const {runs, users, hosts, outcomes, duration, versions, systems, fields, quality} = await collector.stats('parsl')
    assert.deepEqual([runs.total, users.low, hosts.low, quality.duplicates], [4, 1, 1, 1])
    // Protocol 1 says no user, and an end alone says nothing.
    assert.deepEqual([users.total, users.high, users.runsWithUser, users.runsWithoutUser], [null, 4, 1, 3])
    const {periods: _, ...totals} = outcomes
    assert.deepEqual(totals, {ok: 0, failed: 0, signal: 0, lost: 0, running: 0, unknown: 4})
    assert.deepEqual([duration.n, duration.meanSeconds], [2, 15])
    assert.deepEqual(versions.map(({version, runs: of}) => [version, of]).sort(), [
      [null, 1],
      ['1.2.0', 1],
      ['2025.03.17', 2],
    ])
    assert.deepEqual(
      systems.map(({name, runs: of}) => [name, of]),
      [
        ['Linux', 3],
        [null, 1],
      ],
    )
    assert.deepEqual([fields['executors']?.n, fields['app_count']?.mean, fields['app_fails']?.max], [3, 3, 0])
  })

  it('keeps test runs out of the answers (P7)', async t => {
    const collector = await startCollector(t)
    await sendDatagrams(collector.udp, [
      message('p0-1.2.0-end', {end: seconds()}),
      message('p0-1.2.0-start', {start: seconds(), test: true}),
    ])
    await eventually(async () => assert.equal((await collector.stats('parsl')).quality.datagrams, 2))
    const {runs, users, duration} = await collector.stats('parsl')
    assert.deepEqual([runs.total, users.total, duration.n], [0, 0, 0])
  })

  it('does not end the collector with bad bytes, and may send as much as a datagram holds (P2, P3)', async t => {
    const collector = await startCollector(t)
    const start = {correlator: 'large', platform: 'x', components: [] as unknown[]}
    const base = `1${JSON.stringify(start)}`.length
    start.platform = 'x'.repeat(65_507 - base + 1)
    const broken = [
      Buffer.concat([Buffer.from('1{"correlator": "'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      message('p1-level3-end').slice(0, 300),
      ...['1', '{', '{}', '1[]', '1null', '1{"correlator": 5}', '{"uuid": "a"'],
    ]
    const large = `1${JSON.stringify(start)}`
    assert.equal(large.length, 65_507)
    await sendDatagrams(collector.udp, [...broken, large, message('p1-level1-start')])
    await eventually(async () => {
      const {quality, runs} = await collector.stats('parsl')
      assert.deepEqual([runs.total, quality.datagrams, quality.datagramsUnknown], [2, 2, broken.length])
    })
  })

  it('that says no time has started or ended when its message came (P8)', async t => {
    const collector = await startCollector(t)
    const before = Date.now()
    const timeless = [message('p1-level1-start'), '{"uuid": "a", "uname": "x"}', '{"uuid": "b", "end": null}']
    await sendDatagrams(collector.udp, timeless)
    await eventually(async () => assert.equal((await collector.stats('parsl')).quality.datagrams, 3))
    await collector.stop()
    const database = new DatabaseSync(join(collector.data, 'usage.sqlite'), {readOnly: true})
    const rows = database.prepare('SELECT coalesce(started_at, ended_at) AS at, start_event FROM runs').all()
    database.close()
    assert.equal(rows.filter(row => row['start_event'] === null).length, 1)
    for (const row of rows) assert.ok(Number(row['at']) >= before && Number(row['at']) <= Date.now())
  })

  it('is never answered (P1)', async t => {
    const collector = await startCollector(t)
    const socket = createSocket('udp4')
    t.after(() => socket.close())
    let answers = 0
    socket.on('message', () => answers++)
    for (const datagram of [message('p1-level1-start'), 'unknown'])
      socket.send(datagram, Number(collector.udp.split(':')[1]), '127.0.0.1')
    await eventually(async () => {
      const {datagrams, datagramsUnknown} = (await collector.stats('parsl')).quality
      assert.deepEqual([datagrams, datagramsUnknown, answers], [1, 1, 0])
    })
  })
})

describe('an unchanged client of Mantid', () => {
  it('is answered 201 without a body, whatever pieces its body comes in and with a slash or not (M1, M2, M3, M4, M10)', async t => {
    const collector = await startCollector(t)
    const body = JSON.stringify(startup())
    const answers = []
    for (const [path, size] of [
      ['/api/usage', 1],
      ['/api/usage/', 7],
      ['/api/usage', 381],
    ] as const)
      answers.push(await postInChunks(collector, path, body, size))
    answers.push(await postInChunks(collector, '/api/feature/', JSON.stringify(features()), 13))
    for (const answer of answers) {
      assert.match(answer, /^HTTP\/1\.1 201 .*\r\n/)
      assert.match(answer, /content-length: 0\r\n.*\r\n\r\n$/is)
    }
    const {runs, users, hosts, outcomes, versions, quality} = await collector.stats('mantid')
    assert.deepEqual([runs.total, users.total, hosts.total, quality.duplicates], [1, 1, 1, 2])
    assert.deepEqual([outcomes.unknown, versions[0]?.version], [1, '6.11.20250110.1450.dev6'])
  })

  it('counts what it posts: features add up, forms of all times are read (M5, M6, M8)', async t => {
    const collector = await startCollector(t)
    const old = {details: 'C:\\\\Mantid', duration: 0.5, name: 'Load.v1', type: 'Algorithm', start: startup().dateTime}
    const posts: [string, unknown][] = [
      ['/api/feature', features()],
      ['/api/feature', {features: []}],
      ['/api/feature', features()],
      ['/api/feature', {type: 'Algorithm', name: 'Load.v1', count: 4, internal: true, mantidVersion: '6.11'}],
      ['/api/feature', {...startup(), features: [old]}],
      ['/api/usage', {usages: [startup(), startup({uid: 'b'.repeat(32), dateTime: `${startup().dateTime}Z`})]}],
      ['/api/usage', [startup({uid: 'c'.repeat(32), application: 'x'.repeat(1000)})]],
    ]
    for (const [path, body] of posts) assert.equal(await post(collector, path, body), 201)
    const {features: used, runs, users} = await collector.stats('mantid')
    assert.deepEqual([runs.total, users.total], [3, 3])
    const load = used.find(({name}) => name === 'Load.v1')
    assert.deepEqual([load?.count, load?.internalCount, load?.meanSeconds], [11, 4, 0.5])
    assert.equal(used.find(({name}) => name === 'ISIS Reflectometry->MainWindow->CloseBatch')?.count, 2)
  })

  it('is refused with 400 when its post is malformed, and then nothing of it is kept (M7)', async t => {
    const collector = await startCollector(t)
    const quoted = JSON.stringify(features()).replace('"Load.v1"', '"Load"quoted".v1"')
    const half = {...features(), features: [...features().features, {type: 'Algorithm'}]}
    for (const body of [quoted, half, '', '{', '[{}]', 'null', '"\ud800"'])
      for (const path of ['/api/feature', '/api/usage/'])
        assert.equal(await post(collector, path, body), 400, String(body))
    assert.equal(await post(collector, '/api/usage', ' '.repeat(2 * 1024 * 1024)), 413)
    assert.match(await postInChunks(collector, '/api/usage', '{"unfinished', 3), /^HTTP\/1\.1 400 /)
    const {features: used, runs} = await collector.stats('mantid')
    assert.deepEqual([used, runs.total], [[], 0])
  })

  it('cannot change or remove anything (M9)', async t => {
    const collector = await startCollector(t)
    for (const method of ['PUT', 'PATCH', 'DELETE', 'GET'])
      for (const path of ['/api/usage', '/api/feature/', '/api/usage/1']) {
        const {status} = await fetch(`${collector.http}${path}`, {method, redirect: 'manual'})
        assert.ok(status === 404 || status === 405, `${method} ${path}: ${status}`)
      }
  })
})

describe('a collector for old clients', () => {
  it('keeps each of the rules that docs/compatibility.md names by a test with its name', () => {
    const rulesOf = (text: string) => new Set(text.match(/\b[PM]\d{1,2}\b/g))
    const titles = read('test', 'e2e', 'old-clients.test.ts')
      .match(/^ {2}it\('.*'/gm)!
      .join('\n')
    const rules = [...rulesOf(read('docs', 'compatibility.md'))].sort()
    assert.deepEqual([...rulesOf(titles)].sort(), rules)
    assert.equal(rules.length, 19)
  })

  it('keeps no id of theirs and no address, and its secret is its owner’s alone (P9)', async t => {
    const collector = await startCollector(t)
    await sendDatagrams(collector.udp, [message('p0-1.2.0-start', {start: seconds()})])
    await post(collector, '/api/usage', startup())
    await eventually(async () => assert.equal((await collector.stats('parsl')).users.total, 1))
    assert.equal(await collector.stop(), 0)
    const files = readdirSync(collector.data, {withFileTypes: true, recursive: true}).filter(entry => entry.isFile())
    const kept = files.map(({parentPath, name}) => readFileSync(join(parentPath, name), 'latin1')).join('\n')
    assert.match(kept, /mantidworkbench/)
    const {uid, host} = startup()
    for (const id of ['4813494d13', '5bce98f73f', uid, host, '127.0.0.1']) assert.ok(!kept.includes(id), id)
    assert.equal(statSync(join(collector.data, 'old-ids.secret')).mode & 0o777, 0o600)
  })

  it('is there as well when a configuration file asks for it', async t => {
    const home = isolatedHome(t)
    const config = join(home.home, 'collector.json')
    writeFileSync(config, JSON.stringify({mantid: 'mantid', projects: 'what the flag says instead'}))
    const collector = await runningCollector(t, home, [mantid], undefined, ['--config', config])
    assert.equal(await post(collector, '/api/usage', startup()), 201)
    assert.equal((await collector.stats('mantid')).runs.total, 1)
  })

  it('says which project it does not know, and is not there for who did not ask for it', async t => {
    const home = isolatedHome(t)
    const collector = await runningCollector(t, home, [mantid])
    assert.equal(await post(collector, '/api/usage', startup()), 404)
    const folders = ['--projects', join(collector.data, '..', 'projects'), '--data', join(home.home, 'other')]
    const {code, stderr} = await runUsage(home, ['collect', ...folders, '--http', '127.0.0.1:0', '--parsl', 'nobody'])
    assert.equal(code, 2)
    assert.match(stderr, /USAGE_PROJECT_UNKNOWN/)
  })
})
