import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {writeTime} from '../../../../src/cli/output/write-time.ts'
import {writeAccess} from '../../../../src/cli/text/person/write-access.ts'
import type {DestinationAccess, HeldId} from '../../../../src/reporter/person/access.ts'

const plain = (text: string): string => text
const paint = {bold: plain, dim: plain, green: plain, red: plain, yellow: plain, cyan: plain}
const user = 'ab'.repeat(16)
const run = '0199aaaa-7200-7000-8000-000000000001'
const at = '2026-11-22T10:00:00.000Z'
const atText = writeTime(at)
const event = {id: run, run, time: at, fields: {}}
const start = {...event, type: 'start', script: 'cd'.repeat(16), repeat: 0, fields: {executors: 2}}
const end = {...event, type: 'end', durationSeconds: 12.5, exitCode: null, signal: 'SIGTERM'}
const feature = {
  ...{id: run, run: null, time: at, type: 'feature', featureType: 'Algorithm', name: 'Load.v1', durationSeconds: null},
  ...{count: 3, internal: true, details: {format: 'nexus'}},
}
const flags = {isClamped: false, isOutcomeUntold: false, isTest: false}
const runRecord = {kind: 'run', run, start, end, firstSignAt: at, lastSignAt: at, ...flags}
const header = {user, version: '1.0', os: {name: 'Linux', arch: null}, ci: null, isNewSecret: false}

const id = (changes: Partial<HeldId> = {}): HeldId => ({
  ...{period: '2026', generation: 0, user, isComplete: true, reason: null, message: null},
  totals: {runsBefore: null, featuresBefore: null},
  groups: [{header, records: [runRecord]}],
  records: 1,
  ...changes,
})
const destination = (changes: Partial<DestinationAccess> = {}): DestinationAccess => ({
  ...{project: 'demo', endpoint: 'https://a.example', contact: 'demo@example.org', outcome: 'shown', erasedAt: null},
  ...{ids: [id()], otherPeriods: [], leftNameless: false, leftLost: false},
  ...changes,
})
const write = (changes: Partial<DestinationAccess> = {}, unreadable: string[] = []): string =>
  writeAccess({projects: [destination(changes)], unreadable}, paint as never)
const writeRecords = (records: HeldId['groups'][0]['records']): string[] =>
  write({ids: [id({groups: [{header, records}], records: records.length})]})
    .split('\n')
    .slice(2)
    .map(line => line.trim())

describe('what a collector holds, as text', () => {
  it('is in the order of time, whatever the order of the collector', () => {
    const early = {...feature, time: '2026-11-22T09:00:00.000Z', count: 1}
    const lines = writeRecords([runRecord, {kind: 'later'}, {kind: 'feature', event: early, isClamped: false}])
    assert.deepEqual(
      lines.map(line => /run|later|Algorithm/.exec(line)?.[0]),
      ['Algorithm', 'run', 'later'],
    )
  })

  it('has the header once, with each value, and a line for each record', () => {
    assert.equal(
      write(),
      `demo: https://a.example holds 1 record under your id of 2026 (${user}):
  With version=1.0, os.name=Linux:
    ${atText}  run ${run}: started, script ${'cd'.repeat(16)}, executors=2; ended ${atText} by SIGTERM, 12.5 s`,
    )
    assert.deepEqual(
      writeRecords([
        {...runRecord, start: null, end: null, firstSignAt: null, lastSignAt: null, isTest: true},
        {kind: 'feature', event: feature, isClamped: true},
        {kind: 'repeat', event: {...start, repeat: 2}},
        {kind: 'end', event: {...end, run: null, signal: null, exitCode: 3, durationSeconds: null}},
        {kind: 'day', usedAt: at},
      ]),
      [
        `time unknown  run ${run}: no start arrived; no end arrived; marked as a test`,
        `${atText}  Algorithm Load.v1: 3 uses, internal, outside of a run, format=nexus, time corrected`,
        `${atText}  still running, repeat 2, run ${run}`,
        `${atText}  an end without a run: ended ${atText} with exit code 3`,
        '2026-11-22  a day on which you used features outside of runs',
      ],
    )
  })

  it('shows a record of an unknown form as it is, safe for a terminal', () => {
    const [line] = writeRecords([{kind: 'later', 'wi\u202eth': 'esc\u001b[2J\u2028'}])
    assert.equal(line, '{"kind":"later","wi?th":"esc\\u001b[2J?"}')
    const hostile = write({project: 'a\u001b', contact: '\u009b', otherPeriods: ['\u0007']})
    assert.doesNotMatch(hostile, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })

  it('says what a collector did not show, why, and whom to write to', () => {
    const failed = id({
      isComplete: false,
      reason: 'cannot-show',
      message: 'the collector answered 404',
      records: 0,
      groups: [],
    })
    assert.equal(
      write({outcome: 'failed', ids: [failed]}),
      `demo: not shown: This collector does not support access requests. It may be older than this program. (the collector answered 404)
  Contact: demo@example.org
  Asked: https://a.example, about your id of 2026 (${user}).`,
    )
    const partly = write({outcome: 'failed', ids: [id({isComplete: false, reason: 'timeout'})]})
    assert.match(
      partly,
      /holds 1 record .*\n(?:.*\n)+ {2}not complete: The collector did not answer in time\.\n {2}Contact/,
    )
  })

  it('says why nobody was asked', () => {
    const none = (outcome: DestinationAccess['outcome'], changes: Partial<DestinationAccess> = {}) =>
      write({outcome, ids: [], ...changes})
    assert.match(
      none('nobody-answers', {endpoint: 'file:///shared/inbox'}),
      /^demo: reports were written to file:\S+, a folder that your site forwards\. .* because folders are not answered\.\n/,
    )
    assert.match(
      none('nobody-answers', {endpoint: 'a.example:1'}),
      /^demo: reports were sent to a\.example:1 as datagrams\. This command cannot ask what is stored, because/,
    )
    assert.match(
      none('no-user', {leftNameless: true}),
      /without a pseudonym of yours, for example from CI\. This command cannot show them, because no key finds them\.\n/,
    )
    assert.match(none('cannot-prove', {leftLost: true}), /^demo: not asked: The secret of your pseudonyms is lost/)
    assert.match(none('nothing-sent'), /^demo: nothing was sent from this machine to https:\S+ under this id, so/)
    assert.match(
      none('nothing-sent', {erasedAt: at}),
      /since the erasure at .*\n {2}To check the erasure: usage access demo --erased$/,
    )
    assert.match(none('nothing-erased'), /^demo: nothing was erased/)
    assert.equal(
      writeAccess({projects: [], unreadable: []}, paint as never),
      'Nothing was ever sent from this machine, so no collector was asked.',
    )
    assert.match(write({}, ['/state/demo-1']), /Cannot be read: \/state\/demo-1\n/)
  })

  it('says what is held as totals, and which ids were not asked about', () => {
    const nothing = id({records: 0, groups: [], totals: {runsBefore: null, featuresBefore: '2025-11-01T00:00:00.000Z'}})
    assert.equal(
      write({
        outcome: 'nothing-held',
        ids: [nothing],
        otherPeriods: ['2024', '2025'],
        leftNameless: true,
        leftLost: true,
      }),
      `demo: https://a.example holds nothing under your id of 2026 (${user}).
  Older data, from before 2025-11-01 at the earliest, is kept as totals that name nobody.
  You have ids of other periods: 2024, 2025. To ask about one: usage access demo --period 2025
  Reports without a pseudonym of yours were sent too, for example from CI. No key finds them.
  Reports were also sent under an id whose secret is lost. They are not shown.`,
    )
  })
})
