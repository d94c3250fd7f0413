import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {claimFiles} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {emptyBuffer, hasWaiting, isBufferEmpty} from '../../../src/reporter/destination/empty-buffer.ts'
import {listRuns} from '../../../src/reporter/destination/open-runs.ts'
import {createReporter} from '../../../src/reporter/reporter.ts'
import {putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

function makeScene(t: TestContext) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  return {world, destination, paths: destination.paths}
}

describe('emptying the buffer', () => {
  it('removes what waits, what is claimed and the open runs, and counts the events', t => {
    const {world, destination, paths} = makeScene(t)
    createReporter({project: destination.project, world}).start()
    const claimed = putStarts(world, destination, 2)
    claimFiles(paths, 'claim')
    const waiting = putStarts(world, destination, 3)
    writeFileSync(join(paths.waiting, 'z.json'), 'damaged\n')
    assert.equal(emptyBuffer(world, destination), 7)
    assert.deepEqual(listRuns(paths.runs), [])
    assert.partialDeepStrictEqual(countDrops(paths.drops), {'opted-out': 6, damaged: 1})
    assert.equal(hasWaiting(destination), true, 'the folder of the claim belongs to its sender')
    assertNothingLost(world, destination, [...claimed, ...waiting, 'the start', 'the damage'])
  })

  it('writes nothing when nothing waited', t => {
    const {world, destination} = makeScene(t)
    assert.equal(emptyBuffer(world, destination), 0)
    assert.deepEqual(readTree(world.directory), {})
  })

  it('removes a folder in place of a file', t => {
    const {world, destination, paths} = makeScene(t)
    mkdirSync(join(paths.waiting, 'a.json', 'inner'), {recursive: true})
    assert.equal(emptyBuffer(world, destination), 1)
    assert.equal(isBufferEmpty(destination), true)
  })
})

describe('an empty buffer', () => {
  it('has neither events nor open runs', t => {
    const {world, destination, paths} = makeScene(t)
    assert.deepEqual([hasWaiting(destination), isBufferEmpty(destination)], [false, true])
    const reporter = createReporter({project: destination.project, world})
    reporter.start()
    assert.deepEqual([hasWaiting(destination), isBufferEmpty(destination)], [true, false])
    claimFiles(paths, 'claim')
    assert.equal(hasWaiting(destination), true)
  })
})
