import assert from 'node:assert/strict'
import {it} from 'node:test'
import {createClockGuard} from '../../../src/collector/intake/clock-guard.ts'
import {dayMs, nowMs} from '../samples.ts'

const hourMs = 3_600_000
const doubted = {code: 'USAGE_CLOCK_DOUBTED', http: 503}

/** A guard whose clock and monotonic time the test sets. The newest report is of now. */
function guarded({startsAtMs = nowMs, newestMs = nowMs as number | null, isTrusted = false} = {}) {
  const clock = {wallMs: startsAtMs, elapsedMs: 0}
  const changes: boolean[] = []
  const guard = createClockGuard({
    now: () => clock.wallMs,
    elapsedMs: () => clock.elapsedMs,
    newestMs,
    isTrusted,
    onChange: (_message, isBelieved) => void changes.push(isBelieved),
  })
  return {clock, guard, changes}
}

for (const [name, startsAtMs] of [
  ['1970', 0],
  ['a day and an hour behind', nowMs - 25 * hourMs],
  ['15 days ahead', nowMs + 15 * dayMs],
  ['10 years ahead', nowMs + 3_653 * dayMs],
] as const)
  it(`doubts a clock that starts ${name}, and believes it again when it is set`, () => {
    const {clock, guard, changes} = guarded({startsAtMs})
    assert.throws(() => guard.require(), doubted)
    assert.equal(guard.check().ok, false)
    clock.wallMs = nowMs + 2 * hourMs
    clock.elapsedMs = 2 * hourMs
    guard.require()
    assert.deepEqual(changes, [false, true])
  })

for (const newestMs of [null, 5 * dayMs])
  it(`doubts a clock that was never set, and believes the first possible one, after ${newestMs ?? 'no'} reports`, () => {
    const {clock, guard} = guarded({startsAtMs: 6 * dayMs, newestMs})
    assert.throws(() => guard.require(), {
      ...doubted,
      message: /^the clock says 1970-01-07, it must be after 2000-01-01$/,
    })
    clock.wallMs = nowMs
    guard.require()
    clock.wallMs = 6 * dayMs
    assert.throws(() => guard.require(), doubted)
  })

it('gives the expected time in whole milliseconds while the clock is doubted', () => {
  const {clock, guard} = guarded()
  assert.equal(guard.now(), nowMs)
  clock.wallMs = 0
  clock.elapsedMs = hourMs + 0.25
  assert.equal(guard.now(), nowMs + hourMs)
})

it('believes two weeks without a collector, a suspended machine and small corrections', () => {
  const {clock, guard} = guarded({startsAtMs: nowMs + 14 * dayMs})
  guard.require()
  for (const [wall, elapsed] of [
    [9 * dayMs, hourMs],
    [-hourMs, 0],
    [400 * dayMs, 400 * dayMs],
  ] as const) {
    clock.wallMs += wall
    clock.elapsedMs += elapsed
    guard.require()
  }
})

it('doubts a clock that jumps while the collector runs', () => {
  for (const jumpMs of [-nowMs, -2 * dayMs, 15 * dayMs, 3_653 * dayMs]) {
    const {clock, guard} = guarded()
    clock.wallMs += jumpMs
    assert.throws(() => guard.require(), doubted)
  }
})

it('believes a doubted clock when five of the last senders agree with it, and not before', () => {
  let next = 0
  const {clock, guard} = guarded({startsAtMs: nowMs + 100 * dayMs})
  for (let sender = 0; sender < 4; sender++) guard.hear(clock.wallMs - hourMs + 1, `${next++}`)
  for (const sentAtMs of [nowMs, null, clock.wallMs + hourMs]) guard.hear(sentAtMs, `${next++}`)
  assert.throws(() => guard.require(), doubted)
  guard.hear(clock.wallMs, `${next++}`)
  guard.require()
})

it('lets one sender neither prove a doubted clock nor keep it doubted, and no program of the same machine', () => {
  const {clock, guard} = guarded({startsAtMs: nowMs + 100 * dayMs})
  for (let report = 0; report < 100; report++) {
    guard.hear(clock.wallMs, 'stranger')
    guard.hear(clock.wallMs, null)
  }
  assert.throws(() => guard.require(), doubted)
  for (let sender = 0; sender < 5; sender++) {
    for (let report = 0; report < 100; report++) guard.hear(0, 'stranger')
    guard.hear(clock.wallMs, `${sender}`)
  }
  guard.require()
})

it('believes the first clock of an empty store, and every clock that the operator has checked', () => {
  guarded({startsAtMs: Date.parse('2000-01-01'), newestMs: null}).guard.require()
  guarded({startsAtMs: 0, isTrusted: true}).guard.require()
})
