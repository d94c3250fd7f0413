import assert from 'node:assert/strict'
import {readdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {countSent, logSent, readSent} from '../../../src/reporter/destination/sent-log.ts'
import {makeWorld} from '../../support/make-world.ts'

const report = {endpoint: 'https://usage.example.org', ids: ['a', 'b'], body: '{"ü": "€"}', status: 200, answer: '{}'}

describe('the log of what was sent', () => {
  it('keeps every report as it was, with its time, oldest first', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'sent')
    const logs = [['a'], ['b', 'c'], ['c', 'd']]
    const times = logs.map(ids => {
      world.pass(1)
      logSent(world, directory, {...report, ids})
      return new Date(world.now()).toISOString()
    })
    assert.deepEqual(
      readSent(directory),
      times.map((sentAt, index) => ({sentAt, ...report, ids: logs[index]})),
    )
    assert.equal(countSent(readSent(directory)), 4)
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600)
  })

  it('passes over damage and is empty without a folder', t => {
    const world = makeWorld(t)
    const directory = join(world.stateDirectory, 'sent')
    assert.deepEqual(readSent(directory), [])
    logSent(world, directory, report)
    for (const [index, content] of ['', '{', 'null', '[]', '{"events": 7}', '\0'].entries())
      writeFileSync(join(directory, `${index}.json`), content)
    assert.equal(readSent(directory).length, 1)
  })
})
