import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {markNoticeShown} from '../../../src/reporter/consent/notice.ts'
import {claimFiles} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {dropReasons, recordDrop} from '../../../src/reporter/destination/drops.ts'
import {writeFailure} from '../../../src/reporter/destination/next-try.ts'
import {keepRefusal} from '../../../src/reporter/destination/refused.ts'
import {logSent} from '../../../src/reporter/destination/sent-log.ts'
import {readStatus} from '../../../src/reporter/person/status.ts'
import {createReporter} from '../../../src/reporter/reporter.ts'
import {toTime} from '../../../src/reporter/world/world.ts'
import {makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'

const none = Object.fromEntries(dropReasons.map(reason => [reason, 0]))
const few = {allEvents: false}

describe('the status', () => {
  it('says that nothing is known where nothing was ever counted, and writes nothing', t => {
    const world = makeWorld(t)
    const status = readStatus(world, destinationOf(world.stateDirectory, makeProject()), few)
    const {consent, ...rest} = status
    assert.equal(consent.reason, 'allowed')
    assert.deepEqual(rest, {
      project: 'demo',
      endpoint: {http: 'http://127.0.0.1:9', udp: null, file: null},
      routedBy: null,
      waiting: {events: 0, bytes: 0, oldest: null, newest: []},
      openRuns: 0,
      silent: null,
      sent: {events: 0, unconfirmed: 0, last: null},
      dropped: none,
      refused: {events: 0},
      lastError: null,
      nextTryAt: null,
      notice: {shownAt: null},
      forget: null,
    })
    assert.deepEqual(readTree(world.directory), {})
  })

  it('says everything that is known, and changes nothing by that', t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    const {paths} = destination
    const oldest = toTime(world.now())
    createReporter({project: destination.project, world}).start()
    world.pass(1)
    putStarts(world, destination, 1)
    claimFiles(paths, 'claim')
    world.pass(1)
    putStarts(world, destination, 1)
    writeFileSync(join(paths.waiting, 'damaged.json'), '{}\n')
    const report = {endpoint: 'http://127.0.0.1:9', body: '{}', status: 200, answer: '{}'}
    for (const ids of [
      ['a', 'b'],
      ['c', 'd', 'e'],
    ])
      logSent(world, paths.sent, {...report, ids})
    recordDrop(world, paths.drops, {id: 'a', reason: 'undeclared-field', count: 4})
    keepRefusal(world, paths.refused, {code: 'http-422', message: 'no', event: makeStart(world)})
    const failure = writeFailure(world, paths.nextTry, {reason: 'busy', message: 'no', retryAfterSeconds: 60})
    markNoticeShown(world, destination)
    const before = readTree(world.directory)
    const status = readStatus(world, destination, few)
    assert.deepEqual(readTree(world.directory), before)
    assert.deepEqual([status.waiting.events, status.waiting.oldest, status.openRuns], [3, oldest, 1])
    assert.ok(status.waiting.bytes > 500)
    assert.deepEqual(status.sent, {events: 5, unconfirmed: 0, last: toTime(world.now())})
    assert.deepEqual(status.dropped, {...none, 'undeclared-field': 4})
    assert.deepEqual(status.refused, {events: 1})
    assert.deepEqual([status.lastError, status.nextTryAt], [failure.lastError, failure.nextTryAt])
    assert.deepEqual(status.notice, {shownAt: toTime(world.now())})
    assert.deepEqual([status.consent.sending, status.consent.heldBy], [false, 'notice-pending'])
  })

  it('shows the newest five events first, or all, without what stays on this machine', t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    const ids = Array.from({length: 7}, () => {
      world.pass(1)
      return putStarts(world, destination, 1)[0]!
    }).reverse()
    const newest = (allEvents: boolean) => readStatus(world, destination, {allEvents}).waiting.newest
    assert.deepEqual(
      newest(false).map(({id}) => id),
      ids.slice(0, 5),
    )
    assert.deepEqual(
      newest(true).map(({id}) => id),
      ids,
    )
    for (const event of newest(true)) assert.doesNotMatch(JSON.stringify(event), /local|header|format|host-a/)
  })
})
