import assert from 'node:assert/strict'
import {execFileSync} from 'node:child_process'
import {createSocket} from 'node:dgram'
import {once} from 'node:events'
import {mkdirSync, readdirSync, renameSync, rmdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {openNotice} from '../../../src/reporter/consent/notice.ts'
import {writeAnswer} from '../../../src/reporter/consent/settings.ts'
import {writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {placeholderPseudonym} from '../../../src/reporter/identity/pseudonyms.ts'
import {findSecret, readSecret} from '../../../src/reporter/identity/secret.ts'
import {readPreview} from '../../../src/reporter/person/preview.ts'
import {answer, answeringServer} from '../../support/answering-server.ts'
import {erasingServer, receiptOf} from '../../support/erasing-server.ts'
import {eventually} from '../../support/eventually.ts'
import {makeFeature, makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'
import {needs} from '../../support/needs.ts'
import {repositoryPath} from '../../support/repository.ts'
import {makeScene} from '../../support/scene.ts'
import {readTree} from '../../support/tree.ts'

/** Has a writer of the fixtures write into the buffer, under names of its own. */
function writeFixtures(waiting: string, program: string, folder: string, name: string): void {
  const own = join(waiting, folder)
  mkdirSync(own, {recursive: true})
  execFileSync(program, [repositoryPath('test', 'fixtures', 'event-files', folder, name), own])
  for (const file of readdirSync(own)) renameSync(join(own, file), join(waiting, `${folder}-${file}`))
  rmdirSync(own)
}

describe('the preview', {concurrency: 2}, () => {
  it('is what travels and what is logged, byte for byte, whoever wrote the events', needs('python3'), async t => {
    const server = await answeringServer(t)
    const {usage, reporter, destination, world} = makeScene(t, server.url, {
      features: {types: ['Algorithm', 'Feature'], names: ['LoadParameterFile.v1'], allowOther: true},
    })
    readSecret(world.stateDirectory, world.random)
    writeFixtures(destination.paths.waiting, 'sh', 'shell', 'write.sh')
    writeFixtures(destination.paths.waiting, 'python3', 'foreign', 'write.py')
    await usage(['start', '--script', 'S3CRET/it.sh', '--field', 'executors=3', '--field', 'other=1'])
    for (let use = 0; use < 9; use++) reporter.feature({name: 'LoadParameterFile.v1', type: 'Algorithm'})
    const shown = await usage(['preview', '--raw'])
    await usage(['flush'])
    const wire = server.requests.map(({body}) => `${body}\n`).join('')
    assert.ok(server.requests.some(({headers}) => headers['content-encoding'] === 'gzip'))
    for (const program of ['"demo"', '"simulate.sh"', '"Münchner Simulation"'])
      assert.ok(wire.includes(`"application":${program}`), program)
    assert.deepEqual([shown.stdout, shown.stderr], [wire, ''])
    assert.equal((await usage(['log', '--raw'])).stdout, wire)
    assert.doesNotMatch(wire, /S3CRET|\/home\/ada/)
  })

  it('is what travels and what is logged where only datagrams go, one event each', async t => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    t.after(() => socket.close())
    await once(socket, 'listening')
    const wire: string[] = []
    socket.on('message', datagram => wire.push(`${datagram}`))
    const wide = {type: 'pattern', pattern: 'x+', description: 'Filler'}
    const {usage, reporter, world} = makeScene(t, '', {
      endpoint: {udp: `127.0.0.1:${socket.address().port}`},
      writeKey: 'the-key',
      fields: Object.fromEntries(['a', 'b', 'c', 'd'].map(name => [name, wide])),
    })
    readSecret(world.stateDirectory, world.random)
    await usage(['start'])
    await usage(['start', ...['a', 'b', 'c', 'd'].flatMap(name => ['--field', `${name}=${'x'.repeat(256)}`])])
    for (let use = 0; use < 3; use++) reporter.feature({name: 'Load.v1', type: 'Algorithm'})
    await usage(['end', '--field', 'a=x'])
    const shown = await usage(['preview', '--raw'])
    const [preview] = JSON.parse((await usage(['preview', '--json'])).stdout).projects
    assert.deepEqual([preview.reports.length, preview.dropped['too-large']], [5, 1])
    assert.match((await usage(['preview'])).stdout, /A datagram with one event, \d+ bytes; delivery is not confirmed/)
    const flushed = JSON.parse((await usage(['flush', '--json'])).stdout)
    assert.deepEqual([flushed.sent, flushed.dropped, flushed.kept], [5, 1, 0])
    await eventually(() => assert.equal(wire.length, 5))
    const bodies = wire.map(datagram => datagram.replace('2{"writeKey":"the-key",', '{'))
    assert.deepEqual(shown.stdout, `${bodies.join('\n')}\n`)
    assert.equal((await usage(['log', '--raw'])).stdout, shown.stdout)
  })

  it('makes no folder and no secret, and shows where pseudonyms will be', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    const empty = await readPreview(world, destination)
    assert.deepEqual([empty.reports, empty.hasFinalIds], [[], true])
    assert.deepEqual(readTree(world.directory), {})
    const local = {host: world.hostName, machineId: null, bootId: 'boot-a', script: '/home/ada/a.sh'}
    writeEvents(destination.paths, [makeStart(world, {local})])
    const before = readTree(world.directory)
    const {reports, hasFinalIds} = await readPreview(world, destination)
    const {header, events} = JSON.parse(reports[0]?.body ?? '')
    assert.deepEqual([header.user, events[0].script], [placeholderPseudonym, placeholderPseudonym])
    assert.deepEqual([hasFinalIds, findSecret(world.stateDirectory)], [false, null])
    assert.deepEqual(readTree(world.directory), before)
  })

  it('shows what will leave when a request to be forgotten has ended, with the ids that come then', async t => {
    let isDown = true
    const server = await erasingServer(t, (request, response) =>
      isDown ? answer(response, 503, '') : answer(response, 200, receiptOf(request)),
    )
    const {usage, reporter, flush} = makeScene(t, server.url)
    reporter.start({script: '/home/ada/a.sh'})
    await flush()
    await usage(['forget'])
    reporter.start({script: '/home/ada/a.sh'})
    const {stdout, stderr} = await usage(['preview', '--raw'])
    assert.match(stderr, /^demo: Nothing is sent now: forget-pending/)
    isDown = false
    await usage(['flush'])
    assert.equal((await usage(['log', '--raw'])).stdout.trimEnd().split('\n').at(-1), stdout.trimEnd())
  })

  it('is final from the notice on: the secret is made with it', async t => {
    const {home, usage} = makeScene(t, 'http://127.0.0.1:9')
    await usage(['start'], {environment: {USAGE_CONSENT: ''}})
    const before = readTree(home.home)
    const [preview] = JSON.parse(
      (await usage(['preview', '--json'], {environment: {USAGE_CONSENT: ''}})).stdout,
    ).projects
    assert.deepEqual([preview.heldBy, preview.hasFinalIds, preview.reports.length], ['notice-pending', true, 1])
    assert.deepEqual(readTree(home.home), before)
    const raw = await usage(['preview', '--raw'], {environment: {USAGE_CONSENT: ''}})
    assert.deepEqual(
      [raw.stdout, /^demo: Nothing is sent now: notice-pending/.test(raw.stderr)],
      [`${preview.reports[0].body}\n`, true],
    )
  })

  it('says after a no which rule decided and that what waits would be dropped', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    putStarts(world, destination, 3)
    world.environment = {DEMO_TRACKING: 'off'}
    const {heldBy, decidedBy, reports, dropped} = await readPreview(world, destination)
    assert.deepEqual([heldBy, decidedBy, reports], ['project-variable', 'DEMO_TRACKING', []])
    assert.equal(dropped['opted-out'], 3)
  })

  it('counts by its reason what would be dropped', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    const {waiting} = destination.paths
    openNotice({...destination, directory: makeFolder(destination.directory)})
    const yesAt = '2020-01-01T00:00:00Z'
    await writeAnswer(world.configDirectory, 'demo', {yesAt, notBefore: yesAt})
    writeEvents(destination.paths, [makeStart(world, {fields: {executors: 2, home: 'x'}})])
    writeEvents(destination.paths, [makeFeature(world, {name: 'Unknown.v1'})])
    writeEvents(destination.paths, [makeStart(world, {time: '2019-01-01T00:00:00.000Z'})])
    writeEvents(destination.paths, [makeStart(world, {time: '2021-01-01T00:00:00.000Z'})])
    writeFileSync(join(waiting, 'damaged.json'), 'no JSON\n')
    writeFileSync(join(waiting, 'unfinished.json'), '{"format":1')
    const {heldBy, reports, dropped} = await readPreview(world, destination)
    const counted = Object.entries(dropped).filter(([, count]) => count > 0)
    assert.deepEqual(Object.fromEntries(counted), {
      'undeclared-field': 1,
      'undeclared-feature': 1,
      'before-consent': 1,
      'too-old': 1,
      damaged: 1,
    })
    assert.deepEqual([heldBy, reports.map(({events}) => events)], [null, [1]])
  })

  it('leaves out what the quota would drop', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    putStarts(world, destination, 2001)
    const {reports, dropped} = await readPreview(world, destination)
    assert.deepEqual([dropped.quota, reports.reduce((sum, {events}) => sum + events, 0)], [201, 1800])
  })

  it('says that another sender is at work', async t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    openNotice({...destination, directory: makeFolder(destination.directory)})
    writeFileSync(destination.paths.lock, JSON.stringify({time: new Date(world.now()).toISOString()}))
    assert.equal((await readPreview(world, destination)).heldBy, 'busy-here')
    world.pass(61)
    assert.equal((await readPreview(world, destination)).heldBy, null)
  })
})
