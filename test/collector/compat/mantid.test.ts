import assert from 'node:assert/strict'
import {randomBytes} from 'node:crypto'
import {it} from 'node:test'
import {readMantidFeatures, readMantidStartups} from '../../../src/collector/compat/mantid.ts'
import {oldIds} from '../../../src/collector/compat/old-ids.ts'
import {makeUuidV7} from '../../../src/protocol/values/uuid.ts'
import {assertContains} from '../../support/assert-contains.ts'
import {readJsonFixture} from '../../support/fixtures.ts'
import {nowMs, sampleProject} from '../samples.ts'

const types = ['Algorithm', 'Interface', 'Feature', 'Function', 'Unknown']
const project = sampleProject({features: {types, allowOther: true}})
const context = {
  project,
  ids: oldIds('secret'),
  receivedAtMs: nowMs + 86_400_000,
  featureId: (timeMs: number) => makeUuidV7(timeMs, randomBytes(10)),
}
const startup = (changes: object = {}) => ({...readJsonFixture('compat/mantid-startup-6.x.json'), ...changes})
const refused = {code: 'USAGE_REPORT_UNPARSABLE'}

it('reads a startup as the start of a run with an unknown outcome', () => {
  const [batch] = readMantidStartups(startup(), context)
  const {user, host, ...rest} = batch!.header
  assert.ok(user !== null && host !== null && user !== startup().uid)
  assertContains(rest, {
    application: 'mantidworkbench',
    version: '6.11.20250110.1450.dev6',
    commit: 'a2c602fb1f8cb339abed583bc1e3e6af992ea9db',
    component: null,
    os: {name: 'Linux', version: '6.18.44-fc-v657', arch: 'x86_64', readable: 'Debian GNU/Linux 12 (bookworm)'},
    ci: null,
    scheduler: null,
    period: '2026-01-01',
  })
  assert.equal(batch!.events[0]?.timeMs, Date.parse('2026-11-22T13:35:06.742Z'))
  assert.deepEqual(batch!.mark, {isOutcomeUntold: true, isTest: false})
})

it('makes the same run of the same startup, and another run if it differs by a microsecond', () => {
  const runOf = (changes: object = {}) => readMantidStartups(startup(changes), context)[0]!.events[0]!.event.run
  assert.equal(runOf(), runOf())
  assert.equal(runOf({dateTime: '2026-11-22T13:35:06.742521Z'}), runOf())
  assert.notEqual(runOf({dateTime: '2026-11-22T13:35:06.742522'}), runOf())
})

it('accepts a startup that repeats for longer than 30 days', () => {
  assert.equal(readMantidStartups(startup({dateTime: '2026-01-01T00:00:00'}), context)[0]?.events.length, 1)
})

it('reads a list of startups, wrapped or not, all or nothing', () => {
  const two = [startup(), startup({uid: 'another', ParaView: '5'})]
  for (const input of [two, {usages: two}]) assert.equal(readMantidStartups(input, context).length, 2)
  for (const input of [[...two, {}], {usages: [...two, {}]}, {usages: 5}, {}, null, 7, 'text'])
    assert.throws(() => readMantidStartups(input, context), refused)
})

it('gives features without a time the time of the receipt, and each post new ids', () => {
  const read = () => readMantidFeatures(readJsonFixture('compat/mantid-feature-6.x.json'), context)
  const [batch] = read()
  assert.deepEqual(
    batch!.events.map(
      ({event, timeMs}) => event.type === 'feature' && [event.name, event.count, event.internal, timeMs],
    ),
    [
      ['Load.v1', 3, false, context.receivedAtMs],
      ['LoadNexus.v1', 1, true, context.receivedAtMs],
      ['ISIS Reflectometry', 1, false, context.receivedAtMs],
      ['ISIS Reflectometry->MainWindow->CloseBatch', 1, false, context.receivedAtMs],
      ['Gaussian', 1, true, context.receivedAtMs],
    ],
  )
  assert.deepEqual([batch!.header.application, batch!.header.version], ['mantidworkbench', '6.11'])
  const ids = [...read(), ...read()].flatMap(({events}) => events.map(({event}) => event.id))
  assert.equal(new Set(ids).size, 10)
})

it('reads the first design: header, start, duration and details beside the features', () => {
  const features = [
    {
      details: '{"Filename":"C:\\\\Mantid"}',
      duration: 0.257,
      name: 'Load.v1',
      start: '2026-11-22T10:21:44.4',
      type: 'Algorithm',
    },
    {name: 'Rebin.v1', type: 'Algorithm', internal: true},
  ]
  const [batch] = readMantidFeatures({...startup(), features}, context)
  const [load, rebin] = batch!.events
  assert.ok(load?.event.type === 'feature' && rebin?.event.type === 'feature')
  assert.deepEqual([load.timeMs, load.event.durationSeconds], [Date.parse('2026-11-22T10:21:44.400Z'), 0.257])
  assert.equal(rebin.timeMs, Date.parse('2026-11-22T13:35:06.742Z'))
  assert.ok(batch!.header.user !== null && batch!.header.commit !== null)
  assert.doesNotMatch(JSON.stringify(batch), /Filename/)
})

it('reads a single feature, a list of them, and keeps applications apart', () => {
  const one = {type: 'Algorithm', name: 'Load.v1', internal: false, count: 2, mantidVersion: '6.11', application: 'a'}
  assert.equal(readMantidFeatures(one, context)[0]?.header.version, '6.11')
  assert.equal(readMantidFeatures([one, one], context).length, 2)
  const apart = readMantidFeatures({features: [one, {...one, application: 'b'}, one]}, context)
  assert.deepEqual(
    apart.map(({header, events}) => [header.application, events.length]),
    [
      ['a', 2],
      ['b', 1],
    ],
  )
})

it('rejects a post with one invalid feature', () => {
  const right = {type: 'Algorithm', name: 'Load.v1', internal: false, count: 1}
  const wrong = [{count: 'two'}, {count: 0}, {count: 1.5}, {name: 7}, {name: ''}, {name: null}, {internal: 'no'}]
  for (const changes of [...wrong, {start: 'now'}, {duration: -1}, {type: 5}])
    assert.throws(() => readMantidFeatures({features: [right, {...right, ...changes}]}, context), refused)
  for (const input of [{features: 5}, {features: [5]}, {}, [[]], null])
    assert.throws(() => readMantidFeatures(input, context), refused)
})

it('cuts long texts, and removes control characters', () => {
  const long = {mantidVersion: '6'.repeat(1000), application: `a\u0000${'\ud800'}`, osReadable: 'x'.repeat(1000)}
  const {version, application, os} = readMantidStartups(startup(long), context)[0]!.header
  assert.deepEqual([version?.length, application, os?.readable?.length], [64, 'a?\ufffd', 128])
  const [batch] = readMantidFeatures({type: 'Algorithm', name: 'L'.repeat(1000)}, context)
  assert.equal(batch?.events[0]?.event.type === 'feature' && batch.events[0].event.name.length, 128)
})

it('counts features that the project does not declare as refused', () => {
  const closed = {...context, project: sampleProject()}
  const [batch] = readMantidFeatures(
    {
      features: [
        {type: 'Algorithm', name: 'Load.v1'},
        {type: 'Interface', name: 'X'},
      ],
    },
    closed,
  )
  assert.deepEqual([batch?.events.length, batch?.refused], [1, 1])
})

it('reads a count that no client means, instead of refusing its post', () => {
  const countOf = (count: unknown) => {
    const [batch] = readMantidFeatures({features: [{type: 'Algorithm', name: 'Load.v1', count}]}, context)
    const event = batch?.events[0]?.event
    return event?.type === 'feature' ? event.count : null
  }
  assert.deepEqual([2e9, 1e300].map(countOf), [2e9, Number.MAX_SAFE_INTEGER])
  for (const count of [0, -1, 1.5, '3']) assert.throws(() => countOf(count), refused)
})
