import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {readJson} from '../../src/reporter/files.ts'
import {countRefused, keepRefusal, setAside} from '../../src/reporter/refused.ts'
import {makeStart} from '../support/make-event.ts'
import {makeFolder, makeWorld} from '../support/make-world.ts'

describe('what was refused', () => {
  it('is kept with its reason and counted', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'refused')
    const events = [makeStart(world), makeStart(world)]
    keepRefusal(world, directory, {code: 'http-422', message: 'no', events})
    keepRefusal(world, directory, {code: 'event-too-old', message: 'wanted', events: events.slice(1)})
    assert.equal(countRefused(directory), 3)
    const refusals = readdirSync(directory).map(name => readJson(join(directory, name)) as {code: string})
    const refusedAt = new Date(world.now()).toISOString()
    const first = refusals.find(({code}) => code === 'http-422')
    assert.deepEqual(first, {refusedAt, code: 'http-422', message: 'no', events})
  })

  it('is nothing when there are no events, and without a folder', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'refused')
    keepRefusal(world, directory, {code: 'http-422', message: 'no', events: []})
    assert.equal(countRefused(directory), 0)
    assert.equal(existsSync(directory), false)
  })

  it('is counted past damage', t => {
    const world = makeWorld(t)
    const directory = makeFolder(world.stateDirectory, 'refused')
    keepRefusal(world, directory, {code: 'http-422', message: 'no', events: [makeStart(world)]})
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
