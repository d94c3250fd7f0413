import assert from 'node:assert/strict'
import {existsSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {destinationOf} from '../../src/reporter/destination.ts'
import {userPseudonym} from '../../src/reporter/identity.ts'
import {listPeriods, markedPeriods, markPeriod} from '../../src/reporter/periods.ts'
import {logFailure, logSent} from '../../src/reporter/sent-log.ts'
import {makeProject} from '../support/make-project.ts'
import {makeFolder, makeWorld} from '../support/make-world.ts'

const secret = 'ab'.repeat(32)
const scope = {secret, project: 'demo', generations: {from: 0, to: 0}}

/** The periods of one generation. */
const periodsOf = (found: readonly {readonly period: string}[]) => found.map(({period}) => period)

function setUp(t: Parameters<typeof makeWorld>[0]) {
  const world = makeWorld(t)
  return {world, paths: destinationOf(world.stateDirectory, makeProject()).paths}
}

/** The body of a report of this person as it was logged. */
function bodyOf(time: string, period: string, generation = 0, project = 'demo'): string {
  const user = userPseudonym(secret, {project, period, generation})
  return JSON.stringify({header: {user}, events: [{time}]})
}

describe('the marks of periods', () => {
  it('are kept by generation, once each', t => {
    const {paths} = setUp(t)
    for (const [generation, period] of [
      [0, '2026'],
      [0, '2026'],
      [0, '2026-11'],
      [0, 'always'],
      [1, '2027'],
      [10, '2028'],
    ] as const)
      markPeriod(paths, generation, period)
    assert.deepEqual(periodsOf(markedPeriods(paths, {from: 0, to: 0})), ['2026', '2026-11', 'always'])
    assert.deepEqual(periodsOf(markedPeriods(paths, {from: 1, to: 1})), ['2027'])
    assert.deepEqual(periodsOf(markedPeriods(paths, {from: 2, to: 2})), [])
  })

  it('stand beside files that are none', t => {
    const {paths} = setUp(t)
    makeFolder(paths.periods)
    for (const name of ['.0-2026.1-a.tmp', '0-20', '0-2026-1', 'x-2026', '0-2026-11-25', '-2026'])
      writeFileSync(join(paths.periods, name), '')
    assert.deepEqual(periodsOf(markedPeriods(paths, {from: 0, to: 0})), [])
  })

  it('cannot be kept where the folder cannot be made, and say so', t => {
    const {paths} = setUp(t)
    makeFolder(paths.periods, '..')
    writeFileSync(paths.periods, 'in the way')
    assert.throws(() => markPeriod(paths, 0, '2026'))
  })
})

describe('the periods of an older state folder', () => {
  it('follow from the reports of the log, however ids rotated when they left', t => {
    const {world, paths} = setUp(t)
    const common = {endpoint: 'http://c.example', ids: [], status: 200, answer: '{}'}
    for (const body of [
      bodyOf('2026-11-25T10:00:00Z', '2026'),
      bodyOf('2026-10-25T10:00:00Z', '2026-10'),
      bodyOf('2025-01-01T00:00:00Z', 'always'),
      bodyOf('2024-01-01T00:00:00Z', '2024', 1),
      bodyOf('2023-01-01T00:00:00Z', '2023', 0, 'other'),
      '{"header":{"user":null},"events":[{"time":"2022-01-01T00:00:00Z"}]}',
      'damaged',
      '{}',
    ])
      logSent(world, paths.sent, {...common, body})
    assert.deepEqual(periodsOf(listPeriods(paths, scope)), ['2026', '2026-10', 'always'])
    assert.deepEqual(listPeriods(paths, {...scope, generations: {from: 1, to: 2}}), [{generation: 1, period: '2024'}])
  })

  it('have those of reports that may have arrived although nobody confirmed them, not of those that never left', t => {
    const {world, paths} = setUp(t)
    const common = {endpoint: 'http://c.example', events: 1, reason: 'timeout', message: ''}
    logFailure(world, paths.sent, {...common, body: bodyOf('2026-11-25T10:00:00Z', '2026')})
    logFailure(world, paths.sent, {...common, reason: 'offline', body: null})
    markPeriod(paths, 0, '2020')
    assert.deepEqual(periodsOf(listPeriods(paths, scope)), ['2020', '2026'])
    rmSync(paths.sent, {recursive: true})
    assert.deepEqual(periodsOf(listPeriods(paths, scope)), ['2020'])
    assert.equal(existsSync(paths.sent), false)
  })
})
