import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {compactRefused, countRefused, keepRefusal, setAside} from '../../../src/reporter/destination/refused.ts'
import {readJson} from '../../../src/reporter/world/files.ts'
import {makeStart} from '../../support/make-event.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'

describe('what was refused', () => {
  it('is kept with its reason and counted', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'refused')
    const events = [makeStart(world), makeStart(world)].sort((a, b) => (a.id < b.id ? -1 : 1))
    for (const event of events) keepRefusal(world, directory, {code: 'http-422', message: 'no', event})
    assert.equal(countRefused(directory), 2)
    const refusals = readdirSync(directory).map(name => readJson(join(directory, name)) as {code: string})
    const refusedAt = new Date(world.now()).toISOString()
    assert.deepEqual(
      refusals,
      events.map(event => ({refusedAt, code: 'http-422', message: 'no', event})),
    )
  })

  it('is nothing without a folder', t => {
    assert.equal(countRefused(join(makeWorld(t).stateDirectory, 'refused')), 0)
  })

  it('counts an event once that is refused again, as after a kill', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'refused')
    const event = makeStart(world)
    for (let time = 0; time < 2; time++) keepRefusal(world, directory, {code: 'http-422', message: 'no', event})
    assert.equal(countRefused(directory), 1)
  })

  it('keeps the newest whole and the count of all when there are many', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'refused')
    for (let index = 0; index < 250; index++) {
      world.pass(1)
      keepRefusal(world, directory, {code: 'http-422', message: 'no', event: makeStart(world)})
    }
    compactRefused(directory)
    assert.equal(countRefused(directory), 250)
    assert.ok(readdirSync(directory).length <= 200)
  })

  it('is counted past damage', t => {
    const world = makeWorld(t)
    const directory = makeFolder(world.stateDirectory, 'refused')
    keepRefusal(world, directory, {code: 'http-422', message: 'no', event: makeStart(world)})
    for (const [index, content] of ['', '{', 'null', '{"events": 9}'].entries())
      writeFileSync(join(directory, `${index}.json`), content)
    assert.equal(countRefused(directory), 1)
  })

  it('is set aside as it is when it is damaged', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'refused')
    const path = join(makeFolder(world.stateDirectory, 'new'), 'a.json')
    writeFileSync(path, '\0half')
    setAside(directory, path)
    assert.equal(existsSync(path), false)
    assert.equal(readFileSync(join(directory, 'a.damaged'), 'utf8'), '\0half')
    assert.equal(countRefused(directory), 0)
  })
})
