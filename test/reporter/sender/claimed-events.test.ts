import assert from 'node:assert/strict'
import {existsSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {encodeBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {ClaimedEvents} from '../../../src/reporter/sender/claimed-events.ts'
import {makeEnd, makeStart} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'

function makePending(t: TestContext) {
  const world = makeWorld(t)
  const {paths} = destinationOf(world.stateDirectory, makeProject())
  const first = [makeStart(world), makeEnd(world)] as const
  world.pass(1)
  const second = [makeStart(world, {id: '0FFFFFFF-0000-7000-8000-0000000000AB'}), makeEnd(world)] as const
  for (const events of [second, first]) writeEvents(paths, events)
  const files = [first, second].map(events => {
    const path = join(paths.waiting, `${events[0].id}.json`)
    return {path, events, damaged: [], bytes: statSync(path).size}
  })
  const [pathOfFirst, pathOfSecond] = files.map(({path}) => path)
  return {pending: new ClaimedEvents(files), first, second, pathOfFirst: pathOfFirst!, pathOfSecond: pathOfSecond!}
}

const idsOf = (events: readonly {readonly id: string}[]) => events.map(({id}) => id).sort()

describe('events that are pending', () => {
  it('are settled one by one: a file goes with its last event', t => {
    const {pending, first, second, pathOfFirst, pathOfSecond} = makePending(t)
    assert.deepEqual(idsOf(pending.events), idsOf([...first, ...second]))
    pending.settle([first[0].id])
    assert.equal(readFileSync(pathOfFirst, 'utf8'), encodeBufferFile([first[1]]))
    assert.equal(readFileSync(pathOfSecond, 'utf8'), encodeBufferFile(second))
    pending.settle([first[1].id, second[1].id])
    assert.equal(existsSync(pathOfFirst), false)
    assert.deepEqual(pending.events, [second[0]])
  })

  it('are found and settled whatever the case of their ids', t => {
    const {pending, second} = makePending(t)
    assert.deepEqual(pending.find([second[0].id.toLowerCase()]), [second[0]])
    pending.settle([second[0].id.toLowerCase()])
    assert.deepEqual(pending.find([second[0].id.toLowerCase()]), [])
  })

  it('stay as they are when an unknown id, none or a settled one is settled', t => {
    const {pending, first} = makePending(t)
    pending.settle([first[0].id])
    const before = pending.events
    for (const ids of [[], ['01890000-0000-7000-8000-000000000000'], [first[0].id]]) pending.settle(ids)
    assert.deepEqual(pending.events, before)
  })
})
