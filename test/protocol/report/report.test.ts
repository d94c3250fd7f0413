import assert from 'node:assert/strict'
import {test} from 'node:test'
import {emptyHeader} from '../../../src/protocol/report/header-columns.ts'
import {type ParsedReport, parseReport, type Rejection} from '../../../src/protocol/report/report.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {formatProblem} from '../../../src/protocol/values/problem.ts'
import {assertContains} from '../../support/assert-contains.ts'
import {fixturesIn, readJsonFixture} from '../../support/fixtures.ts'

// biome-ignore lint/suspicious/noExplicitAny: the events of these tests are wrong on purpose
type Loose = any

const wholeRun = (): Loose => readJsonFixture('reports/run.json')
const oneEvent = (name: 'start' | 'end' | 'feature', changes: object): Loose => {
  const report = readJsonFixture(`reports/${name}.json`)
  return {...report, events: [{...report.events[0], ...changes}]}
}

function mustParse(input: unknown): ParsedReport {
  const parsed = parseReport(input)
  if (!parsed.ok) assert.fail(parsed.problems.map(formatProblem).join('; '))
  return parsed.value
}
const rejectionOf = (input: unknown): Rejection | undefined => mustParse(input).rejected[0]
const problemsOf = (input: unknown): string[] => {
  const parsed = parseReport(input)
  return parsed.ok ? [] : parsed.problems.map(formatProblem)
}

for (const name of fixturesIn('reports')) {
  test(`reads the golden report ${name} and keeps all its values`, () => {
    const {events, rejected, ...envelope} = mustParse(readJsonFixture(name))
    assert.deepEqual(rejected, [])
    assertContains({...envelope, events: events.map(({event}) => event)}, readJsonFixture(name))
  })
}

test('rejects a period that is no day, and a mark that is no boolean', () => {
  const withHeader = (header: object) => ({...readJsonFixture('reports/agent.json'), header})
  assert.deepEqual(problemsOf(withHeader({period: '2026-02-28', isNewSecret: null, agent: null})), [])
  assert.match(problemsOf(withHeader({period: '2026-02-30'})).join(), /^header.period: must be a day that exists/)
  assert.match(problemsOf(withHeader({period: '2026'})).join(), /^header.period: must be a day such as 2026-01-01/)
  assert.match(problemsOf(withHeader({isNewSecret: 'yes'})).join(), /^header.isNewSecret/)
  assert.match(problemsOf(withHeader({agent: 'a'.repeat(33)})).join(), /^header.agent/)
})

test('fills in absent optional values and ignores keys that a later client adds', () => {
  const id = '019AB4D0-0000-7000-8000-0000000000AB'
  const time = '2026-11-22T10:00:00Z'
  const {header, events} = mustParse({
    protocol: 1,
    project: 'sims',
    client: {name: 'other', version: '1', url: 'x'},
    header: {later: {deep: {}}},
    events: [
      {id, type: 'start', run: id, time},
      {id, type: 'end', time, later: 1},
      {id, type: 'feature', time, name: 'Rebin.v1'},
    ],
  })
  assert.deepEqual(header, emptyHeader)
  assert.equal('later' in header, false)
  const low = id.toLowerCase()
  const shared = {id: low, time, run: null, durationSeconds: null}
  const use = {featureType: 'Feature', name: 'Rebin.v1', count: 1, internal: false, details: null}
  assert.deepEqual(
    events.map(({event}) => event),
    [
      {id: low, type: 'start', run: low, time, script: null, repeat: 0, fields: {}},
      {...shared, type: 'end', exitCode: null, signal: null, fields: {}},
      {...shared, type: 'feature', ...use},
    ],
  )
})

test('keeps the valid events of a report and rejects the others, each with its position', () => {
  const input = wholeRun()
  input.events.splice(1, 0, {...input.events[0], id: 'x'}, 'no event', {type: 'restart'})
  const {events, rejected} = mustParse(input)
  assert.deepEqual(
    events.map(({index}) => index),
    [0, 4, 5],
  )
  assert.deepEqual(rejected, [
    {index: 1, id: 'x', code: 'event-invalid', message: 'id: must be a UUID, got "x"'},
    {
      index: 2,
      id: null,
      code: 'event-invalid',
      message: 'the document: must be an event of type start, end or feature, got "no event"',
    },
    {
      index: 3,
      id: null,
      code: 'event-invalid',
      message: 'type: must be an event of type start, end or feature, got "restart"',
    },
  ])
})

const envelopeCases: [title: string, change: (report: Loose) => Loose, wanted: string][] = [
  ['something that is no object', () => 7, 'the document: must be an object, got 7'],
  ['another protocol', report => ({...report, protocol: 2}), 'protocol: must be protocol 1, got 2'],
  [
    'a project id with a slash',
    report => ({...report, project: '../x'}),
    'project: must be a project id (a-z, 0-9 and -, beginning with a letter, at most 40), got "../x"',
  ],
  ['no events', report => ({...report, events: []}), 'events: must contain at least one event, got a list'],
  ['events that are no list', report => ({...report, events: {}}), 'events: must be a list of events, got an object'],
  [
    'a raw user',
    report => ({...report, header: {...report.header, user: 'ada'}}),
    'header.user: must be a pseudonym of 32 hex digits, got "ada"',
  ],
  [
    'a control character',
    report => ({...report, header: {...report.header, version: '1\n2'}}),
    'header.version: must be text without control characters, got "1\\n2"',
  ],
]
for (const [title, change, problem] of envelopeCases) {
  test(`explains what is wrong in a report with ${title}`, () => {
    assert.deepEqual(problemsOf(change(wholeRun())), [problem])
  })
}

test('rejects a list instead of a report', () => assert.equal(parseReport([]).ok, false))

test('names a missing key', () => {
  const {header: _, ...rest} = wholeRun()
  assert.match(problemsOf(rest).join(), /^header: is required$/)
})

test(`accepts ${limits.maxEventsPerReport} events and rejects one more`, () => {
  const make = (length: number) => ({...wholeRun(), events: Array.from({length}, () => wholeRun().events[0])})
  assert.equal(mustParse(make(limits.maxEventsPerReport)).events.length, limits.maxEventsPerReport)
  const problem = `events: must contain at most ${limits.maxEventsPerReport} events, got a list`
  assert.deepEqual(problemsOf(make(limits.maxEventsPerReport + 1)), [problem])
})

test(`accepts an event of ${limits.maxEventBytes} bytes and rejects one byte more`, () => {
  const make = (bytes: number) => {
    const input = oneEvent('start', {later: ''})
    input.events[0].later = 'x'.repeat(bytes - JSON.stringify(input.events[0]).length)
    return input
  }
  assert.equal(rejectionOf(make(limits.maxEventBytes)), undefined)
  assert.deepEqual(rejectionOf(make(limits.maxEventBytes + 1)), {
    index: 0,
    id: wholeRun().events[0].id,
    code: 'event-too-large',
    message: `must have at most ${limits.maxEventBytes} bytes, got ${limits.maxEventBytes + 1}`,
  })
})

test(`accepts ${limits.maxDepth} levels and rejects one more`, () => {
  assert.equal(rejectionOf(oneEvent('start', {later: {}})), undefined)
  assert.equal(rejectionOf(oneEvent('start', {later: {deep: {}}}))?.code, 'event-too-deep')
  assert.equal(rejectionOf(oneEvent('start', {fields: {executors: {}}}))?.code, 'event-too-deep')
})

const n = (length: number) => 'x'.repeat(length)
const fieldsOf = (count: number) => Object.fromEntries(Array.from({length: count}, (_, index) => [`f${index}`, true]))
const boundaries: [title: string, event: 'start' | 'end' | 'feature', within: object, beyond: object][] = [
  ['text of a field', 'start', {fields: {a: n(limits.maxStringLength)}}, {fields: {a: n(limits.maxStringLength + 1)}}],
  ['name of a field', 'start', {fields: {[n(64)]: 1}}, {fields: {[n(65)]: 1}}],
  ['count of fields', 'start', {fields: fieldsOf(limits.maxFields)}, {fields: fieldsOf(limits.maxFields + 1)}],
  ['count of details', 'feature', {details: fieldsOf(limits.maxFields)}, {details: fieldsOf(limits.maxFields + 1)}],
  ['name of a feature', 'feature', {name: n(limits.maxFeatureNameLength)}, {name: n(limits.maxFeatureNameLength + 1)}],
  ['empty name of a feature', 'feature', {name: 'x'}, {name: ''}],
  ['type of a feature', 'feature', {featureType: n(64)}, {featureType: n(65)}],
  ['most uses', 'feature', {count: limits.maxCount}, {count: limits.maxCount + 2}],
  ['fewest uses', 'feature', {count: 1}, {count: 0}],
  ['whole uses', 'feature', {count: 2}, {count: 1.5}],
  [
    'longest duration',
    'end',
    {durationSeconds: limits.maxDurationSeconds},
    {durationSeconds: limits.maxDurationSeconds + 1},
  ],
  ['shortest duration', 'end', {durationSeconds: 0}, {durationSeconds: -0.001}],
  ['highest exit code', 'end', {exitCode: 2 ** 32 - 1}, {exitCode: 2 ** 32}],
  ['lowest exit code', 'end', {exitCode: -(2 ** 31)}, {exitCode: -(2 ** 31) - 1}],
  ['signal', 'end', {signal: 'SIGRTMIN+12'}, {signal: 'TERM'}],
  ['signal', 'end', {signal: 'SIG34'}, {signal: 'SIGS3CRET'}],
  ['repeat', 'start', {repeat: 100_000}, {repeat: 100_001}],
  ['time zone', 'end', {time: '2026-11-22T10:00:00Z'}, {time: '2026-11-22T10:00:00+00:00'}],
  ['digits of a second', 'end', {time: '2026-11-22T10:00:00.123456789Z'}, {time: '2026-11-22T10:00:00.1234567890Z'}],
  ['days of February', 'end', {time: '2024-02-29T10:00:00Z'}, {time: '2026-02-29T10:00:00Z'}],
  ['last hour', 'end', {time: '2026-11-22T23:59:59Z'}, {time: '2026-11-22T24:00:00Z'}],
  ['run of a start', 'start', {run: '019ab4d0-0000-7000-8000-000000000000'}, {run: null}],
  ['whole characters', 'feature', {name: '\u{1f9ea}'}, {name: '\ud83e'}],
]
for (const [title, event, within, beyond] of boundaries) {
  test(`enforces the limit of: ${title}`, () => {
    assert.equal(rejectionOf(oneEvent(event, within)), undefined)
    const rejection = rejectionOf(oneEvent(event, beyond))
    assert.equal(rejection?.code, 'event-invalid')
    assert.match(rejection.message, /^[\w.…]+: (?:must .+, got .+|is required)$/)
  })
}

test('reads timings, which replace a duration and count no more uses than the event', () => {
  const timings = {
    n: 2,
    sumSeconds: 1.5,
    minSeconds: 0.5,
    maxSeconds: 1,
    scale: 5,
    offset: -33,
    counts: [1, ...zeros(31), 1],
  }
  const parsed = mustParse(oneEvent('feature', {count: 2, timings}))
  const event: Loose = parsed.events[0]?.event
  assert.deepEqual([event.durationSeconds, event.count, event.timings], [null, 2, timings])
  const {code, message} = rejectionOf(oneEvent('feature', {count: 1, timings})) ?? {}
  assert.deepEqual([code, message], ['event-invalid', 'timings.n: must be at most the count 1, got 2'])
  const wrong = rejectionOf(oneEvent('feature', {count: 2, timings: {...timings, n: 3}}))
  assert.match(wrong?.message ?? '', /^timings: must have counts whose sum is n/)
  for (const counts of [
    [1, [1]],
    [1, {}],
  ])
    assert.equal(rejectionOf(oneEvent('feature', {count: 2, timings: {...timings, counts}}))?.code, 'event-too-deep')
})
const zeros = (length: number): number[] => Array(length).fill(0)

test('stops at the first problem of an event, and counts entries before it reads them', () => {
  const bad = {id: 1, time: 2, name: 3, count: 4.5, internal: 5}
  assert.equal(rejectionOf(oneEvent('feature', bad))?.message, 'id: must be text, got 1')
  const crowd = Object.fromEntries(Array.from({length: 650}, (_, index) => [`!${index}`, null]))
  for (const [type, fields] of [
    ['start', {fields: crowd}],
    ['feature', {details: crowd}],
  ] as const) {
    const message = rejectionOf(oneEvent(type, {...fields, id: 1}))?.message
    assert.equal(message, `${Object.keys(fields)[0]}: must have at most 64 fields, got 650`)
  }
  const counts = Array(limits.maxTimingBuckets + 1).fill('no count')
  const message = rejectionOf(oneEvent('feature', {id: 1, timings: {counts}}))?.message
  assert.equal(message, 'timings.counts: must have at most 160 buckets, got 161')
})

test('rejects hostile JSON', () => {
  const deep = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`
  const inEvents = parseReport(JSON.parse(JSON.stringify({...wholeRun(), events: ['HERE']}).replace('"HERE"', deep)))
  assert.ok(inEvents.ok && inEvents.value.rejected[0]?.code === 'event-too-deep')
  assert.equal(parseReport(JSON.parse(deep)).ok, false)

  const polluted = JSON.stringify(oneEvent('start', {fields: 0})).replace(
    '"fields":0',
    '"fields":{"__proto__":{"a":1}}',
  )
  assert.equal(rejectionOf(JSON.parse(polluted))?.code, 'event-too-deep')
  const flat = mustParse(JSON.parse(polluted.replace('{"a":1}', '1')))
  assert.deepEqual(Object.keys(Object.prototype), [])
  assert.ok(flat.events.every(({event}) => event.type === 'start' && Object.keys(event.fields).length === 0))

  const huge = JSON.stringify(oneEvent('end', {durationSeconds: 0})).replace(
    '"durationSeconds":0',
    '"durationSeconds":1e999',
  )
  assert.equal(rejectionOf(JSON.parse(huge))?.code, 'event-invalid')
})

test('rejects numbers that JSON cannot represent', () => {
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, 1n])
    for (const changes of [{fields: {load: value}}, {durationSeconds: value}])
      assert.throws(() => {
        if (mustParse(oneEvent('end', changes)).rejected.length > 0) throw new Error('rejected')
      })
})
