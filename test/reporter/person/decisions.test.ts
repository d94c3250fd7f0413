import assert from 'node:assert/strict'
import {existsSync, mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {markNoticeShown} from '../../../src/reporter/consent/notice.ts'
import {readSettings} from '../../../src/reporter/consent/settings.ts'
import {writeEvents} from '../../../src/reporter/destination/buffer.ts'
import {type Destination, destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {countDrops} from '../../../src/reporter/destination/drops.ts'
import {listRuns} from '../../../src/reporter/destination/open-runs.ts'
import {optIn, optOut} from '../../../src/reporter/person/decisions.ts'
import {deliverBy, flushDestinations} from '../../../src/reporter/person/flush.ts'
import {knownDestinations} from '../../../src/reporter/projects/known-destinations.ts'
import {addProjectText} from '../../../src/reporter/projects/projects.ts'
import {createReporter} from '../../../src/reporter/reporter.ts'
import {httpTransport} from '../../../src/reporter/transports/http.ts'
import {projectOptOutPath, userOptOutPath} from '../../../src/reporter/world/directories.ts'
import {toTime} from '../../../src/reporter/world/world.ts'
import {answeringServer, reportOf} from '../../support/answering-server.ts'
import {makeStart, putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld, type TestWorld} from '../../support/make-world.ts'
import {moduleUrl, runTogether} from '../../support/run-module.ts'
import {readTree} from '../../support/tree.ts'
import {assertNothingLost} from '../../support/where-events-are.ts'

const nowhere = 'http://127.0.0.1:9'

function makeDestination(world: TestWorld, project = 'demo', http = nowhere, changes = {}): Destination {
  const destination = destinationOf(world.stateDirectory, makeProject({project, endpoint: {http}, ...changes}))
  rememberProject(destination)
  return destination
}

const flush = (world: TestWorld, destination: Destination) =>
  flushDestinations(world, [destination], {deliver: deliverBy(httpTransport({})), waitSeconds: 20})

const consentOf = (world: TestWorld, {project}: Destination) => createReporter({project, world}).consent

describe('opting out', () => {
  it('writes a file that says no, empties the buffer and the open runs, and sends nothing', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = makeDestination(world, 'demo', server.url)
    const reporter = createReporter({project: destination.project, world})
    reporter.start()
    const ids = putStarts(world, destination, 2)
    const outcome = optOut(world, 'demo')
    const file = projectOptOutPath(world.configDirectory, 'demo')
    assert.deepEqual(outcome, {project: 'demo', file, dropped: 3, leftIn: [], onlyKnown: null})
    assert.match(readFileSync(file, 'utf8'), /^Opted out at \d{4}-.*Z\.\n$/)
    assert.deepEqual(listRuns(destination.paths.runs), [])
    assert.equal(countDrops(destination.paths.drops)['opted-out'], 3)
    assert.equal(assertNothingLost(world, destination, [...ids, 'the start']).waiting.length, 0)
    assert.deepEqual(await flush(world, destination).then(({projects}) => projects[0]?.reason), 'project-opt-out')
    assert.equal(server.requests.length, 0)
    const {reason, decidedBy} = reporter.consent
    assert.deepEqual({reason, decidedBy}, {reason: 'project-opt-out', decidedBy: file})
  })

  it('of one project leaves the others alone', t => {
    const world = makeWorld(t)
    const [demo, other] = [makeDestination(world, 'demo'), makeDestination(world, 'other')]
    putStarts(world, demo, 1)
    const ids = putStarts(world, other, 2)
    assert.equal(optOut(world, 'demo').dropped, 1)
    assert.equal(assertNothingLost(world, other, ids).waiting.length, 2)
    assert.equal(consentOf(world, other).reason, 'allowed')
  })

  it('of everything empties every destination, and holds for projects not yet seen', t => {
    const world = makeWorld(t)
    for (const name of ['demo', 'other']) putStarts(world, makeDestination(world, name), 2)
    putStarts(world, makeDestination(world, 'demo', 'http://127.0.0.1:10'), 1)
    const outcome = optOut(world, null)
    const file = userOptOutPath(world.configDirectory)
    assert.deepEqual(outcome, {project: null, file, dropped: 5, leftIn: [], onlyKnown: null})
    assert.equal(consentOf(world, makeDestination(world, 'new')).reason, 'user-opt-out')
  })

  it('writes one file and makes no state where nothing was ever counted', t => {
    const world = makeWorld(t)
    optOut(world, null)
    assert.deepEqual(Object.keys(readTree(world.directory)), ['config', 'config/optout'])
    assert.equal(statSync(world.configDirectory).mode & 0o777, 0o700)
    assert.equal(statSync(userOptOutPath(world.configDirectory)).mode & 0o777, 0o600)
  })

  it('empties also what a sender has claimed, damaged files, and a folder that looks like a file', t => {
    const world = makeWorld(t)
    const destination = makeDestination(world)
    const [claim, {waiting}] = [join(destination.paths.sending, 'claim'), destination.paths]
    for (const folder of [claim, join(waiting, 'folder.json', 'inner')]) mkdirSync(folder, {recursive: true})
    writeFileSync(join(claim, 'a.json'), `${JSON.stringify(makeStart(world))}\n`)
    writeFileSync(join(waiting, 'b.json'), 'half an ev')
    assert.equal(optOut(world, null).dropped, 3)
    assert.equal(existsSync(join(claim, 'a.json')), false)
  })

  it('holds when two people or programs opt out of two projects at once', async t => {
    const world = makeWorld(t)
    const names = Array.from({length: 6}, (_, index) => `demo-${index}`)
    await runTogether(
      6,
      `import {optOut} from '${moduleUrl('reporter/person/decisions.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'
       import {mkdirSync} from 'node:fs'`,
      `const names = ${JSON.stringify(names)}
       const world = realWorld({stateDirectory: ${JSON.stringify(world.stateDirectory)}, configDirectory: ${JSON.stringify(world.configDirectory)}})
       for (const name of names) {
         try { mkdirSync(${JSON.stringify(world.directory)} + '/turn-' + name); optOut(world, name) } catch (error) { if (error.code !== 'EEXIST') throw error }
       }`,
    )
    for (const name of names)
      assert.equal(consentOf(world, makeDestination(world, name)).reason, 'project-opt-out', name)
  })

  it('says so when the settings cannot be written', t => {
    const world = makeWorld(t)
    writeFileSync(world.configDirectory, 'a file where the folder should be')
    for (const project of [null, 'demo'])
      assert.throws(() => optOut(world, project), {code: 'USAGE_SETTINGS_UNWRITABLE'})
  })
})

describe('opting in', () => {
  it('opens what waited when there was no earlier no', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = makeDestination(world, 'demo', server.url)
    const ids = putStarts(world, destination, 2)
    assert.equal((await flush(world, destination)).projects[0]?.reason, 'notice-pending')
    world.pass(5)
    const {projects} = await optIn(world, 'demo')
    assert.deepEqual(
      projects.map(({project, consent}) => [project, consent.reason, consent.sending]),
      [['demo', 'allowed', true]],
    )
    assert.deepEqual(readSettings(world.configDirectory, 'demo')?.answer, {
      yesAt: toTime(world.now()),
      notBefore: null,
    })
    assert.equal((await flush(world, destination)).sent, 2)
    assertNothingLost(world, destination, ids)
  })

  for (const way of ['registered', 'present'] as const)
    it(`opens the version of the ${way} project file too, which has changed since it was used`, async t => {
      const world = makeWorld(t)
      const used = makeDestination(world)
      const changed = makeProject({endpoint: {http: nowhere}, identity: {rotate: 'month'}})
      if (way === 'registered') addProjectText(world.configDirectory, JSON.stringify(changed), 'here', false)
      const {projects} = await optIn(world, null, way === 'present' ? changed : null)
      assert.deepEqual(
        projects.map(({consent}) => consent.sending),
        [true],
      )
      for (const project of [used.project, changed])
        assert.equal(consentOf(world, destinationOf(world.stateDirectory, project)).heldBy, null)
    })

  for (const project of ['demo', null])
    it(`lets nothing from before leave after a no to ${project ?? 'everything'}`, async t => {
      const server = await answeringServer(t)
      const world = makeWorld(t)
      const destination = makeDestination(world, 'demo', server.url)
      optOut(world, project)
      world.pass(5)
      await optIn(world, project)
      assert.equal(consentOf(world, destination).sending, true)
      const before = makeStart(world, {time: toTime(world.now() - 1)})
      const after = makeStart(world)
      writeEvents(destination.paths, [before, after])
      const {sent, dropped} = await flush(world, destination)
      assert.deepEqual({sent, dropped}, {sent: 1, dropped: 1})
      assert.equal(countDrops(destination.paths.drops)['before-consent'], 1)
      assert.deepEqual(
        server.requests.flatMap(request => reportOf(request).events.map(({id}) => id)),
        [after.id],
      )
      assertNothingLost(world, destination, [before.id, after.id])
    })

  it('lets nothing from before leave that bears a later time, from another host or a clock that was set since', async t => {
    const server = await answeringServer(t)
    const world = makeWorld(t)
    const destination = makeDestination(world, 'demo', server.url)
    const before = makeStart(world, {time: toTime(world.now() + 600_000)})
    writeEvents(destination.paths, [before])
    makeFolder(world.configDirectory, 'optout.d')
    writeFileSync(projectOptOutPath(world.configDirectory, 'demo'), '')
    await optIn(world, 'demo')
    assert.equal((await flush(world, destination)).sent, 0)
    assert.equal(server.requests.length, 0)
    assert.equal(countDrops(destination.paths.drops)['opted-out'], 1)
    assertNothingLost(world, destination, [before.id])
  })

  it('keeps the time of the last no when a person says yes twice', async t => {
    const world = makeWorld(t)
    makeDestination(world)
    optOut(world, 'demo')
    await optIn(world, 'demo')
    const first = readSettings(world.configDirectory, 'demo')?.answer
    world.pass(100)
    await optIn(world, 'demo')
    const second = readSettings(world.configDirectory, 'demo')?.answer
    assert.equal(second?.notBefore, first?.notBefore)
    assert.notEqual(second?.yesAt, first?.yesAt)
  })

  it('to one project does not undo a no to everything, and says so', async t => {
    const world = makeWorld(t)
    makeDestination(world)
    optOut(world, null)
    const {projects} = await optIn(world, 'demo')
    assert.equal(projects[0]?.consent.reason, 'user-opt-out')
  })

  it('to everything undoes every no and answers for every project known here', async t => {
    const world = makeWorld(t)
    for (const name of ['demo', 'other']) makeDestination(world, name, nowhere, {consent: 'opt-in'})
    optOut(world, null)
    optOut(world, 'other')
    const {projects} = await optIn(world, null)
    assert.deepEqual(
      projects.map(({project, consent}) => [project, consent.reason]),
      [
        ['demo', 'allowed'],
        ['other', 'allowed'],
      ],
    )
  })

  it('counts for a project that asks first', async t => {
    const world = makeWorld(t)
    const destination = makeDestination(world, 'demo', nowhere, {consent: 'opt-in'})
    const reporter = createReporter({project: destination.project, world})
    assert.deepEqual(reporter.start(), {kind: 'declined', reason: 'not-opted-in'})
    await optIn(world, 'demo')
    assert.equal(reporter.start().kind, 'recorded')
  })

  it('opens sending although the notice was never shown, or just now', async t => {
    const world = makeWorld(t)
    const destination = makeDestination(world)
    markNoticeShown(world, destination)
    await optIn(world, 'demo')
    assert.equal(consentOf(world, destination).sending, true)
  })

  it('holds when several programs say it for several projects at once', async t => {
    const world = makeWorld(t)
    const names = Array.from({length: 6}, (_, index) => `demo-${index}`)
    for (const name of names) makeDestination(world, name, nowhere, {consent: 'opt-in'})
    await runTogether(
      6,
      `import {optIn} from '${moduleUrl('reporter/person/decisions.ts')}'
       import {realWorld} from '${moduleUrl('reporter/world/world.ts')}'
       import 'conf'
       import {mkdirSync} from 'node:fs'`,
      `const world = realWorld({stateDirectory: ${JSON.stringify(world.stateDirectory)}, configDirectory: ${JSON.stringify(world.configDirectory)}})
       for (const name of ${JSON.stringify(names)}) {
         try { mkdirSync(${JSON.stringify(world.directory)} + '/turn-' + name) } catch { continue }
         await optIn(world, name)
       }`,
    )
    for (const name of names)
      assert.equal(consentOf(world, makeDestination(world, name, nowhere, {consent: 'opt-in'})).reason, 'allowed', name)
  })

  it('leaves the no in place when the settings are damaged', async t => {
    const world = makeWorld(t)
    const destination = makeDestination(world)
    optOut(world, 'demo')
    writeFileSync(join(world.configDirectory, 'settings.json'), '{"answers": ')
    await assert.rejects(optIn(world, 'demo'), {code: 'USAGE_SETTINGS_UNREADABLE'})
    assert.equal(consentOf(world, destination).reason, 'project-opt-out')
  })
})

describe('destinations known here', () => {
  it('are those used before and those registered, each once', async t => {
    const world = makeWorld(t)
    const used = makeDestination(world)
    const registry = join(world.configDirectory, 'projects')
    mkdirSync(registry, {recursive: true})
    const {project, contact, purpose, endpoint} = used.project
    const document = {project, contact, purpose, endpoint}
    writeFileSync(join(registry, 'demo.json'), JSON.stringify(document))
    writeFileSync(join(registry, 'other.json'), JSON.stringify({...document, project: 'other'}))
    writeFileSync(join(registry, 'broken.json'), '{')
    assert.deepEqual(
      knownDestinations(world).map(one => one.project.project),
      ['demo', 'other'],
    )
  })
})
