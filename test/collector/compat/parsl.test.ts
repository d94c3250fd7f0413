import assert from 'node:assert/strict'
import {it} from 'node:test'
import {oldIds} from '../../../src/collector/compat/old-ids.ts'
import {readParslMessage} from '../../../src/collector/compat/parsl.ts'
import {readFixture} from '../../support/fixtures.ts'
import {nowMs, sampleProject} from '../samples.ts'

const count = {type: 'integer', min: 0, description: 'Count'}
const project = sampleProject({
  application: 'parsl',
  fields: {executors: count, app_count: count, app_fails: count},
})
const receivedAtMs = Date.parse('2026-11-23T00:00:00Z')
const read = (message: unknown, of = project) => readParslMessage(message, of, oldIds('secret'), receivedAtMs)
const sample = (name: string) => read(JSON.parse(readFixture(`compat/parsl-${name}.dgram`).replace(/^1/, '')))!

it('reads both messages of protocol 0 as one run with user, host, version, system and fields', () => {
  const [start, end] = [sample('p0-1.2.0-start'), sample('p0-1.2.0-end')]
  const {user, host, version, os, application} = start.header
  assert.ok(user !== null && host !== null && user !== host)
  assert.deepEqual([application, version, os?.name, os?.version], ['parsl', '1.2.0', 'Linux', '6.18.44'])
  const [started, ended] = [start.events[0]!, end.events[0]!]
  assert.deepEqual([started.event.type, ended.event.type], ['start', 'end'])
  assert.equal(started.event.run, 'a0d9a2fa-2359-4718-965f-9fe0ceb69cdd')
  assert.equal(started.event.run, ended.event.run)
  assert.equal(ended.timeMs - started.timeMs, 505)
  assert.deepEqual(ended.event.type === 'end' && ended.event.fields, {executors: 1, app_count: 3, app_fails: 0})
})

it('reads the levels of protocol 1: without an end it is a start, also without a time', () => {
  const [start] = sample('p1-level1-start').events
  assert.deepEqual([start?.event.type, start?.timeMs], ['start', receivedAtMs])
  assert.equal(sample('p1-level1-start').header.os?.name, 'Linux')
  const [first] = sample('p1-level3-start').events
  assert.deepEqual(first?.event.type === 'start' && first.event.fields, {executors: 1})
  const [end] = sample('p1-level3-end').events
  assert.ok(end?.event.type === 'end')
  assert.deepEqual([end.event.durationSeconds, end.event.exitCode, end.event.signal], [0, null, null])
  assert.deepEqual(end.event.fields, {executors: 1, app_count: 3, app_fails: 0})
})

it('drops fields that the project does not declare, never their message', () => {
  const batch = read({uuid: 'a', end: 1_600_000_001, sites: 2, t_apps: 3}, sampleProject())!
  const [end] = batch.events
  assert.deepEqual(end?.event.type === 'end' && end.event.fields, {executors: 2})
})

it('makes the same ids of the same message, and a run of any key', () => {
  const [once, again] = [read({uuid: 'no uuid', start: 1_600_000_005}), read({uuid: 'no uuid', start: 1_600_000_005})]
  assert.deepEqual(once, again)
  assert.match(String(once?.events[0]?.event.run), /^[0-9a-f-]{36}$/)
  assert.notEqual(read({uuid: 'another'})?.events[0]?.event.run, once?.events[0]?.event.run)
})

it('reads invalid values as unknown', () => {
  const odd = {uuid: 'a', start: 'now', uname: 7, parsl_v: [], os: {}, components: 5, sites: 'two', test: 'true'}
  const batch = read({...odd, 'platform.system': null, c_time: null, more: {a: 1}})!
  assert.deepEqual(batch.events[0]?.timeMs, receivedAtMs)
  assert.deepEqual([batch.header.user, batch.header.version, batch.header.os], [null, null, null])
  for (const end of [null, 'x', -1, 1e300, Number.NaN])
    assert.equal(read({uuid: 'a', end})?.events[0]?.timeMs, receivedAtMs)
  assert.equal(read({uuid: 'a', end: nowMs, execution_time: -1})?.events[0]?.event.type, 'end')
})

it('marks a test run and stores nothing else of it', () => {
  const batch = read({uuid: 'a', test: true, uname: 'abc', parsl_v: '1', start: 1_600_000_005, sites: 3})!
  assert.deepEqual(batch.mark, {isOutcomeUntold: true, isTest: true})
  assert.deepEqual([batch.header.user, batch.header.version], [null, null])
})

it('returns null for a message without a key', () => {
  for (const message of [
    {},
    {uuid: ''},
    {uuid: 7},
    {uuid: 'x'.repeat(257)},
    [],
    null,
    'text',
    5,
    {start: 1_600_000_005},
  ])
    assert.equal(read(message), null)
})
