import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readdirSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {claimFiles} from '../../../src/reporter/destination/buffer.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {renewClaim, returnStaleClaims} from '../../../src/reporter/sender/stale-claims.ts'
import {putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeWorld} from '../../support/make-world.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

function makeClaim(t: TestContext) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  const {paths} = destination
  const ids = putStarts(world, destination, 2)
  const claim = claimFiles(paths, 'claim')!
  renewClaim(world, claim)
  return {world, destination, paths, ids, claim}
}

describe('a claim', () => {
  it('is given back when its sender is gone for more than a minute, and not before', t => {
    const {world, destination, paths, ids, claim} = makeClaim(t)
    world.pass(59.9)
    returnStaleClaims(world, paths)
    assert.equal(readdirSync(claim).length, 2)
    world.pass(0.2)
    returnStaleClaims(world, paths)
    assert.equal(existsSync(claim), false)
    assert.equal(readdirSync(paths.waiting).length, 2)
    assertNothingLost(world, destination, ids)
  })

  it('is left alone while its sender renews it', t => {
    const {world, paths, claim} = makeClaim(t)
    for (let minute = 0; minute < 3; minute++) {
      world.pass(59)
      assert.equal(renewClaim(world, claim), true)
      returnStaleClaims(world, paths)
      assert.equal(readdirSync(claim).length, 2)
    }
    assert.equal(Math.abs(statSync(claim).mtimeMs - world.now()) < 1, true)
  })

  it('is given back when its time lies far ahead, where a clock was wrong', t => {
    const {world, paths, claim} = makeClaim(t)
    world.pass(-120)
    returnStaleClaims(world, paths)
    assert.equal(existsSync(claim), false)
  })

  it('says that it is gone when it was given back', t => {
    const {world, paths, claim} = makeClaim(t)
    world.pass(61)
    returnStaleClaims(world, paths)
    assert.equal(renewClaim(world, claim), false)
  })

  it('returns nothing where nothing is claimed, and passes over what is no claim', t => {
    const world = makeWorld(t)
    const {paths} = destinationOf(world.stateDirectory, makeProject())
    returnStaleClaims(world, paths)
    assert.equal(existsSync(world.stateDirectory), false)
    mkdirSync(paths.sending, {recursive: true})
    writeFileSync(join(paths.sending, 'a file'), '')
    world.pass(120)
    returnStaleClaims(world, paths)
    assert.deepEqual(readdirSync(paths.sending), ['a file'])
  })
})
