import assert from 'node:assert/strict'
import {existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {
  holdsLock,
  releaseLock,
  renewLock,
  staleLockSeconds,
  takeLock,
} from '../../../src/reporter/sender/sender-lock.ts'
import type {World} from '../../../src/reporter/world/world.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'

function makeScene(t: TestContext) {
  const world = makeWorld(t)
  return {world, path: join(world.stateDirectory, 'demo', 'sender.lock')}
}

describe('the right to send', () => {
  it('is won by one, says whose it is, and is given back', t => {
    const {world, path} = makeScene(t)
    const token = takeLock(world, path)!
    assert.match(token, /^[0-9a-f]{16}$/)
    assert.equal(takeLock(world, path), null)
    const {host, pid, time} = JSON.parse(readFileSync(path, 'utf8'))
    assert.deepEqual({host, pid, time}, {host: 'host-a', pid: process.pid, time: new Date(world.now()).toISOString()})
    assert.equal(statSync(path).mode & 0o777, 0o600)
    releaseLock(path, token)
    assert.equal(existsSync(path), false)
    assert.notEqual(takeLock(world, path), token)
  })

  it('is won by one of eight processes', async t => {
    const {world, path} = makeScene(t)
    const outputs = await runTogether(
      8,
      `import {takeLock} from '${moduleUrl('reporter/sender/sender-lock.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'`,
      `process.stdout.write(String(takeLock(realWorld(), ${JSON.stringify(path)}) !== null))`,
    )
    assert.deepEqual(outputs.toSorted(), [...Array(7).fill('false'), 'true'])
    assert.equal(existsSync(path) && world.now() > 0, true)
  })

  it('is taken from a sender that is gone for a minute, not before', t => {
    const {world, path} = makeScene(t)
    const gone = takeLock(world, path)!
    world.pass(staleLockSeconds)
    assert.equal(takeLock(world, path), null)
    world.pass(0.001)
    const token = takeLock(world, path)!
    assert.ok(holdsLock(path, token))
    assert.equal(renewLock(world, path, gone), false)
    releaseLock(path, gone)
    assert.ok(holdsLock(path, token))
  })

  it('stays with who took a stale one while another was looking at it', t => {
    const {world, path} = makeScene(t)
    takeLock(world, path)
    world.pass(staleLockSeconds + 1)
    let faster: string | null = null
    let asked = 0
    // Asked for the time of the new lock first, then for the age of the old one, which has been read.
    const slow: World = {
      ...world,
      now: () => {
        asked++
        if (asked === 2) faster = takeLock(world, path)
        return world.now()
      },
    }
    assert.equal(takeLock(slow, path), null)
    assert.ok(faster !== null && holdsLock(path, faster))
    assert.deepEqual(readdirSync(dirname(path)), [basename(path)])
  })

  it('is taken when its time lies ahead, where a clock was wrong', t => {
    const {world, path} = makeScene(t)
    takeLock(world, path)
    world.pass(-staleLockSeconds - 1)
    assert.notEqual(takeLock(world, path), null)
  })

  it('stays with a sender that renews it', t => {
    const {world, path} = makeScene(t)
    const token = takeLock(world, path)!
    for (let minute = 0; minute < 5; minute++) {
      world.pass(staleLockSeconds - 1)
      assert.equal(renewLock(world, path, token), true)
      assert.equal(takeLock(world, path), null)
    }
  })

  it('is respected while it is being made, and taken when its maker died in between', t => {
    const {world, path} = makeScene(t)
    makeFolder(path, '..')
    for (const content of ['', '{', '{}', 'null', '{"time": "once"}']) {
      writeFileSync(path, content)
      const now = new Date(world.now())
      utimesSync(path, now, now)
      assert.equal(takeLock(world, path), null, content)
    }
    world.pass(staleLockSeconds + 1)
    assert.notEqual(takeLock(world, path), null)
  })

  it('is held by nobody without a lock', t => {
    const {world, path} = makeScene(t)
    assert.equal(holdsLock(path, 'a'), false)
    assert.equal(renewLock(world, path, 'a'), false)
    releaseLock(path, 'a')
    assert.equal(existsSync(path), false)
  })
})
