import assert from 'node:assert/strict'
import {hostname} from 'node:os'
import {describe, it} from 'node:test'
import {realWorld, toTime} from '../../../src/reporter/world/world.ts'

describe('the real world', () => {
  it('is this machine, this process and this moment', () => {
    const world = realWorld()
    assert.equal(world.environment, process.env)
    assert.equal(world.hostName, hostname())
    assert.ok(Math.abs(world.now() - Date.now()) < 1000)
    assert.equal(world.random(10).length, 10)
    assert.equal(world.processes().callers[0]?.pid, process.pid)
    const before = world.monotonicSeconds()
    assert.ok(world.monotonicSeconds() >= before)
  })

  it('takes its folders from the environment that it is given', () => {
    const environment = {USAGE_STATE_DIR: '/s', USAGE_CONFIG_DIR: '/c'}
    const {stateDirectory, configDirectory} = realWorld({environment})
    assert.deepEqual([stateDirectory, configDirectory], ['/s', '/c'])
  })

  it('is replaced in part by what it is given', () => {
    const world = realWorld({now: () => 7, siteDirectory: '/site', stateDirectory: '/own'})
    assert.deepEqual([world.now(), world.siteDirectory, world.stateDirectory], [7, '/site', '/own'])
  })
})

describe('a time', () => {
  it('is RFC 3339 in UTC with milliseconds', () => {
    assert.equal(toTime(0), '1970-01-01T00:00:00.000Z')
  })

  it('is what Date writes, whatever the year, and throws where Date does', () => {
    const day = 86_400_000
    const years = [-1, 0, 999, 1000, 1969, 1999, 2000, 2024, 2026, 2100, 9999, 10_000]
    for (const start of years.map(year => Date.UTC(year, 0, 1)))
      for (let index = 0; index < 400; index++) {
        const time = start + index * day + index * 7_654_321
        assert.equal(toTime(time), new Date(time).toISOString())
      }
    assert.throws(() => toTime(Number.NaN), RangeError)
  })
})
