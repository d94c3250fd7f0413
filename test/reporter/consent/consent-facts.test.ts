import assert from 'node:assert/strict'
import {once} from 'node:events'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {Worker} from 'node:worker_threads'
import {askConsent, askProjectConsent} from '../../../src/reporter/consent/consent-facts.ts'
import {openNotice} from '../../../src/reporter/consent/notice.ts'
import {writeAnswer} from '../../../src/reporter/consent/settings.ts'
import {destinationOf} from '../../../src/reporter/destination/destination.ts'
import {readStatus} from '../../../src/reporter/person/status.ts'
import {createReporter} from '../../../src/reporter/reporter.ts'
import {projectOptOutPath} from '../../../src/reporter/world/directories.ts'
import {makeDirectory} from '../../../src/reporter/world/files.ts'
import {
  allowedSituations,
  type ConsentPlace,
  otherOptOuts,
  pairsOf,
  rules,
  type Situation,
} from '../../support/consent-situations.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld, type TestWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'

const project = makeProject()
const ask = (world: TestWorld, changes = {}) => askProjectConsent(world, makeProject(changes))

function writeFile(path: string, content = '') {
  makeFolder(dirname(path))
  writeFileSync(path, content)
}

/** Arranges a situation in a world of its own, and makes the reporter that is asked there. */
function arrange(t: TestContext, situation: Situation) {
  const world = makeWorld(t)
  const {siteDirectory, configDirectory, stateDirectory} = world
  const place: ConsentPlace = {siteDirectory, configDirectory, stateDirectory, variables: {}, entries: {}}
  situation.arrange(place)
  world.environment = place.variables
  const made = makeProject(place.entries)
  const destination = destinationOf(stateDirectory, made)
  return {world, place, destination, reporter: createReporter({project: made, world})}
}

describe('asking consent', () => {
  for (const situation of [...rules, ...otherOptOuts, ...allowedSituations])
    it(`says ${situation.reason} with ${situation.what}, to the library and to status, and writes nothing`, t => {
      const {world, place, destination, reporter} = arrange(t, situation)
      const before = readTree(world.directory)
      const wanted = [situation.reason, situation.decidedBy(place)]
      for (const consent of [reporter.consent, readStatus(world, destination, {allEvents: false}).consent])
        assert.deepEqual([consent.reason, consent.decidedBy], wanted)
      assert.deepEqual(readTree(world.directory), before)
    })

  it('gives the first of any two rules as the reason, and records and shows nothing', t => {
    const pairs = pairsOf(rules)
    assert.equal(pairs.length, 45)
    for (const pair of pairs) {
      const {world, place, destination, reporter} = arrange(t, pair)
      const before = readTree(world.directory)
      for (const consent of [reporter.consent, readStatus(world, destination, {allEvents: false}).consent])
        assert.deepEqual([consent.reason, consent.decidedBy], [pair.reason, pair.decidedBy(place)], pair.what)
      for (const outcome of [reporter.start(), reporter.feature({name: 'Load.v1'}), reporter.end()])
        assert.deepEqual(outcome, {kind: 'declined', reason: pair.reason}, pair.what)
      assert.deepEqual([reporter.notice, reporter.sendInBackground('end')], [null, false], pair.what)
      assert.deepEqual(readTree(world.directory), before, pair.what)
    }
  })

  it('says no under a file where a folder above the state should be', t => {
    const world = makeWorld(t)
    writeFile(join(world.directory, 'file'))
    const stateDirectory = join(world.directory, 'file', 'usage')
    assert.equal(askProjectConsent({...world, stateDirectory}, project).reason, 'state-not-writable')
  })

  it('knows CI, and says no there for a project that wants that', t => {
    const world = makeWorld(t)
    world.environment = {GITLAB_CI: 'true', CI: 'true'}
    const {reason, decidedBy} = ask(world, {ci: 'off'})
    assert.deepEqual({reason, decidedBy}, {reason: 'ci', decidedBy: 'gitlab'})
    assert.deepEqual([ask(world).reason, ask(world).sending], ['allowed', true])
    world.environment = {CI: 'true'}
    assert.deepEqual([ask(world).reason, ask(world).sending], ['allowed', false])
    assert.equal(ask(world, {ci: 'off'}).reason, 'ci')
  })

  it('takes a yes from the settings or from USAGE_CONSENT, for this project only', async t => {
    const world = makeWorld(t)
    const answer = {yesAt: '2026-01-01T00:00:00.000Z', notBefore: null}
    await writeAnswer(world.configDirectory, 'other', answer)
    assert.equal(ask(world, {consent: 'opt-in'}).reason, 'not-opted-in')
    await writeAnswer(world.configDirectory, 'demo', answer)
    assert.equal(ask(world, {consent: 'opt-in'}).reason, 'allowed')
  })

  it('sends when the notice has been given for what is collected now', t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, project)
    assert.deepEqual(
      [askConsent(world, destination).sending, askConsent(world, destination).heldBy],
      [false, 'notice-pending'],
    )
    makeDirectory(destination.directory)
    openNotice(destination)
    assert.deepEqual([askConsent(world, destination).sending, askConsent(world, destination).heldBy], [true, null])
    assert.equal(ask(world, {fields: {}}).sending, false)
  })

  it('does not let a yes or a given notice override a no', async t => {
    const world = makeWorld(t)
    await writeAnswer(world.configDirectory, 'demo', {yesAt: '2026-01-01T00:00:00.000Z', notBefore: null})
    writeFile(join(world.siteDirectory, 'policy.json'), '{"notice": "given", "tracking": "on"}')
    mkdirSync(join(world.configDirectory, 'optout.d'))
    writeFile(projectOptOutPath(world.configDirectory, 'demo'))
    assert.deepEqual([ask(world).reason, ask(world).sending], ['project-opt-out', false])
  })
})

/** Makes folders one after the other, as fast as it can, in a thread of its own. */
const makeFoldersElsewhere = (folders: readonly string[]) =>
  new Worker(
    "const {mkdirSync} = require('node:fs'); for (const path of require('node:worker_threads').workerData) mkdirSync(path, {recursive: true})",
    {
      eval: true,
      workerData: folders,
    },
  )

describe('a state folder that another process is just making', () => {
  it('is no reason to record nothing', async t => {
    const world = makeWorld(t)
    const worlds = Array.from({length: 1000}, (_, index) => ({
      ...world,
      stateDirectory: join(world.stateDirectory, `${index}`),
    }))
    const destinations = worlds.map(({stateDirectory}) => destinationOf(stateDirectory, project))
    const worker = makeFoldersElsewhere(destinations.map(({paths}) => paths.waiting))
    const isOver = once(worker, 'exit')
    for (const [index, one] of worlds.entries()) {
      const {paths} = destinations[index]!
      for (let isThere = false; !isThere; ) {
        isThere = existsSync(paths.waiting)
        assert.equal(askConsent(one, destinations[index]!).reason, 'allowed')
      }
    }
    await isOver
  })
})
