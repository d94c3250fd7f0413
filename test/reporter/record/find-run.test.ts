import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {emptyProgramHeader} from '../../../src/protocol/report/header-columns.ts'
import type {RunRecord} from '../../../src/reporter/destination/open-runs.ts'
import {findRun, measureDuration} from '../../../src/reporter/record/find-run.ts'
import type {Caller} from '../../../src/reporter/world/processes.ts'
import {caller} from '../../support/make-world.ts'

const machine = {host: 'host-a', bootId: 'boot-a', pidNamespace: 'pid:[4026531836]'}
const place = {...machine, isShell: () => true}
/** Where the callers run several things at the same time: `make -j`, a program with threads. */
const parallelPlace = {...machine, isShell: () => false}

function makeRun(changes: Partial<RunRecord> = {}): RunRecord {
  const times = {startedAt: '2026-03-01T10:00:00.000Z', monotonicSeconds: 100}
  return {run: 'a', ...times, ...machine, callers: [], header: emptyProgramHeader, ...changes}
}

const terminal = caller(50, true)
const desktop = caller(40, true)
const init = caller(1, true)
const script = caller(100)
const aboveScript = [terminal, desktop, init]

/** Who called the start, who called the end or the feature, and whether the two belong together. */
const cases: readonly (readonly [situation: string, start: Caller[], end: Caller[], pairs: boolean])[] = [
  ['a plain script', [caller(101), script, ...aboveScript], [caller(102), script, ...aboveScript], true],
  [
    'sh -c, which execs its last command: the end has the pid of the shell',
    [caller(101), script, ...aboveScript],
    [script, ...aboveScript],
    true,
  ],
  [
    'a start that was execed by the shell that called the end before its own last command',
    [script, ...aboveScript],
    [caller(101), script, ...aboveScript],
    true,
  ],
  [
    'a subshell around the end',
    [caller(101), script, ...aboveScript],
    [caller(103), caller(102), script, ...aboveScript],
    true,
  ],
  [
    'a subshell around the start: $(usage start --print-id)',
    [caller(102), caller(101), script, ...aboveScript],
    [caller(103), script, ...aboveScript],
    true,
  ],
  [
    'both sides of a pipe',
    [caller(103), caller(101), script, ...aboveScript],
    [caller(104), caller(102), script, ...aboveScript],
    true,
  ],
  [
    'xargs',
    [caller(103), caller(102), script, ...aboveScript],
    [caller(105), caller(104), script, ...aboveScript],
    true,
  ],
  [
    'npx and timeout, several processes deep',
    [caller(104), caller(103), caller(102), caller(101), script, ...aboveScript],
    [caller(109), caller(108), caller(107), script, ...aboveScript],
    true,
  ],
  ['commands typed in one terminal', [caller(101), ...aboveScript], [caller(102), ...aboveScript], true],
  [
    'a script that leads its session, under setsid or cron',
    [caller(101), caller(100, true), init],
    [caller(102), caller(100, true), init],
    true,
  ],
  [
    'sh -c that leads its session and execs its last command',
    [caller(101), caller(100, true), init],
    [caller(100, true), init],
    true,
  ],
  [
    'two scripts of one terminal',
    [caller(111), caller(110), ...aboveScript],
    [caller(121), caller(120), ...aboveScript],
    false,
  ],
  [
    'a script and a command typed in its terminal',
    [caller(111), caller(110), ...aboveScript],
    [caller(121), ...aboveScript],
    false,
  ],
  [
    'a command typed in a terminal and a later script',
    [caller(111), ...aboveScript],
    [caller(121), caller(120), ...aboveScript],
    false,
  ],
  [
    'two terminals of one desktop, which leads the session above them',
    [caller(111), caller(61, true), caller(40, true), init],
    [caller(121), caller(62, true), caller(40, true), init],
    false,
  ],
  ['two orphans under init', [caller(111), init], [caller(121), init], false],
  ['two orphans of a namespace whose init leads no session', [caller(111), caller(1)], [caller(121), caller(1)], false],
  ['two children of the kernel', [caller(111), caller(0)], [caller(121), caller(0)], false],
  [
    'a pid that another process uses again',
    [caller(101), script, init],
    [caller(102), caller(100, false, '999'), init],
    false,
  ],
  ['nobody in common', [caller(101), caller(100)], [caller(201), caller(200)], false],
  ['no callers known', [], [], false],
  [
    'a system without start times: parent and self only',
    [caller(101, false, null), caller(100, false, null)],
    [caller(102, false, null), caller(100, false, null)],
    true,
  ],
]

describe('pairing', () => {
  it('pairs a script that is the first process of a container with itself, and what else runs there not', () => {
    const container = {pidNamespace: 'pid:[4026532500]'}
    const run = makeRun({...container, callers: [caller(7), init]})
    assert.equal(findRun([run], {...place, ...container, callers: [caller(9), init]})?.record ?? null, run)
    assert.equal(findRun([run], {...place, ...container, callers: [caller(9), caller(8), init]})?.record ?? null, null)
  })

  it('does not give a script the run of a script that it called and that never ended', () => {
    const outer = makeRun({run: 'outer', callers: [caller(101), script, terminal]})
    const later = {startedAt: '2026-03-01T10:05:00.000Z'}
    const inner = makeRun({run: 'inner', ...later, callers: [caller(131), caller(130), script, terminal]})
    assert.equal(findRun([outer, inner], {...place, callers: [caller(102), script, terminal]})?.record ?? null, outer)
  })

  for (const [situation, start, end, pairs] of cases)
    it(`${pairs ? 'pairs' : 'does not pair'} ${situation}`, () => {
      const run = makeRun({callers: start})
      assert.equal(findRun([run], {...place, callers: end})?.record ?? null, pairs ? run : null)
    })

  for (const [what, changes] of [
    ['host', {host: 'host-b'}],
    ['boot', {bootId: 'boot-b'}],
    ['pid namespace', {pidNamespace: 'pid:[2]'}],
  ] as const)
    it(`does not pair equal processes of another ${what}`, () => {
      const run = makeRun({callers: [caller(101), script]})
      const me = {...place, callers: [caller(102), script]}
      assert.equal(findRun([run], me)?.record ?? null, run)
      assert.equal(findRun([run], {...me, ...changes})?.record ?? null, null)
    })

  it('pairs the ends of nested scripts with their own starts, inner and outer', () => {
    const outer = makeRun({run: 'outer', callers: [caller(101), script, ...aboveScript]})
    const innerScript = [caller(110), script, ...aboveScript]
    const inner = makeRun({run: 'inner', callers: [caller(111), ...innerScript], startedAt: '2026-03-01T10:00:01.000Z'})
    for (const runs of [
      [outer, inner],
      [inner, outer],
    ])
      assert.equal(findRun(runs, {...place, callers: [caller(112), ...innerScript]})?.record?.run, 'inner')
    assert.equal(findRun([outer], {...place, callers: [caller(120), script, ...aboveScript]})?.record?.run, 'outer')
  })

  it('prefers the nearest process to the newest run', () => {
    const near = makeRun({run: 'near', callers: [caller(101), caller(110), script]})
    const newer = makeRun({run: 'newer', callers: [caller(102), script], startedAt: '2026-03-01T12:00:00.000Z'})
    assert.equal(findRun([newer, near], {...place, callers: [caller(112), caller(110), script]})?.record?.run, 'near')
  })

  it('takes the newest of several open runs of one caller, by time and then by id', () => {
    const callers = [caller(101), script]
    const old = makeRun({run: 'c', callers})
    const newer = makeRun({run: 'a', callers, startedAt: '2026-03-01T10:00:01.000Z'})
    const newest = makeRun({run: 'b', callers, startedAt: '2026-03-01T10:00:01.000Z'})
    for (const runs of [
      [old, newer, newest],
      [newest, newer, old],
    ])
      assert.equal(findRun(runs, {...place, callers: [caller(102), script]})?.record?.run, 'b')
  })

  it('leaves an event unpaired where equally near runs were started by a process that is no shell', () => {
    const first = makeRun({run: 'a', callers: [caller(101), script]})
    const second = makeRun({run: 'b', callers: [caller(102), script], startedAt: '2026-03-01T10:00:01.000Z'})
    const deeper = makeRun({run: 'c', callers: [caller(104), caller(103), script]})
    for (const runs of [
      [first, second],
      [first, deeper],
    ])
      for (const callers of [
        [caller(105), script],
        [caller(107), caller(106), script],
      ]) {
        const match = findRun(runs, {...parallelPlace, callers})
        assert.deepEqual(match, {record: null, fromEvent: callers.length - 1})
      }
    assert.equal(findRun([first], {...parallelPlace, callers: [caller(105), script]})?.record, first)
  })

  it('does not fall back to an outer run where the nearest runs cannot be told apart', () => {
    const outer = makeRun({run: 'outer', callers: [caller(90), caller(80)]})
    const recipes = ['a', 'b'].map(run => makeRun({run, callers: [caller(101), script, caller(80)]}))
    const match = findRun([outer, ...recipes], {...parallelPlace, callers: [caller(102), script, caller(80)]})
    assert.deepEqual(match, {record: null, fromEvent: 1})
  })

  it('leaves an event unpaired that a shell calls through other programs, where it called several starts so', () => {
    const runs = ['a', 'b'].map(run => makeRun({run, callers: [caller(102), caller(101), script]}))
    assert.equal(findRun(runs, {...place, callers: [caller(104), caller(103), script]})?.record, null)
  })

  it('finds nothing among no runs', () => {
    assert.equal(findRun([], {...place, callers: [script]})?.record ?? null, null)
  })
})

describe('the duration of a run', () => {
  const startedAt = '2026-03-01T10:00:00.000Z'
  const start = Date.parse(startedAt)
  const minute = 60_000
  const durations: readonly (readonly [what: string, run: Partial<RunRecord>, end: object, seconds: number | null])[] =
    [
      ['is measured by the clock that never jumps', {}, {now: start + minute, monotonicSeconds: 112.3456}, 12.346],
      ['does not see the wall clock jump ahead', {}, {now: start + 1e10, monotonicSeconds: 101}, 1],
      ['does not see the wall clock jump back', {}, {now: start - 1e10, monotonicSeconds: 101}, 1],
      ['is 0 for a run that took no time', {}, {now: start, monotonicSeconds: 100}, 0],
      [
        'comes from the wall clock after another boot',
        {},
        {bootId: 'boot-b', now: start + minute, monotonicSeconds: 3},
        60,
      ],
      [
        'comes from the wall clock on another host',
        {},
        {host: 'host-b', now: start + minute, monotonicSeconds: 1e6},
        60,
      ],
      ['comes from the wall clock without a boot id', {bootId: null}, {bootId: null, now: start + 1500}, 1.5],
      ['is unknown when the wall clock went backwards', {}, {bootId: 'boot-b', now: start - 1}, null],
      ['is unknown when the clock that never jumps did', {}, {now: start + minute, monotonicSeconds: 99}, null],
      ['is unknown when the start has no time', {startedAt: 'once', bootId: null}, {bootId: null, now: start}, null],
      [
        'is unknown beyond what a report may say',
        {startedAt: '1970-01-01T00:00:00.000Z'},
        {bootId: 'b', now: start},
        null,
      ],
    ]
  for (const [what, run, end, seconds] of durations)
    it(what, () => {
      const clock = {bootId: 'boot-a', host: 'host-a', now: start, monotonicSeconds: 100, ...end}
      assert.equal(measureDuration(makeRun({startedAt, ...run}), clock), seconds)
    })
})
