import assert from 'node:assert/strict'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {emptyProgramHeader} from '../../../src/protocol/report/header-columns.ts'
import {type Destination, destinationOf} from '../../../src/reporter/destination/destination.ts'
import {writeRun} from '../../../src/reporter/destination/open-runs.ts'
import {runById, runOfEnd, runOfFeature, runVariables} from '../../../src/reporter/record/event-run.ts'
import type {Caller} from '../../../src/reporter/world/processes.ts'
import {newId} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {caller, makeWorld, type TestWorld} from '../../support/make-world.ts'

function makeScene(t: TestContext) {
  const world = makeWorld(t)
  const destination = destinationOf(world.stateDirectory, makeProject())
  const other = destinationOf(world.stateDirectory, makeProject({project: 'other'}))
  return {world, destination, other}
}

/** Opens a run of the callers that are named, nearest first. */
function open(world: TestWorld, {paths}: Destination, callers: readonly Caller[]): string {
  const run = newId(world)
  const {bootId, pidNamespace} = world.place
  const record = {run, startedAt: '2026-03-01T10:00:00.000Z', monotonicSeconds: 1, host: world.hostName}
  writeRun(paths.runs, {...record, bootId, pidNamespace, callers, header: emptyProgramHeader})
  return run
}

// The world's own chain: 300, called by the script 200, in the terminal 100.
const script = caller(200)
const terminal = caller(100, true)

describe('the run of a feature', () => {
  it('is the one that the environment passes on for this destination', t => {
    const {world, destination} = makeScene(t)
    const run = newId(world)
    world.environment = runVariables(destination, run.toUpperCase(), 200)
    assert.deepEqual(runOfFeature(world, destination), {run, record: null})
  })

  it('is none of another project, of another state folder, or without a scope', t => {
    const {world, destination, other} = makeScene(t)
    const run = newId(world)
    const elsewhere = destinationOf(join(world.directory, 'elsewhere'), destination.project)
    for (const environment of [
      runVariables(other, run, 200),
      runVariables(elsewhere, run, 200),
      {USAGE_RUN_ID: run},
      {USAGE_RUN_ID: run, USAGE_RUN_SCOPE: ''},
      {USAGE_RUN_ID: run, USAGE_RUN_SCOPE: destination.directory},
      {USAGE_RUN_ID: 'junk', USAGE_RUN_SCOPE: `200:${destination.directory}`},
    ]) {
      world.environment = environment
      assert.deepEqual(runOfFeature(world, destination), {run: null, record: null}, JSON.stringify(environment))
    }
  })

  it('is the one that the environment names without a scope while that run is open here', t => {
    const {world, destination, other} = makeScene(t)
    const run = open(world, destination, [caller(901), caller(900)])
    world.environment = {USAGE_RUN_ID: run}
    assert.equal(runOfFeature(world, destination).run, run)
    assert.equal(runOfFeature(world, destination).record?.run, run)
    assert.equal(runOfFeature(world, other).run, null)
  })

  it('is an open run that a nearer caller started than the one of the environment', t => {
    const {world, destination} = makeScene(t)
    const outer = newId(world)
    world.environment = runVariables(destination, outer, 100)
    const inner = open(world, destination, [caller(301), script, terminal])
    assert.equal(runOfFeature(world, destination).run, inner)
  })

  it('is the one of the environment where its process is as near as the open run or nearer', t => {
    const {world, destination} = makeScene(t)
    const passedOn = newId(world)
    world.environment = runVariables(destination, passedOn, 200)
    open(world, destination, [caller(201), terminal])
    assert.equal(runOfFeature(world, destination).run, passedOn)
    open(world, destination, [caller(301), script, terminal])
    assert.equal(runOfFeature(world, destination).run, passedOn)
  })

  it('is an open run of a caller where the one of the environment was started by no caller', t => {
    const {world, destination} = makeScene(t)
    world.environment = runVariables(destination, newId(world), 77)
    const inner = open(world, destination, [caller(301), script])
    assert.equal(runOfFeature(world, destination).run, inner)
  })

  it('is none where runs cannot be told apart nearer than the one of the environment', t => {
    const {world, destination} = makeScene(t)
    const parallel = {...world, isShell: () => false}
    world.environment = runVariables(destination, newId(world), 100)
    for (const pid of [301, 302]) open(world, destination, [caller(pid), script, terminal])
    assert.equal(runOfFeature(parallel, destination).run, null)
  })
})

describe('the run of an end', () => {
  it('is the open run of the nearest caller, whatever the environment names', t => {
    const {world, destination} = makeScene(t)
    const run = open(world, destination, [caller(301), script, terminal])
    world.environment = runVariables(destination, newId(world), 200)
    assert.equal(runOfEnd(world, destination).run, run)
  })

  it('is the run that the caller names, in any case of letters', t => {
    const {world, destination} = makeScene(t)
    const run = open(world, destination, [caller(901)])
    assert.equal(runById(destination, run.toUpperCase()).record?.run, run)
    assert.deepEqual(runById(destination, newId(world).toUpperCase()).record, null)
  })
})
