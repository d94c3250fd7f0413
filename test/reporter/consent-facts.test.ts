import assert from 'node:assert/strict'
import {once} from 'node:events'
import {existsSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, it} from 'node:test'
import {Worker} from 'node:worker_threads'
import type {ConsentReason} from '../../src/reporter/consent.ts'
import {askConsent, askProjectConsent} from '../../src/reporter/consent-facts.ts'
import {destinationOf} from '../../src/reporter/destination.ts'
import {projectOptOutPath, userOptOutPath} from '../../src/reporter/directories.ts'
import {makeDirectory} from '../../src/reporter/files.ts'
import {openNotice} from '../../src/reporter/notice.ts'
import {writeAnswer} from '../../src/reporter/settings.ts'
import {makeProject} from '../support/make-project.ts'
import {makeFolder, makeWorld, type TestWorld} from '../support/make-world.ts'
import {readTree} from '../support/tree.ts'

const project = makeProject()
const ask = (world: TestWorld, changes = {}) => askProjectConsent(world, makeProject(changes))

function writeFile(path: string, content = '') {
  makeFolder(dirname(path))
  writeFileSync(path, content)
}

/** How each rule is made to say no in the real world: by a file, a folder or a variable. */
const situations: readonly (readonly [
  what: string,
  arrange: (world: TestWorld) => void,
  reason: ConsentReason,
  decidedBy?: (world: TestWorld) => string | null,
])[] = [
  ['nothing', () => {}, 'allowed'],
  ['a site file', w => writeFile(join(w.siteDirectory, 'off')), 'site-policy', w => join(w.siteDirectory, 'off')],
  [
    'a site policy',
    w => writeFile(join(w.siteDirectory, 'policy.json'), '{"projects": {"demo": "off"}}'),
    'site-policy',
    w => join(w.siteDirectory, 'policy.json'),
  ],
  [
    'DO_NOT_TRACK',
    w => {
      w.environment = {DO_NOT_TRACK: '1'}
    },
    'do-not-track',
    () => 'DO_NOT_TRACK',
  ],
  [
    'USAGE_TRACKING',
    w => {
      w.environment = {USAGE_TRACKING: '0'}
    },
    'usage-tracking',
    () => 'USAGE_TRACKING',
  ],
  [
    'the project’s variable',
    w => {
      w.environment = {DEMO_TRACKING: 'no'}
    },
    'project-variable',
    () => 'DEMO_TRACKING',
  ],
  [
    'an empty opt-out',
    w => writeFile(userOptOutPath(w.configDirectory)),
    'user-opt-out',
    w => userOptOutPath(w.configDirectory),
  ],
  [
    'an opt-out that is a folder',
    w => makeFolder(userOptOutPath(w.configDirectory)),
    'user-opt-out',
    w => userOptOutPath(w.configDirectory),
  ],
  [
    'an opt-out of the project',
    w => writeFile(projectOptOutPath(w.configDirectory, 'demo')),
    'project-opt-out',
    w => projectOptOutPath(w.configDirectory, 'demo'),
  ],
  ['an opt-out of another project', w => writeFile(projectOptOutPath(w.configDirectory, 'other')), 'allowed'],
  [
    'damaged settings',
    w => writeFile(join(w.configDirectory, 'settings.json'), '{'),
    'settings-unreadable',
    () => null,
  ],
  [
    'settings that are a folder',
    w => makeFolder(w.configDirectory, 'settings.json'),
    'settings-unreadable',
    () => null,
  ],
  [
    'an opt-out that is a link to nowhere',
    w => {
      makeFolder(w.configDirectory)
      symlinkSync('/nonexistent', userOptOutPath(w.configDirectory))
    },
    'user-opt-out',
  ],
  [
    'a file where the opt-outs should be',
    w => writeFile(join(w.configDirectory, 'optout.d')),
    'settings-unreadable',
    () => null,
  ],
  ['a folder of settings that is a file', w => writeFile(w.configDirectory), 'settings-unreadable', () => null],
  [
    'a folder of settings on a disk that is not there',
    w => symlinkSync('/nonexistent/settings', w.configDirectory),
    'settings-unreadable',
    () => null,
  ],
  [
    'a folder of settings that leads nowhere',
    w => symlinkSync(w.configDirectory, w.configDirectory),
    'settings-unreadable',
  ],
  ['a state folder that is a file', w => writeFile(w.stateDirectory), 'state-not-writable', () => null],
  ['a state folder that leads nowhere', w => symlinkSync(w.stateDirectory, w.stateDirectory), 'state-not-writable'],
]

describe('asking consent', () => {
  for (const [what, arrange, reason, decidedBy] of situations)
    it(`says ${reason} with ${what}, and writes nothing`, t => {
      const world = makeWorld(t)
      arrange(world)
      const before = readTree(world.directory)
      const consent = ask(world)
      assert.equal(consent.reason, reason)
      if (decidedBy !== undefined) assert.equal(consent.decidedBy, decidedBy(world))
      assert.deepEqual(readTree(world.directory), before)
    })

  it('says no under a file where a folder above the state should be', t => {
    const world = makeWorld(t)
    writeFile(join(world.directory, 'file'))
    const stateDirectory = join(world.directory, 'file', 'usage')
    assert.equal(askProjectConsent({...world, stateDirectory}, project).reason, 'state-not-writable')
  })

  it('knows CI, and says no there for a project that wants that', t => {
    const world = makeWorld(t)
    world.environment = {GITLAB_CI: 'true'}
    const {reason, decidedBy} = ask(world, {ci: 'off'})
    assert.deepEqual({reason, decidedBy}, {reason: 'ci', decidedBy: 'gitlab'})
    assert.deepEqual([ask(world).reason, ask(world).sending], ['allowed', true])
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
