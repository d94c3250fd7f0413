import assert from 'node:assert/strict'
import {test} from 'node:test'
import {admit, admitAnyAge, clockCorrectionMs, type Receipt, refuseOld} from '../../../src/collector/intake/admit.ts'
import {collectorLimits} from '../../../src/collector/limits.ts'
import type {Event} from '../../../src/protocol/report/event.ts'
import {parseReport} from '../../../src/protocol/report/report.ts'
import {dayMs, endOf, featureOf, hourMs, nowMs, reportOf, sampleProject, startOf, uuid} from '../samples.ts'

const minuteMs = 60_000
const punctual: Receipt = {receivedAtMs: nowMs, sentAtMs: nowMs}

function admitEvents(events: readonly unknown[], receipt = punctual, project = sampleProject(), header: object = {}) {
  const {header: usual, ...rest} = reportOf(events) as {header: object}
  const parsed = parseReport({...rest, header: {...usual, ...header}})
  assert.ok(parsed.ok)
  return admit(parsed.value, project, receipt)
}

test('it drops undeclared and ill-typed values, counts them, and keeps their event', () => {
  const fields = {executors: 2, mode: 'sideways', home: '/home/ann', cached: true}
  const {batch, rejected} = admitEvents([startOf(1, nowMs, {fields}), endOf(1, nowMs, {fields: {executors: -1}})])
  assert.deepEqual(rejected, [])
  const [start, end] = batch.events.map(({event, undeclaredFields}) => [
    (event as Event & {type: 'end'}).fields,
    undeclaredFields,
  ])
  assert.deepEqual(start, [{executors: 2, cached: true}, 2])
  assert.deepEqual(end, [{}, 1])
})

test('it keeps the declared details of a feature and no others', () => {
  const {batch} = admitEvents([featureOf(1, nowMs, {details: {depth: 3, path: '/home'}}), featureOf(2, nowMs)])
  const details = batch.events.map(({event}) => (event.type === 'feature' ? event.details : null))
  assert.deepEqual(details, [{depth: 3}, null])
})

test('it keeps features with an undeclared name or type apart, and accepts the others of the report', () => {
  const {batch, rejected, undeclared} = admitEvents([
    featureOf(1, nowMs),
    featureOf(2, nowMs, {name: 'Other.v1'}),
    featureOf(3, nowMs, {featureType: 'Interface'}),
    startOf(1, nowMs),
  ])
  assert.deepEqual(
    batch.events.map(({event}) => event.id),
    [uuid('f', 1), uuid('s', 1)],
  )
  assert.deepEqual(
    batch.pending?.map(({event}) => event.id),
    [uuid('f', 2), uuid('f', 3)],
  )
  assert.deepEqual(
    undeclared.map(({index, id, code}) => [index, id, code]),
    [
      [1, uuid('f', 2), 'feature-undeclared'],
      [2, uuid('f', 3), 'feature-undeclared'],
    ],
  )
  assert.deepEqual([rejected, batch.refused], [[], 0])
})

test('it accepts an undeclared feature if the project allows others', () => {
  const project = sampleProject({features: {types: ['Algorithm'], allowOther: true}})
  const names = ['Other.v1', '/etc/passwd']
  const {rejected} = admitEvents(
    names.map((name, index) => featureOf(index, nowMs, {name})),
    punctual,
    project,
  )
  assert.deepEqual(
    rejected.map(({index}) => index),
    [1],
  )
})

test('it lists the rejected events in the order of the report, and counts them as refused', () => {
  const {batch, rejected} = admitEvents([startOf(2, nowMs - 31 * dayMs), {id: 'x', type: 'end'}, startOf(1, nowMs)])
  assert.deepEqual(
    rejected.map(({index, code}) => [index, code]),
    [
      [0, 'event-too-old'],
      [1, 'event-invalid'],
    ],
  )
  assert.equal(batch.refused, 2)
})

test('it accepts an event of exactly 30 days and rejects one a millisecond older', () => {
  const {batch, rejected} = admitEvents([startOf(1, nowMs - 30 * dayMs), startOf(2, nowMs - 30 * dayMs - 1)])
  assert.deepEqual(
    batch.events.map(({event}) => event.run),
    [uuid('r', 1)],
  )
  assert.deepEqual(
    rejected.map(({index, code}) => [index, code]),
    [[1, 'event-too-old']],
  )
})

test('it corrects a clock that is off by 55 minutes or more, and not a millisecond less', () => {
  const off = (ms: number) => clockCorrectionMs({receivedAtMs: nowMs, sentAtMs: nowMs - ms})
  assert.equal(off(55 * minuteMs), 55 * minuteMs)
  assert.equal(off(55 * minuteMs - 1), 0)
  assert.equal(off(-55 * minuteMs), -55 * minuteMs)
  assert.equal(off(1 - 55 * minuteMs), 0)
  assert.equal(clockCorrectionMs({receivedAtMs: nowMs, sentAtMs: null}), 0)
})

test('it corrects every time of a wrong clock before it judges old and future events', () => {
  const sentAtMs = nowMs + 100 * dayMs
  const {batch, rejected} = admitEvents([startOf(1, sentAtMs - hourMs), endOf(1, sentAtMs)], {
    receivedAtMs: nowMs,
    sentAtMs,
  })
  assert.deepEqual(rejected, [])
  assert.deepEqual(
    batch.events.map(({timeMs, isClamped}) => [timeMs, isClamped]),
    [
      [nowMs - hourMs, false],
      [nowMs, false],
    ],
  )
})

test('it sets a time that is still in the future to the receipt, and marks it as clamped', () => {
  const {batch} = admitEvents([startOf(1, nowMs), endOf(1, nowMs + 1)])
  assert.deepEqual(
    batch.events.map(({timeMs, isClamped}) => [timeMs, isClamped]),
    [
      [nowMs, false],
      [nowMs, true],
    ],
  )
})

test('it limits the uses that one event may stand for, and flags the excess', () => {
  const counts = [1, 1e9, 1e9 + 1, 2e9, Number.MAX_SAFE_INTEGER]
  const {batch, rejected} = admitEvents(counts.map((count, index) => featureOf(index, nowMs, {count})))
  assert.deepEqual(rejected, [])
  assert.deepEqual(
    batch.events.map(({event, isClamped}) => [event.type === 'feature' && event.count, isClamped]),
    [
      [1, false],
      [1e9, false],
      [1e9, true],
      [1e9, true],
      [1e9, true],
    ],
  )
})

test('it leaves out timings of more uses than it accepts', () => {
  const timingsOf = (n: number) => ({n, sumSeconds: n, minSeconds: 1, maxSeconds: 1, scale: 5, offset: -1, counts: [n]})
  const {batch} = admitEvents(
    [1e9, 1e9 + 1].map((n, index) => featureOf(index, nowMs, {count: 2e9, timings: timingsOf(n)})),
  )
  assert.deepEqual(
    batch.events.map(({event, isClamped}) => event.type === 'feature' && [event.count, event.timings?.n, isClamped]),
    [
      [1e9, 1e9, true],
      [1e9, undefined, true],
    ],
  )
})

/** What the collector keeps of a person whose clock is off by some days. */
function keptOf(offDays: number, period: string, identity: object = {}) {
  const sentAtMs = nowMs + offDays * dayMs
  const receipt = {receivedAtMs: nowMs, sentAtMs}
  const {batch} = admitEvents([startOf(1, sentAtMs - hourMs), endOf(1, sentAtMs)], receipt, sampleProject({identity}), {
    period,
  })
  const {user, host} = batch.header
  const [start] = batch.events
  assert.equal(batch.events.length, 2)
  const script = start?.event.type === 'start' ? start.event.script : null
  const isKept = user !== null && host !== null && script !== null
  assert.ok(isKept || (user === null && host === null && script === null && batch.header.period === null))
  assert.equal(batch.hasWrongPeriod ?? false, !isKept)
  return isKept
}

test('it keeps a run from a wrong clock and drops its pseudonyms, if they are of another period than its true time', () => {
  // The receipt is on 2026-11-22.
  assert.equal(keptOf(0, '2026-01-01'), true)
  assert.equal(keptOf(-20_000, '1972-01-01'), false)
  assert.equal(keptOf(365, '2027-01-01'), false)
  assert.equal(keptOf(-100, '2026-01-01'), true)
  assert.equal(keptOf(-365, '2025-01-01'), false)
  assert.equal(keptOf(365, '0001-01-01', {rotate: 'never'}), true)
})

test('it judges by the period that the client says, also where the project has another one now', () => {
  assert.equal(keptOf(0, '2026-07-01'), true)
  assert.equal(keptOf(0, '2025-11-22'), true)
  assert.equal(keptOf(0, '2025-11-20'), false)
  const monthly = {rotate: 'month'}
  assert.equal(keptOf(-60, '2026-09-01', monthly), false)
  assert.equal(keptOf(0, '2026-11-01', monthly), true)
  assert.equal(keptOf(0, '2026-01-01', monthly), true)
  assert.equal(keptOf(0, '2026-07-01', {...monthly, yearBegins: '07-01'}), true)
})

test('it allows a day beyond each end of a period', () => {
  const at = (time: string, period: string, identity: object = {}) => {
    const receivedAtMs = Date.parse(time)
    const {batch} = admitEvents([startOf(1, receivedAtMs)], {receivedAtMs, sentAtMs: null}, sampleProject({identity}), {
      period,
    })
    return batch.hasWrongPeriod !== true
  }
  assert.equal(at('2027-01-01T23:59:59.999Z', '2026-01-01'), true)
  assert.equal(at('2027-01-02T00:00:00.000Z', '2026-01-01'), false)
  assert.equal(at('2025-12-31T00:00:00.000Z', '2026-01-01'), true)
  assert.equal(at('2025-12-30T23:59:59.999Z', '2026-01-01'), false)
  assert.equal(at('2026-03-01T23:00:00.000Z', '2026-02-01', {rotate: 'month'}), true)
  assert.equal(at('2026-03-02T01:00:00.000Z', '2026-02-01', {rotate: 'month'}), false)
})

test('it keeps the pseudonyms of a report that does not say their period', () => {
  const {batch} = admitEvents([startOf(1, nowMs)], punctual)
  assert.ok(batch.header.user !== null && batch.hasWrongPeriod === undefined)
})

test('it keeps (other) in the place of a text, as an export has it, and in no other place', () => {
  const fields = {
    input: {type: 'pattern', pattern: '[a-z]+', description: 'What it read'},
    executors: {type: 'integer', description: 'How many'},
  }
  const project = sampleProject({fields})
  const start = startOf(1, nowMs, {fields: {input: '(other)', executors: '(other)', unknown: '(other)'}})
  const {event, undeclaredFields} = admitEvents([start], punctual, project).batch.events[0]!
  assert.deepEqual([event.type === 'start' && event.fields, undeclaredFields], [{input: '(other)'}, 2])
})

test('it keeps no text apart that may be a path or an address', () => {
  const {batch, rejected} = admitEvents([
    featureOf(1, nowMs, {name: '/home/ann/x'}),
    featureOf(2, nowMs, {name: 'Other.v1', details: {file: '/home/ann', size: 5, kind: 'small'}}),
    startOf(1, nowMs, {fields: {mail: 'ann@example.org', nodes: 4}}),
  ])
  assert.deepEqual([rejected.map(({code}) => code), batch.refused], [['feature-undeclared'], 1])
  assert.deepEqual(
    batch.pending?.map(({event}) => event.type === 'feature' && event.details),
    [{size: 5, kind: 'small'}],
  )
  assert.deepEqual(
    batch.events.map(({undeclared, undeclaredFields}) => [undeclared, undeclaredFields]),
    [[{nodes: 4}, 2]],
  )
})

test('it keeps history since the earliest time, and refuses what a broken record dates before it', () => {
  const earliest = Date.parse(collectorLimits.earliestTime)
  const {header} = admitEvents([startOf(1, nowMs)]).batch
  const {events, refused} = admitAnyAge(
    {header, events: [startOf(1, earliest), startOf(2, earliest - 1)]},
    sampleProject(),
    nowMs,
  )
  assert.deepEqual([events.length, events[0]?.timeMs, refused], [1, earliest, 1])
})

test('it refuses live events of old clients beyond their age, and none at it', () => {
  const earliest = nowMs - collectorLimits.maxOldClientAgeDays * dayMs
  const {header} = admitEvents([startOf(1, nowMs)]).batch
  const events = [startOf(1, earliest), startOf(2, earliest - 1), endOf(2, nowMs)]
  const batch = refuseOld(admitAnyAge({header, events}, sampleProject(), nowMs))
  assert.deepEqual([batch.events.map(({event}) => event.run), batch.refused], [[uuid('r', 1), uuid('r', 2)], 1])
})
