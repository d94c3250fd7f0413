import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {encodeBufferFile} from '../../../src/protocol/report/buffered-event.ts'
import {limits} from '../../../src/protocol/values/limits.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {listRuns} from '../../../src/reporter/destination/open-runs.ts'
import {enforceQuota, tidy} from '../../../src/reporter/destination/tidy.ts'
import {makeFeature, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

function makeScene(t: TestContext) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  return {world, destination, paths: destination.paths}
}

/** Makes a file look as old as so many seconds. */
function age(path: string, now: number, seconds: number): void {
  const time = new Date(now - seconds * 1000)
  utimesSync(path, time, time)
}

describe('the quota of the buffer', () => {
  it('holds as many files as its limit, and drops and counts the oldest of one more', t => {
    const {world, destination, paths} = makeScene(t)
    const ids: string[] = []
    for (let index = 0; index < limits.maxBufferFiles; index++) {
      world.pass(0.001)
      ids.push(...putStarts(world, destination, 1))
    }
    assert.equal(enforceQuota(world, destination), 0)
    world.pass(1)
    ids.push(...putStarts(world, destination, 1))
    const dropped = enforceQuota(world, destination)
    assert.equal(dropped, limits.maxBufferFiles / 10 + 1)
    assert.equal(countDrops(paths.drops).quota, dropped)
    const {waiting} = assertNothingLost(world, destination, ids)
    assert.ok(waiting.includes(ids.at(-1)!) && !waiting.includes(ids[0]!))
  })

  it('holds 10 MB', t => {
    const {world, destination, paths} = makeScene(t)
    mkdirSync(paths.waiting, {recursive: true})
    const content = encodeBufferFile(Array.from({length: 500}, () => makeFeature(world)))
    const files = Math.floor(limits.maxBufferBytes / content.length)
    for (let index = 0; index < files; index++)
      writeFileSync(join(paths.waiting, `${String(index).padStart(5, '0')}.json`), content)
    assert.equal(enforceQuota(world, destination), 0)
    writeFileSync(join(paths.waiting, 'last.json'), content)
    const dropped = enforceQuota(world, destination)
    assert.ok(dropped >= 500 && dropped % 500 === 0)
    assert.equal(countDrops(paths.drops).quota, dropped)
    assert.ok(!existsSync(join(paths.waiting, '00000.json')) && existsSync(join(paths.waiting, 'last.json')))
  })
})

describe('a sender that tidies up', () => {
  it('trims the log of what was sent by age and by number, the oldest first', t => {
    const {world, destination, paths} = makeScene(t)
    mkdirSync(paths.sent, {recursive: true})
    for (let index = 0; index < 1003; index++)
      writeFileSync(join(paths.sent, `${String(index).padStart(5, '0')}.json`), '{}')
    tidy(world, destination)
    assert.deepEqual([readdirSync(paths.sent).length, existsSync(join(paths.sent, '00002.json'))], [1000, false])
    age(join(paths.sent, '00003.json'), world.now(), 31 * 86_400)
    tidy(world, destination)
    assert.deepEqual([readdirSync(paths.sent).length, existsSync(join(paths.sent, '00003.json'))], [999, false])
  })

  it('removes temporary names of processes that were killed, and leaves young ones to their writers', t => {
    const {world, destination, paths} = makeScene(t)
    mkdirSync(paths.waiting, {recursive: true})
    const [old, young] = ['.old.tmp', '.young.tmp'].map(name => join(paths.waiting, name)) as [string, string]
    for (const path of [old, young]) writeFileSync(path, 'half')
    age(old, world.now(), 3601)
    age(young, world.now(), 3500)
    tidy(world, destination)
    assert.deepEqual([existsSync(old), existsSync(young)], [false, true])
  })

  it('forgets runs that began before anything that may still be sent', t => {
    const {world, destination, paths} = makeScene(t)
    mkdirSync(paths.runs, {recursive: true})
    for (const [run, days] of [
      ['01a21083-64b7-7249-be90-2e72b1f1fd60', 31],
      ['01a21083-64b7-7249-be90-2e72b1f1fd61', 29],
    ] as const) {
      writeFileSync(join(paths.runs, `${run}.json`), '{}')
      age(join(paths.runs, `${run}.json`), world.now(), days * 86_400)
    }
    tidy(world, destination)
    assert.deepEqual(listRuns(paths.runs), ['01a21083-64b7-7249-be90-2e72b1f1fd61'])
  })
})
