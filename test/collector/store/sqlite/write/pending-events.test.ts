import assert from 'node:assert/strict'
import {join} from 'node:path'
import {it} from 'node:test'
import {openForWriting} from '../../../../../src/collector/store/sqlite/tables/database.ts'
import {migrate} from '../../../../../src/collector/store/sqlite/tables/schema.ts'
import {createPendingEvents} from '../../../../../src/collector/store/sqlite/write/pending-events.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {admitted, featureOf, nowMs} from '../../../samples.ts'

it('keeps events of each project up to its bytes, and refuses the next one', t => {
  const path = join(temporaryDirectory(t), 'usage.sqlite')
  const database = openForWriting(path)
  t.after(() => database.close())
  migrate(database, path)
  const event = (number: number) => featureOf(number, nowMs, {name: 'New.v1'})
  const size = JSON.stringify({event: event(1), timeMs: nowMs, isClamped: false}).length
  const pending = createPendingEvents(database, 2 * size)
  const hold = (project: number, number: number) =>
    pending.holdFeature({project, header: 1, receivedAtMs: nowMs}, admitted(event(number)), event(number))
  assert.deepEqual(
    [hold(1, 1), hold(1, 1), hold(1, 2), hold(1, 3), hold(2, 3)],
    ['accepted', 'duplicate', 'accepted', 'refused', 'accepted'],
  )
  database.exec('DELETE FROM pending_events WHERE project = 1')
  pending.forget()
  assert.equal(hold(1, 3), 'accepted')
})

it('leaves half of the room to others, however often one sender comes', t => {
  const path = join(temporaryDirectory(t), 'usage.sqlite')
  const database = openForWriting(path)
  t.after(() => database.close())
  migrate(database, path)
  const event = (number: number) => featureOf(number, nowMs, {name: 'New.v1'})
  const size = JSON.stringify({event: event(1), timeMs: nowMs, isClamped: false}).length
  const pending = createPendingEvents(database, 4 * size)
  const hold = (source: string, number: number) =>
    pending.holdFeature({project: 1, header: 1, receivedAtMs: nowMs, source}, admitted(event(number)), event(number))
  assert.deepEqual([hold('a', 1), hold('a', 2), hold('a', 3)], ['accepted', 'accepted', 'refused'])
  pending.forget()
  assert.deepEqual([hold('a', 3), hold('b', 3)], ['refused', 'accepted'])
  database.exec('DELETE FROM pending_events')
  pending.forget()
  assert.equal(hold('a', 4), 'accepted')
})
