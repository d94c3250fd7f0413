import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import fc from 'fast-check'
import {TimingsRecorder} from '../../src/protocol/durations/timings-recorder.ts'
import {parsePolicy} from '../../src/protocol/policy/parse-policy.ts'
import {checkProjectText} from '../../src/protocol/project/check-project-text.ts'
import {collectionVersion, parseProjectFile} from '../../src/protocol/project/project-file.ts'
import {parseAccessPage, parseAccessRequest} from '../../src/protocol/report/access.ts'
import {parseAnswer, readErrorCode} from '../../src/protocol/report/answer.ts'
import {encodeBufferFile, parseBufferFile} from '../../src/protocol/report/buffered-event.ts'
import {parseErasureReceipt, parseErasureRequest} from '../../src/protocol/report/erasure.ts'
import {headerOfValues, valuesOfHeader} from '../../src/protocol/report/header-columns.ts'
import {parseReport, type Report, readReport} from '../../src/protocol/report/report.ts'
import {limits} from '../../src/protocol/values/limits.ts'
import {describeProblems} from '../../src/protocol/values/problem.ts'
import {isPlainText} from '../../src/protocol/values/scalars.ts'
import {fixturesIn, readFixture, readJsonFixture} from '../support/fixtures.ts'
import {holds, nearJson, nearText} from '../support/near-json.ts'

const reports = fixturesIn('reports').map(readJsonFixture)
const projects = fixturesIn('projects').map(readJsonFixture)
const policies = fixturesIn('policies').map(readJsonFixture)
const lines = fixturesIn('event-files/command').flatMap(name =>
  readFixture(name)
    .trim()
    .split('\n')
    .map(line => JSON.parse(line)),
)
const [key, id] = ['0123456789abcdef'.repeat(4), '019ab4d0-0000-7000-8000-000000000001']
const at = '2026-11-22T10:00:00.000Z'
const pseudonym = key.slice(0, 32)

/** The values in a document, at any depth. */
function valuesIn(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(valuesIn) : [value]
}

/** Texts are free of control characters and numbers are finite, wherever they are. */
function assertPlain(value: unknown): void {
  for (const one of valuesIn(value)) {
    if (typeof one === 'string') assert.ok(isPlainText(one), JSON.stringify(one))
    if (typeof one === 'number') assert.ok(Number.isFinite(one))
  }
}

const asReport = ({events, rejected: _, ...envelope}: Extract<ReturnType<typeof parseReport>, {ok: true}>['value']) =>
  ({...envelope, events: events.map(({event}) => event)}) as Report

describe('a report, from any input', () => {
  it('is refused with problems, or each of its events is accepted or rejected', () => {
    holds(nearJson(...reports), input => {
      const parsed = parseReport(input)
      if (!parsed.ok) return assert.notEqual(describeProblems(parsed.problems), '')
      const {events, rejected} = parsed.value
      const places = [...events, ...rejected].map(({index}) => index).sort((a, b) => a - b)
      assert.deepEqual(places, [...(input as Report).events.keys()])
      for (const {id: found} of rejected) assert.ok(found === null || found.length <= 36)
    })
  })

  it('is the same with and without the quick check', () => {
    holds(nearJson(...reports), input =>
      assert.deepEqual(
        parseReport(input),
        readReport(input, () => false),
      ),
    )
  })

  it('is within the limits where it is accepted, and is read again as it is', () => {
    holds(nearJson(...reports), input => {
      const parsed = parseReport(input)
      if (!parsed.ok) return
      const {events, header, project, client} = parsed.value
      assertPlain([header, project, client, events])
      assert.ok(events.length <= limits.maxEventsPerReport)
      for (const {event} of events) {
        assert.ok(Buffer.byteLength(JSON.stringify(event)) <= limits.maxEventBytes + 512)
        const values = event.type === 'feature' ? event.details : event.fields
        assert.ok(Object.keys(values ?? {}).length <= limits.maxFields)
      }
      if (events.length === 0) return
      const again = parseReport(JSON.parse(JSON.stringify(asReport(parsed.value))))
      assert.ok(again.ok)
      assert.deepEqual([asReport(again.value), again.value.rejected], [asReport(parsed.value), []])
    })
  })

  it('has a header that the columns of a store hold', () => {
    holds(nearJson(...reports), input => {
      const parsed = parseReport(input)
      if (!parsed.ok) return
      const {header} = parsed.value
      const again = headerOfValues(valuesOfHeader(header))
      const isUnknown = header.os !== null && Object.values(header.os).every(value => value === null)
      assert.deepEqual(again, isUnknown ? {...header, os: null} : header)
    })
  })
})

describe('timings, of any durations', () => {
  it('are accepted by the collector', () => {
    const seconds = fc.double({min: 0, max: limits.maxDurationSeconds, noNaN: true})
    holds(fc.array(seconds, {minLength: 1, maxLength: 50}), durations => {
      const recorder = new TimingsRecorder()
      for (const one of durations) recorder.record(one)
      const timings = recorder.toTimings()
      const event = {id, type: 'feature', time: at, name: 'Load', count: durations.length, timings}
      const report = {...reports[0], events: [event]}
      const parsed = parseReport(JSON.parse(JSON.stringify(report)))
      assert.ok(parsed.ok)
      assert.deepEqual(parsed.value.rejected, [])
    })
  })
})

describe('an event file, from any content', () => {
  it('loses only the lines that are no events, and is read again as it was written', () => {
    const content = fc.array(nearText(...lines), {maxLength: 4}).map(found => found.map(one => `${one}\n`).join(''))
    holds(content, text => {
      const parsed = parseBufferFile(text, at)
      if (parsed.kind !== 'events') return
      assert.equal(parsed.events.length + parsed.damaged.length, text.split('\n').length - 1)
      const again = parseBufferFile(encodeBufferFile(parsed.events))
      assert.deepEqual(again, {...parsed, damaged: []})
      for (const {local: _, ...event} of parsed.events) assertPlain(event)
    })
  })
})

describe('a file of people, from any content', () => {
  it('is a project with a version, or has problems', () => {
    holds(nearJson(...projects), input => {
      const parsed = parseProjectFile(input)
      if (!parsed.ok) return assert.notEqual(describeProblems(parsed.problems), '')
      assert.match(collectionVersion(parsed.value), /^[0-9a-f]{8}$/)
      const again = parseProjectFile(JSON.parse(JSON.stringify(parsed.value)))
      assert.ok(again.ok, JSON.stringify(again))
      assert.deepEqual(again.value, parsed.value)
    })
  })

  it('is checked as text like the project that is read from it', () => {
    holds(nearText(...projects), text => {
      const {problems, project} = checkProjectText(text)
      assert.equal(project === null, problems.length > 0)
      for (const {line, column} of problems) assert.ok(line >= 1 && column >= 1)
    })
  })

  it('is checked also if it has thousands of levels', () => {
    for (const [open, close] of [
      ['[', ']'],
      ['{"a":', '}'],
    ] as const) {
      const text = `${open.repeat(50_000)}1${close.repeat(50_000)}`
      assert.deepEqual(
        checkProjectText(text).problems.map(({message}) => message),
        ['must have at most 32 levels of nesting'],
      )
      assert.equal(parseProjectFile(JSON.parse(text)).ok, false)
      assert.equal(parsePolicy(text).ok, false)
    }
  })

  it('is a policy, or has problems', () => {
    holds(nearText(...policies), text => {
      const parsed = parsePolicy(text)
      if (!parsed.ok) assert.ok(parsed.problems.length > 0 && parsed.problems.every(problem => problem.endsWith('.')))
    })
  })

  it('has a problem if its folder contains half a character', () => {
    const {ok, ...rest} = parsePolicy('{"inbox": "/shared/\\ud800"}')
    assert.deepEqual(
      [ok, rest],
      [
        false,
        {problems: ['inbox must be the absolute path of a folder, such as /shared/inbox, got "/shared/\\ud800".']},
      ],
    )
  })
})

describe('what a person and a collector say to each other, from any input', () => {
  const erasure = {protocol: 1, id, keys: [key, key]}
  const access = {protocol: 1, key, cursor: 'a.1'}

  it('is a request within its limits, or none', () => {
    holds(nearJson(erasure, access), input => {
      const erased = parseErasureRequest(input)
      if (erased.ok) assert.ok(erased.value.keys.length <= limits.maxErasureKeys)
      const asked = parseAccessRequest(input)
      if (asked !== null) assert.match(asked.key, /^[0-9a-f]{64}$/)
    })
  })

  it('is an answer, or none', () => {
    const rejected = [{index: 0, id: null, code: 'event-invalid', message: 'x'}]
    const group = {header: {user: pseudonym}, records: [{kind: 'day', usedAt: at}]}
    const page = {protocol: 1, user: pseudonym, groups: [group], next: null}
    const samples = [
      {accepted: 1, duplicates: 0, rejected, pending: 1},
      {error: {code: 'USAGE_COLLECTOR_BUSY', message: 'x', next: 'x'}},
      {receipt: id, erasedAt: at, runs: 1, features: 2},
      {...page, totals: {runsBefore: null, featuresBefore: at}},
    ]
    holds(nearText(...samples), body => {
      for (const parse of [parseAnswer, readErrorCode, parseErasureReceipt]) parse(body)
      const read = parseAccessPage(body)
      if (read !== null)
        for (const text of valuesIn(read.groups)) assert.ok(typeof text !== 'string' || isPlainText(text))
    })
  })
})
