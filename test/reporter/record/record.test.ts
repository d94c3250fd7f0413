import assert from 'node:assert/strict'
import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import type {ConsentReason} from '../../../src/reporter/consent/consent.ts'
import {askConsent} from '../../../src/reporter/consent/consent-facts.ts'
import {destinationOf, readDestinations} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {listRuns, readRun} from '../../../src/reporter/destination/open-runs.ts'
import {
  type EndInput,
  type FeatureInput,
  type Recorder,
  recordEnd,
  recordFeature,
  recordStart,
} from '../../../src/reporter/record/record.ts'
import {toTime} from '../../../src/reporter/world/world.ts'
import {makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {caller, makeFolder, makeWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'
import {waitingEvents} from '../../support/waiting-events.ts'

function makeScene(t: TestContext, changes: Readonly<Record<string, unknown>> = {}) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject(changes))
  const header = makeStart(world).header!
  const recorder = (): Recorder => ({world, destination, consent: askConsent(world, destination), header: () => header})
  return {
    world,
    destination,
    paths: destination.paths,
    header,
    start: (input: Parameters<typeof recordStart>[1] = {}) => recordStart(recorder(), input),
    end: (input: Parameters<typeof recordEnd>[1] = {}) => recordEnd(recorder(), input),
    feature: (input: Parameters<typeof recordFeature>[1]) => recordFeature(recorder(), input),
    recorder,
    waiting: () => waitingEvents(world.stateDirectory),
  }
}

const load = {name: 'Load.v1', type: 'Algorithm'}

describe('recording a run', () => {
  it('writes a start, an open run and the project file', t => {
    const {world, destination, paths, header, start, waiting} = makeScene(t)
    const outcome = start({script: '/home/a.sh', fields: {executors: 2}})
    assert.ok(outcome.kind === 'recorded' && outcome.run !== null)
    assert.deepEqual(outcome.warnings, [])
    const [event] = waiting()
    assert.deepEqual(event, {
      format: 1,
      id: outcome.id,
      time: toTime(world.now()),
      header,
      local: {host: 'host-a', machineId: world.machineId(), bootId: 'boot-a', script: '/home/a.sh'},
      type: 'start',
      run: outcome.run,
      repeat: 0,
      fields: {executors: 2},
    })
    const run = readRun(paths.runs, outcome.run)
    assert.deepEqual(run?.callers, world.place.callers)
    assert.deepEqual([run?.host, run?.bootId, run?.pidNamespace], ['host-a', 'boot-a', 'pid:[1]'])
    assert.deepEqual(readDestinations(world.stateDirectory), [destination])
  })

  it('ends the run of its caller, with how long it took and the header of the start', t => {
    const {world, paths, header, start, end, recorder, waiting} = makeScene(t)
    const started = start()
    assert.ok(started.kind === 'recorded')
    world.pass(12.5)
    world.clock.now += 3600_000
    const outcome = recordEnd({...recorder(), header: () => ({...header, version: 'other'})}, {exitCode: 3})
    assert.ok(outcome.kind === 'recorded')
    assert.deepEqual([outcome.run, outcome.warnings], [started.run, []])
    const event = waiting().at(-1)!
    assert.ok(event.type === 'end')
    assert.deepEqual([event.durationSeconds, event.exitCode, event.signal], [12.5, 3, null])
    assert.deepEqual(event.header, header)
    assert.deepEqual(listRuns(paths.runs), [])
    assert.equal(end().kind === 'recorded', true)
  })

  it('ends a named run, in any case of its id', t => {
    const {paths, start, end, world} = makeScene(t)
    const first = start()
    world.pass(1)
    start()
    assert.ok(first.kind === 'recorded')
    const outcome = end({run: first.run!.toUpperCase(), signal: 'SIGTERM'})
    assert.equal(outcome.kind === 'recorded' && outcome.run, first.run)
    assert.equal(listRuns(paths.runs).length, 1)
  })

  it('keeps an end whose run is not open, without a duration', t => {
    const {end, waiting} = makeScene(t)
    const run = '01890000-0000-7000-8000-000000000000'
    const outcome = end({run, exitCode: 0})
    assert.ok(outcome.kind === 'recorded')
    assert.deepEqual([outcome.run, outcome.warnings], [run, []])
    const event = waiting()[0]!
    assert.equal(event.type === 'end' && event.durationSeconds, null)
  })

  it('keeps an end that no start can be found for, and warns', t => {
    const {world, start, end, waiting} = makeScene(t)
    start()
    world.place.callers = [caller(900), caller(800)]
    const outcome = end()
    assert.ok(outcome.kind === 'recorded')
    assert.equal(outcome.run, null)
    assert.deepEqual(
      outcome.warnings.map(({code}) => code),
      ['USAGE_UNPAIRED'],
    )
    assert.equal(waiting().length, 2)
  })

  it('knows that two starts of one caller are two runs, and ends the newest first', t => {
    const {world, start, end} = makeScene(t)
    const runs = [1, 2].map(() => {
      world.pass(1)
      const outcome = start()
      return outcome.kind === 'recorded' ? outcome.run : null
    })
    const ends = [1, 2].map(() => {
      const outcome = end()
      return outcome.kind === 'recorded' ? outcome.run : null
    })
    assert.deepEqual(ends, runs.toReversed())
  })
})

describe('recording a feature', () => {
  it('belongs to the open run, and happened when it began', t => {
    const {world, start, feature, waiting} = makeScene(t)
    const started = start()
    world.pass(10)
    const outcome = feature({...load, durationSeconds: 2.5, count: 3, internal: true, details: {spectra: 4}})
    assert.ok(outcome.kind === 'recorded' && started.kind === 'recorded')
    assert.equal(outcome.run, started.run)
    const event = waiting().at(-1)!
    assert.ok(event.type === 'feature')
    const {featureType, name, durationSeconds, count, internal, details, time} = event
    assert.deepEqual(
      {featureType, name, durationSeconds, count, internal, details, time},
      {
        featureType: 'Algorithm',
        name: 'Load.v1',
        durationSeconds: 2.5,
        count: 3,
        internal: true,
        details: {spectra: 4},
        time: toTime(world.now() - 2500),
      },
    )
  })

  it('belongs to the run that the caller names, before the open one', t => {
    const {start, feature} = makeScene(t)
    const started = start()
    assert.ok(started.kind === 'recorded')
    const named = '01890000-0000-7000-8000-0000000000AB'
    for (const [run, expected] of [
      [named, named.toLowerCase()],
      [started.run, started.run],
      [null, started.run],
    ] as const) {
      const outcome = feature({...load, run})
      assert.equal(outcome.kind === 'recorded' && outcome.run, expected)
    }
  })

  it('has the type Feature when none is said, and the time that is said', t => {
    const {feature, waiting} = makeScene(t)
    const time = '2026-01-01T00:00:00Z'
    feature({name: 'Load.v1', startedAt: time})
    const event = waiting()[0]!
    assert.deepEqual([event.type === 'feature' && event.featureType, event.time], ['Feature', time])
  })

  it('is dropped and counted when it is not declared', t => {
    const {feature, paths, waiting} = makeScene(t)
    for (const input of [{name: 'Other.v1'}, {name: 'Load.v1', type: 'Interface'}]) {
      const outcome = feature(input)
      assert.ok(outcome.kind === 'dropped' && outcome.reason === 'undeclared-feature')
      assert.deepEqual(
        outcome.warnings.map(({code}) => code),
        ['USAGE_UNDECLARED_FEATURE'],
      )
    }
    assert.equal(countDrops(paths.drops)['undeclared-feature'], 2)
    assert.deepEqual(waiting(), [])
  })
})

describe('fields', () => {
  it('are left out, counted and named when they are undeclared or of another type', t => {
    const {start, end, feature, paths, waiting} = makeScene(t)
    const outcomes = [
      start({fields: {executors: 1, hostname: 'S3CRET'}}),
      feature({...load, details: {path: '/S3CRET'}}),
      end({fields: {executors: 'S3CRET'}}),
    ]
    const [undeclared, invalid] = ['USAGE_UNDECLARED_FIELD', 'USAGE_FIELD_INVALID']
    assert.deepEqual(
      outcomes.map(outcome => outcome.kind === 'recorded' && outcome.warnings.map(({code}) => code)),
      [[undeclared], [undeclared], [invalid]],
    )
    assert.equal(countDrops(paths.drops)['undeclared-field'], 3)
    assert.doesNotMatch(JSON.stringify(waiting()), /S3CRET/)
  })
})

describe('what a program says of itself', () => {
  it('is left out and counted where it does not fit, and the run counts', t => {
    const {recorder, header, destination, waiting} = makeScene(t)
    const unfit = {...header, version: 'x'.repeat(65), application: 'two\nlines'}
    const outcome = recordStart({...recorder(), header: () => unfit}, {script: `/${'a'.repeat(5000)}`})
    assert.ok(outcome.kind === 'recorded')
    assert.deepEqual(
      outcome.warnings.map(({code}) => code),
      ['USAGE_WRONG_USE', 'USAGE_WRONG_USE', 'USAGE_WRONG_USE'],
    )
    const [event] = waiting()
    assert.deepEqual([event?.header?.version, event?.header?.application, event?.local?.script], [null, null, null])
    assert.equal(countDrops(destination.paths.drops)['undeclared-field'], 3)
  })
})

describe('a value that does not fit', () => {
  const odd = (name: string) =>
    Object.defineProperty({...load}, name, {enumerable: true, get: () => assert.fail('an odd getter')})
  const {proxy: revoked, revoke} = Proxy.revocable({}, {})
  revoke()
  const numbers = [
    Number.NaN,
    Number.POSITIVE_INFINITY,
    -1,
    '3',
    3n,
    {valueOf: () => 3},
    [3],
    true,
    revoked,
    Symbol('3'),
  ]
  const cases: readonly (readonly [name: string, input: object])[] = [
    ...numbers.map(value => ['durationSeconds', {...load, durationSeconds: value}] as const),
    ...[...numbers, 0, 1.5].map(value => ['count', {...load, count: value}] as const),
    ...['yesterday', 0, new Date(), '2026-02-30T00:00:00Z'].map(at => ['startedAt', {...load, startedAt: at}] as const),
    ...['no id', '../../secret', 17].map(run => ['run', {...load, run}] as const),
    ['internal', {...load, internal: 'yes'}],
    ['details', {...load, details: 'text'}],
    ['details', {...load, details: revoked}],
    ...['durationSeconds', 'count', 'startedAt', 'run', 'internal', 'details'].map(name => [name, odd(name)] as const),
  ]

  it('is left out and counted, and the feature counts', t => {
    const {feature, waiting, paths} = makeScene(t)
    for (const [index, [name, input]] of cases.entries()) {
      const outcome = feature(input as FeatureInput)
      assert.ok(outcome.kind === 'recorded', `${name}: ${JSON.stringify(outcome)}`)
      assert.equal(outcome.warnings.filter(({code}) => code !== 'USAGE_UNPAIRED').length, 1, name)
      assert.equal(countDrops(paths.drops)['undeclared-field'], index + 1)
    }
    const usual = {count: 1, durationSeconds: null, internal: false, details: null, run: null}
    assert.equal(waiting().length, cases.length)
    for (const event of waiting()) assert.partialDeepStrictEqual(event, usual)
  })

  it('is left out and counted, and the end counts and finds its run', t => {
    const {start, end, waiting, paths} = makeScene(t)
    const inputs = [
      ...[Number.NaN, 1.5, '1', 1n, 2 ** 40, revoked].map(exitCode => ({exitCode})),
      ...['TERM TERM', '', 0, 137, {}].map(signal => ({signal})),
    ]
    for (const input of inputs) {
      const started = start({})
      const outcome = end(input as EndInput)
      assert.ok(started.kind === 'recorded' && outcome.kind === 'recorded')
      assert.equal(outcome.run, started.run)
    }
    assert.equal(countDrops(paths.drops)['undeclared-field'], inputs.length)
    for (const event of waiting().filter(({type}) => type === 'end'))
      assert.partialDeepStrictEqual(event, {exitCode: null, signal: null})
  })

  it('is no signal that has a name or a number', t => {
    const {end, waiting} = makeScene(t)
    for (const signal of [9, '9', 'kill', 'SigKill', 'KILL']) end({signal} as EndInput)
    assert.deepEqual(new Set(waiting().map(event => event.type === 'end' && event.signal)), new Set(['SIGKILL']))
  })
})

describe('after a no', () => {
  const noes: readonly (readonly [
    environment: Record<string, string>,
    changes: Record<string, unknown>,
    reason: ConsentReason,
  ])[] = [
    [{DO_NOT_TRACK: '1'}, {}, 'do-not-track'],
    [{USAGE_TRACKING: 'off'}, {}, 'usage-tracking'],
    [{DEMO_TRACKING: 'off'}, {}, 'project-variable'],
    [{CI: 'true'}, {ci: 'off'}, 'ci'],
    [{}, {consent: 'opt-in'}, 'not-opted-in'],
  ]
  for (const [environment, changes, reason] of noes)
    it(`writes no file: ${reason}`, t => {
      const {world, start, feature, end} = makeScene(t, changes)
      world.environment = environment
      for (const outcome of [start({fields: {other: 1}}), feature(load), feature({name: 'Other'}), end()])
        assert.deepEqual(outcome, {kind: 'declined', reason})
      assert.deepEqual(readTree(world.directory), {})
    })

  it('empties what waited from before when a person or a site said it', t => {
    const {world, destination, paths, start, feature} = makeScene(t)
    start()
    putStarts(world, destination, 2)
    writeFileSync(join(makeFolder(world.siteDirectory), 'off'), '')
    assert.deepEqual(feature(load), {kind: 'declined', reason: 'site-policy'})
    assert.equal(countDrops(paths.drops)['opted-out'], 3)
    assert.deepEqual([waitingEvents(world.stateDirectory), listRuns(paths.runs)], [[], []])
    const before = readTree(world.directory)
    feature(load)
    assert.deepEqual(readTree(world.directory), before)
  })

  it('keeps what waited when a circumstance said it', t => {
    const {world, start, end, waiting} = makeScene(t, {ci: 'off'})
    start()
    world.environment = {CI: 'true'}
    assert.deepEqual(end(), {kind: 'declined', reason: 'ci'})
    assert.equal(waiting().length, 1)
  })
})

describe('a disk that fails', () => {
  it('is an outcome and not an exception', t => {
    const {world, destination, recorder} = makeScene(t)
    const allowing = recorder()
    makeFolder(world.stateDirectory)
    writeFileSync(destination.directory, 'a file where the folder should be')
    for (const outcome of [
      recordStart(allowing, {}),
      recordEnd(allowing, {}),
      recordFeature(allowing, load),
      recordFeature(allowing, {name: 'Other'}),
    ]) {
      assert.ok(outcome.kind === 'dropped' && outcome.reason === 'not-written')
      assert.deepEqual(
        outcome.warnings.map(({code}) => code),
        ['USAGE_NOT_RECORDED'],
      )
    }
  })

  it('says no at once when the state cannot be written at all', t => {
    const {world, start} = makeScene(t)
    writeFileSync(world.stateDirectory, '')
    assert.deepEqual(start(), {kind: 'declined', reason: 'state-not-writable'})
    assert.equal(existsSync(world.configDirectory), false)
  })
})
