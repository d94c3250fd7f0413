import assert from 'node:assert/strict'
import {existsSync, rmSync} from 'node:fs'
import {describe, it} from 'node:test'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {logFailure, logSent} from '../../../src/reporter/destination/sent-log.ts'
import {endForgetRequest, keepForgetRequest} from '../../../src/reporter/forget/forget-request.ts'
import {markNameless, markPeriod} from '../../../src/reporter/forget/period-marks.ts'
import {findSentPseudonyms} from '../../../src/reporter/forget/sent-pseudonyms.ts'
import {userPseudonym} from '../../../src/reporter/identity/pseudonyms.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'

const secret = 'ab'.repeat(32)
const otherSecret = 'cd'.repeat(32)

/** A pseudonym as a report has it. */
const userOf = (period: string, generation = 0, of = secret) => userPseudonym(of, {project: 'demo', period, generation})

/** The body of a report as it was logged. */
const bodyOf = (time: string, user: string | null) => JSON.stringify({header: {user}, events: [{time}]})

function setUp(t: Parameters<typeof makeWorld>[0]) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  const log = (body: string) =>
    logSent(world, destination.paths.sent, {endpoint: 'http://c.example', ids: [], status: 200, answer: '{}', body})
  const find = (to = 0, of: string | null = secret) => findSentPseudonyms(destination, of, to)
  return {world, destination, paths: destination.paths, log, find}
}

const none = {own: [], hasLost: false, hasNameless: false}

describe('the traces of what was sent', () => {
  it('are none where nothing has left, with and without a secret', t => {
    const {find, paths} = setUp(t)
    assert.deepEqual([find(), find(3, null)], [none, none])
    assert.equal(existsSync(paths.periods), false)
  })

  it('follow from the marks and from the log, however ids rotated when they left', t => {
    const {find, log, paths} = setUp(t)
    log(bodyOf('2026-11-25T10:00:00Z', userOf('2026')))
    log(bodyOf('2026-10-25T10:00:00Z', userOf('2026-10')))
    log(bodyOf('2025-01-01T00:00:00Z', userOf('always')))
    log(bodyOf('2024-01-01T00:00:00Z', userOf('2024', 1)))
    for (const damaged of ['damaged', '{}']) log(damaged)
    markPeriod(paths, {generation: 0, period: '1999', user: userOf('1999')})
    const periods = find().own.map(({period}) => period)
    assert.deepEqual(periods, ['1999', '2026', '2026-10', 'always'])
    assert.deepEqual(find(1).own.at(-1), {generation: 1, period: '2024'})
    assert.deepEqual([find(1).hasLost, find(1).hasNameless], [false, false])
  })

  it('follow from the period in the header, whenever the year of the project begins now', t => {
    const {find, log, paths} = setUp(t)
    const logged = (period: string, name: string) =>
      log(JSON.stringify({header: {user: userOf(name), period}, events: [{time: '2026-11-25T10:00:00Z'}]}))
    logged('2026-07-01', '2026-07-01')
    logged('2026-10-01', '2026-10')
    logged('0001-01-01', 'always')
    markPeriod(paths, {generation: 0, period: '2024-04-15', user: userOf('2024-04-15')})
    const periods = find().own.map(({period}) => period)
    assert.deepEqual(periods, ['2024-04-15', '2026-07-01', '2026-10', 'always'])
    assert.equal(find().hasLost, false)
  })

  it('have those of reports that may have arrived although nobody confirmed them, not of those that never left', t => {
    const {world, find, paths} = setUp(t)
    const common = {endpoint: 'http://c.example', events: 1, reason: 'timeout', message: ''}
    logFailure(world, paths.sent, {...common, body: bodyOf('2026-11-25T10:00:00Z', userOf('2026'))})
    logFailure(world, paths.sent, {...common, reason: 'offline', body: null})
    assert.deepEqual(find().own, [{generation: 0, period: '2026'}])
    rmSync(paths.sent, {recursive: true})
    assert.deepEqual(find(), none)
  })

  it('show that a secret was lost: by a mark, by the log, and by there being none', t => {
    const {find, log, paths} = setUp(t)
    markPeriod(paths, {generation: 0, period: '2026', user: userOf('2026')})
    assert.deepEqual([find().hasLost, find(0, null).hasLost, find(0, otherSecret).hasLost], [false, true, true])
    rmSync(paths.periods, {recursive: true})
    log(bodyOf('2026-11-25T10:00:00Z', userOf('2026')))
    assert.deepEqual([find().hasLost, find(0, null).hasLost, find(0, otherSecret).hasLost], [false, true, true])
    assert.deepEqual(find(0, otherSecret).own, [])
  })

  it('end with a request that was answered: what was lost or sent before it is no matter', t => {
    const {world, destination, find, log, paths} = setUp(t)
    markPeriod(paths, {generation: 0, period: '2026', user: userOf('2026')})
    log(bodyOf('2026-11-25T10:00:00Z', userOf('2026')))
    endForgetRequest(world, paths, keepForgetRequest(world, destination), {endpoint: null, receipt: null})
    for (const any of [secret, otherSecret, null]) assert.deepEqual(find(1, any), none)
    world.pass(1)
    log(bodyOf('2026-11-26T10:00:00Z', userOf('2026', 1)))
    assert.deepEqual(find(1).own, [{generation: 1, period: '2026'}])
    assert.equal(find(1, otherSecret).hasLost, true)
  })

  it('tell of reports without a pseudonym of the user, also when the log has forgotten them', t => {
    const {find, log, paths} = setUp(t)
    log(bodyOf('2026-11-25T10:00:00Z', null))
    assert.deepEqual(find(), {...none, hasNameless: true})
    rmSync(paths.sent, {recursive: true})
    markNameless(paths)
    assert.deepEqual(find(0, null), {...none, hasNameless: true})
  })
})
