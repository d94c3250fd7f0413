import assert from 'node:assert/strict'
import {mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import type {FeatureEvent} from '../../../src/protocol/report/event.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {listBufferFiles} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {maxQueuedFeatures} from '../../../src/reporter/program/feature-queue.ts'
import {createLibraryReporter} from '../../../src/reporter/program/library-reporter.ts'
import type {ProgramReporterOptions} from '../../../src/reporter/program/program-options.ts'
import {projectOptOutPath} from '../../../src/reporter/world/directories.ts'
import {eventually} from '../../support/eventually.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'
import {waitingEvents} from '../../support/waiting-events.ts'

function makeScene(t: TestContext, options: Partial<ProgramReporterOptions> = {}) {
  const world = makeWorld(t)
  world.environment = {USAGE_SENDER: '1'}
  const project = makeProject()
  const {paths} = destinationOf(world.stateDirectory, project)
  const reporter = createLibraryReporter({project, world, checkIntervalSeconds: 3600, ...options})
  t.after(() => reporter.close())
  const events = () => waitingEvents(world.stateDirectory)
  const uses = () => events().reduce((sum, event) => sum + (event.type === 'feature' ? event.count : 0), 0)
  return {world, paths, reporter, events, uses, drops: () => countDrops(paths.drops)}
}

/** The values by which events of a test are put in order: their ids are random. */
const textOf = ({run, internal, durationSeconds, time}: FeatureEvent): string =>
  JSON.stringify([run === null, internal, durationSeconds === null, time])

const load = {name: 'Load.v1', type: 'Algorithm'}

describe('createReporter of the library', () => {
  it('writes nothing when a feature is registered, and the event at the next tick', async t => {
    const {world, reporter, events} = makeScene(t)
    assert.deepEqual(reporter.feature({...load, durationSeconds: 1.5, internal: true}), {kind: 'queued'})
    assert.deepEqual(readTree(world.directory), {})
    reporter.setInterval(0.05)
    await eventually(() => assert.equal(events().length, 1))
    const [event] = events()
    assert.ok(event?.type === 'feature' && event.internal && event.durationSeconds === 1.5)
  })

  it('puts features into the run that it started, and under the name that the program had', async t => {
    const {reporter, events} = makeScene(t, {application: 'plot', version: '1.2'})
    const outcome = reporter.start()
    reporter.feature(load)
    reporter.setApplication('bench')
    reporter.feature(load)
    reporter.end({exitCode: 3})
    const found = events()
    assert.deepEqual(found.map(({type, header}) => `${type} ${header?.application} ${header?.version}`).sort(), [
      'end plot 1.2',
      'feature bench 1.2',
      'feature plot 1.2',
      'start plot 1.2',
    ])
    assert.deepEqual(new Set(found.map(({run}) => run)), new Set(outcome.kind === 'recorded' ? [outcome.run] : []))
  })

  it('merges equal features and their durations, and no others', async t => {
    const {world, reporter, events} = makeScene(t)
    const run = '019ab4d0-0000-7000-8000-000000000000'
    for (let index = 0; index < 3; index++) reporter.feature({...load, count: 2})
    for (const durationSeconds of [0.78, 0.79, 0.5, 0]) reporter.feature({...load, durationSeconds})
    reporter.feature({...load, count: 2, durationSeconds: 9})
    reporter.feature({...load, internal: true, durationSeconds: 7})
    reporter.feature({...load, internal: true})
    for (const id of [run, run.toUpperCase()]) reporter.feature({...load, run: id, durationSeconds: 0.5})
    reporter.feature({...load, details: {spectra: 4}})
    const today = new Date(world.now() - 1).toISOString()
    for (let index = 0; index < 2; index++) reporter.feature({...load, startedAt: today})
    for (let index = 0; index < 2; index++) reporter.feature({...load, startedAt: '2020-01-01T00:00:00Z'})
    await reporter.close()
    const all = events().flatMap(event => (event.type === 'feature' ? [event] : []))
    all.sort((a, b) => b.count - a.count || (textOf(a) < textOf(b) ? -1 : 1))
    const found = all.map(one => [one.count, one.internal, one.run, one.durationSeconds, one.timings])
    const same = {scale: 5, offset: -33, counts: [2]}
    const timings = {
      n: 4,
      sumSeconds: 2.0700000000000003,
      minSeconds: 0,
      maxSeconds: 0.79,
      scale: 5,
      offset: -33,
      zeroCount: 1,
    }
    assert.deepEqual(found, [
      [12, false, null, null, {...timings, counts: [1, ...Array(20).fill(0), 1, 1]}],
      [2, false, run, null, {n: 2, sumSeconds: 1, minSeconds: 0.5, maxSeconds: 0.5, ...same}],
      [2, false, null, 9, undefined],
      [2, true, null, null, {n: 1, sumSeconds: 7, minSeconds: 7, maxSeconds: 7, scale: 5, offset: 89, counts: [1]}],
      [1, false, null, null, undefined],
      [1, false, null, null, undefined],
      [1, false, null, null, undefined],
    ])
    const times = all.map(({time}) => time)
    assert.equal(times[0], new Date(world.now()).toISOString())
    assert.equal(times.filter(time => time === '2020-01-01T00:00:00Z').length, 2)
  })

  it('merges no uses that began on different days', async t => {
    const {world, reporter, events} = makeScene(t)
    const day = Math.floor(world.now() / 86_400_000) * 86_400_000
    world.clock.now = day + 5_000
    for (const durationSeconds of [10, 1, 2, 7]) reporter.feature({...load, durationSeconds})
    world.clock.now = day + 86_400_000
    for (const durationSeconds of [null, 3]) reporter.feature({...load, durationSeconds})
    await reporter.close()
    const found = events().map(
      event => event.type === 'feature' && [(Date.parse(event.time) - day) / 1000, event.count],
    )
    assert.deepEqual(found.toSorted(), [
      [-2, 1],
      [-5, 1],
      [4, 2],
      [86_397, 1],
      [86_400, 1],
    ])
  })

  it('counts many uses with durations of their own, and drops none', async t => {
    const names = Array.from({length: 1000}, (_, index) => `Step.v${index}`)
    const project = makeProject({features: {types: ['Algorithm'], names}})
    const {reporter, events, drops} = makeScene(t, {project})
    for (let use = 0; use < 1e5; use++)
      reporter.feature({name: names[use % 1000]!, type: 'Algorithm', durationSeconds: (1 + (use % 997)) / 1000})
    reporter.end()
    const found = events().flatMap(event => (event.type === 'feature' ? [event] : []))
    assert.equal(found.length, 1000)
    assert.ok(found.every(({count, timings}) => count === 100 && timings?.n === 100))
    assert.equal(drops().quota, 0)
  })

  it('gives each use its own duration where reports are datagrams', async t => {
    const {reporter, events} = makeScene(t, {project: makeProject({endpoint: {udp: '127.0.0.1:9'}})})
    for (const durationSeconds of [1, 2, null, null]) reporter.feature({...load, durationSeconds})
    await reporter.close()
    const found = events().map(event => event.type === 'feature' && [event.count, event.durationSeconds])
    assert.deepEqual(found.toSorted(), [
      [1, 1],
      [1, 2],
      [2, null],
    ])
  })

  it('merges equal features whatever types lie between them, used by people and internally', async t => {
    const project = makeProject({features: {types: ['Algorithm', 'Interface'], names: ['Load.v1', 'Save.v1']}})
    const {reporter, events, uses} = makeScene(t, {project})
    const kinds = ['Algorithm', 'Interface'].flatMap(type => [true, false].map(internal => ({type, internal})))
    for (let turn = 0; turn < maxQueuedFeatures; turn++)
      for (const kind of kinds) assert.deepEqual(reporter.feature({name: 'Load.v1', ...kind}), {kind: 'queued'})
    await reporter.close()
    assert.deepEqual([events().length, uses()], [4, 4 * maxQueuedFeatures])
  })

  it('writes no file that is too large to be read, however much the features say', async t => {
    const fields = Array.from({length: 64}, (_, index) => `d${index}`)
    const details = Object.fromEntries(
      fields.map(name => [name, {type: 'pattern' as const, pattern: 'a{0,256}', description: 'long'}]),
    )
    const project = makeProject({features: {types: ['Algorithm'], names: ['Load.v1'], details}})
    const {paths, reporter, events} = makeScene(t, {project})
    const said = Object.fromEntries(fields.map(name => [name, 'a'.repeat(256)]))
    for (let index = 0; index < 500; index++) reporter.feature({...load, durationSeconds: index, details: said})
    reporter.end()
    assert.equal(events().length, 501)
    for (const path of listBufferFiles(paths.waiting)) assert.ok(statSync(path).size <= limits.maxBufferFileBytes, path)
  })

  it('merges equal features of more names than a file has events, whatever turns lie between them', async t => {
    const names = Array.from({length: 600}, (_, index) => `Step.v${index}`)
    const project = makeProject({features: {types: ['Algorithm'], names}})
    const {reporter, events, uses} = makeScene(t, {project})
    for (let turn = 0; turn < 4; turn++) {
      for (const name of names) reporter.feature({name, type: 'Algorithm'})
      await new Promise(setImmediate)
    }
    // Unlike a close, an end has no deadline.
    reporter.end()
    assert.deepEqual([events().length, uses()], [601, 2400])
  })

  it('writes a full file of features that cannot be merged before the next tick', async t => {
    const {reporter, events} = makeScene(t)
    for (let index = 0; index < 500; index++) reporter.feature({...load, details: {spectra: index}})
    await eventually(() => assert.equal(events().length, 500))
  })

  it('keeps what is declared as it was when it was registered, and counts the rest as dropped', async t => {
    const {reporter, events, uses, drops} = makeScene(t)
    const details: Record<string, number | string> = {spectra: 4, secret: 'x'}
    reporter.feature({...load, details})
    details['spectra'] = 5
    assert.deepEqual(reporter.feature({name: 'Other.v1'}), {kind: 'dropped', reason: 'undeclared-feature'})
    assert.equal(reporter.feature({...load, count: -1}).kind, 'queued')
    assert.equal(reporter.feature({...load, startedAt: 'yesterday', durationSeconds: Number.NaN}).kind, 'queued')
    const odd = Object.defineProperty({...load}, 'run', {enumerable: true, get: () => assert.fail()})
    assert.equal(reporter.feature(odd).kind, 'queued')
    assert.equal(reporter.feature({...load, name: 'x'.repeat(1e7)}).kind, 'dropped')
    await reporter.close()
    assert.equal(uses(), 4)
    const written = events().map(event => event.type === 'feature' && [event.details, event.durationSeconds])
    assert.deepEqual(written.sort(), [
      [null, null],
      [{spectra: 4}, null],
    ])
    const {'undeclared-field': fields, 'undeclared-feature': features, 'wrong-use': wrong} = drops()
    assert.deepEqual([fields, features, wrong], [5, 1, 1])
  })

  it(`takes ${maxQueuedFeatures} features that cannot be merged, and counts what comes beyond`, async t => {
    const {reporter, uses, drops} = makeScene(t)
    for (let index = 0; index < maxQueuedFeatures; index++)
      assert.equal(reporter.feature({...load, details: {spectra: index}}).kind, 'queued')
    assert.deepEqual(reporter.feature({...load, details: {spectra: 1}}), {kind: 'dropped', reason: 'queue-full'})
    reporter.end()
    assert.equal(uses(), maxQueuedFeatures)
    await reporter.close()
    assert.equal(drops().quota, 1)
  })

  it('loses and repeats nothing while the disk refuses to be written', async t => {
    const {world, reporter, uses} = makeScene(t)
    mkdirSync(world.stateDirectory)
    // A file where the folder of the destination has to be: also root cannot write into it.
    const folder = destinationOf(world.stateDirectory, makeProject()).directory
    writeFileSync(folder, '')
    reporter.feature(load)
    assert.equal((await reporter.flush({waitSeconds: 0})).sent, 0)
    rmSync(folder)
    assert.deepEqual(await reporter.close(), {kind: 'closed', written: 1, dropped: 0})
    assert.equal(uses(), 1)
  })

  it('repeats the start of a run every 24 h', async t => {
    const {world, reporter, events} = makeScene(t, {checkIntervalSeconds: 0.05})
    reporter.start({script: '/a.sh', fields: {executors: 3}})
    for (const repeat of [1, 2]) {
      world.pass(24 * 3600)
      await eventually(() => assert.equal(events().length, repeat + 1))
    }
    const starts = events().map(event => event.type === 'start' && [event.run, event.repeat, event.fields, event.local])
    assert.deepEqual(
      starts.map(start => (start === false ? null : start[1])),
      [0, 1, 2],
    )
    assert.equal(new Set(starts.map(start => JSON.stringify(start && [start[0], start[2], start[3]]))).size, 1)
  })

  it('lets go of what waits in memory when it is switched off, and counts it', async t => {
    const {reporter, uses, drops} = makeScene(t)
    reporter.start()
    reporter.feature(load)
    reporter.feature(load)
    reporter.setEnabled(false)
    assert.equal(reporter.enabled, false)
    assert.deepEqual(reporter.feature(load), {kind: 'declined', reason: 'switched-off'})
    assert.deepEqual(reporter.start(), {kind: 'declined', reason: 'switched-off'})
    assert.equal(drops()['opted-out'], 2)
    reporter.setEnabled(true)
    assert.equal(reporter.enabled, true)
    reporter.feature(load)
    await reporter.close()
    assert.equal(uses(), 1)
  })

  it('empties memory and buffer after a no in mid-session, and takes nothing more', async t => {
    const {world, reporter, events, drops} = makeScene(t, {checkIntervalSeconds: 0.05})
    reporter.start()
    reporter.feature(load)
    const optOut = projectOptOutPath(world.configDirectory, 'demo')
    mkdirSync(join(optOut, '..'), {recursive: true})
    writeFileSync(optOut, '')
    await eventually(() => assert.deepEqual(events(), []))
    await eventually(() => assert.deepEqual(reporter.feature(load), {kind: 'declined', reason: 'project-opt-out'}))
    assert.ok(drops()['opted-out'] >= 2)
  })

  it('leaves no file behind where a no was there from the start', async t => {
    const {world, reporter} = makeScene(t, {checkIntervalSeconds: 0.05})
    world.environment = {DO_NOT_TRACK: '1'}
    reporter.start()
    reporter.feature(load)
    await eventually(() => assert.equal(reporter.feature(load).kind, 'declined'))
    reporter.end()
    await reporter.close()
    assert.deepEqual(readTree(world.directory), {})
  })

  it('takes nothing after it was closed', async t => {
    const {reporter, events} = makeScene(t)
    await reporter.close()
    for (const call of [() => reporter.start(), () => reporter.feature(load), () => reporter.end()])
      assert.deepEqual(call(), {kind: 'declined', reason: 'closed'})
    reporter.setEnabled(true)
    assert.equal(reporter.enabled, false)
    assert.deepEqual(await reporter.close(), {kind: 'closed', written: 0, dropped: 0})
    assert.deepEqual(events(), [])
  })

  it('counts nothing and throws nothing with a project file that is missing or wrong', async t => {
    const {world} = makeScene(t)
    const missing = new URL('./not-there.json', import.meta.url)
    for (const project of [missing, '/not/there.json', {}, new URL('http://127.0.0.1/')]) {
      const reporter = createLibraryReporter({project, world})
      assert.notEqual(reporter.problem, null)
      assert.deepEqual(reporter.start(), {kind: 'declined', reason: 'project-file'})
      assert.equal((await reporter.flush({waitSeconds: 0})).sent, 0)
      assert.equal(reporter.consent.allowed, false)
    }
    assert.deepEqual(readTree(world.directory), {})
  })

  it('throws at nothing that it is called with', async t => {
    const {reporter, drops} = makeScene(t)
    const hostile = {
      get name(): string {
        throw new Error('no')
      },
    }
    const without = {
      get fields(): object {
        throw Object.create(null)
      },
    }
    const closed = new Proxy({}, {get: () => assert.fail(), ownKeys: () => assert.fail()})
    for (const input of [undefined, null, 7, {}, hostile, {name: 'x'.repeat(1e6)}, {...load, details: 3, run: 4}])
      reporter.feature(input as never)
    for (const input of [null, 7, {fields: 7}, {fields: without}, without, closed]) {
      reporter.start(input as never)
      reporter.end(input as never)
    }
    for (const input of [undefined, null, closed, {waitSeconds: 'x'}])
      assert.equal((await reporter.flush(input as never)).sent, 0)
    const options = {
      get project(): string {
        throw Object.create(null)
      },
    }
    assert.notEqual(createLibraryReporter(options).problem, null)
    reporter.setInterval('x' as never)
    reporter.setApplication(7 as never)
    reporter.feature(load)
    await reporter.close()
    assert.ok(drops()['wrong-use'] >= 5)
    assert.ok(drops()['undeclared-field'] >= 6)
  })

  it('stays silent in the ranks of an MPI job that rank 0 speaks for', async t => {
    const world = makeWorld(t)
    world.environment = {PMI_RANK: '3', PMI_SIZE: '4', USAGE_SENDER: '1'}
    const reporter = createLibraryReporter({project: makeProject(), world})
    for (const outcome of [reporter.start(), reporter.feature(load), reporter.end()])
      assert.deepEqual(outcome, {kind: 'silent', reason: 'mpi-rank'})
    await reporter.close()
    assert.deepEqual(readTree(world.directory), {})
  })

  it('opens sending with the start of another process of the program, a minute after the notice', async t => {
    const {world, reporter} = makeScene(t)
    assert.match(reporter.notice ?? '', /counts how it is used/)
    assert.match(reporter.notice ?? '', /\n {2}To stop it: set DEMO_TRACKING=false, or create the file \//)
    assert.equal(reporter.noticeShown(), true)
    assert.equal(reporter.notice, null)
    world.pass(61)
    reporter.start()
    assert.equal(reporter.consent.sending, false)
    const [own, ...callers] = world.place.callers
    world.place.callers = [{...own!, pid: 301, startTime: '3010'}, ...callers]
    const other = createLibraryReporter({project: makeProject(), world})
    t.after(() => other.close())
    other.start()
    assert.equal(other.consent.sending, true)
  })
})
