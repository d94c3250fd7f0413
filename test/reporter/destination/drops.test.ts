import assert from 'node:assert/strict'
import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {compactDrops, countDrops, dropReasons, recordDrop} from '../../../src/reporter/destination/drops.ts'
import {makeWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'

const none = Object.fromEntries(dropReasons.map(reason => [reason, 0]))

describe('what was dropped', () => {
  it('is added up by reason, and every reason is named', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'drops')
    assert.deepEqual(countDrops(directory), none)
    recordDrop(world, directory, {id: 'a', reason: 'too-old', count: 2})
    recordDrop(world, directory, {id: 'b', reason: 'too-old', count: 3})
    recordDrop(world, directory, {id: 'b', reason: 'damaged', count: 1})
    assert.deepEqual(countDrops(directory), {...none, 'too-old': 5, damaged: 1})
  })

  it('is not written when it is nothing', t => {
    const world = makeWorld(t)
    recordDrop(world, join(world.stateDirectory, 'drops'), {id: 'a', reason: 'too-old', count: 0})
    assert.equal(existsSync(world.stateDirectory), false)
  })

  it('is counted exactly when many processes drop at once', async t => {
    const directory = join(makeWorld(t).stateDirectory, 'drops')
    await runTogether(
      4,
      `import {recordDrop} from '${moduleUrl('reporter/destination/drops.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'`,
      `for (let time = 0; time < 25; time++) recordDrop(realWorld(), ${JSON.stringify(directory)}, {id: process.pid + '-' + time, reason: 'quota', count: 2})`,
    )
    assert.deepEqual(countDrops(directory), {...none, quota: 200})
  })

  it('counts once what is counted again under its id, as after a kill', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'drops')
    for (let time = 0; time < 2; time++) recordDrop(world, directory, {id: 'a', reason: 'too-old', count: 1})
    assert.equal(countDrops(directory)['too-old'], 1)
  })

  it('keeps its sums when many drops are summed up', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'drops')
    for (let index = 0; index < 900; index++) {
      const reason = index % 3 === 0 ? 'quota' : 'too-old'
      recordDrop(world, directory, {id: String(index).padStart(4, '0'), reason, count: 2})
      if (index % 300 === 0) compactDrops(directory)
    }
    for (let time = 0; time < 3; time++) compactDrops(directory)
    assert.ok(readdirSync(directory).length <= 400)
    assert.deepEqual(countDrops(directory), {...none, quota: 600, 'too-old': 1200})
  })

  it('is counted past damage and unknown reasons', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'drops')
    recordDrop(world, directory, {id: 'a', reason: 'quota', count: 1})
    const damaged = [
      '',
      '{',
      'null',
      '{"count": 3}',
      '{"reason": "toString", "count": 3}',
      '{"reason": "quota", "count": "3"}',
      '{"reason": "quota", "count": 1e99}',
    ]
    for (const [index, content] of damaged.entries()) writeFileSync(join(directory, `${index}.json`), content)
    assert.deepEqual(countDrops(directory), {...none, quota: 1})
  })
})
