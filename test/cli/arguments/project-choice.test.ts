import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {
  chooseAll,
  chooseDestinations,
  chooseProject,
  chooseProjectsToRead,
  chooseReadable,
} from '../../../src/cli/arguments/project-choice.ts'
import {destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'
import {projectOnDisk} from '../../support/project-on-disk.ts'

describe('the project of a command that records', () => {
  it('is never that of the folder, whose file is named in the error with the flag', t => {
    const world = makeWorld(t)
    const folder = makeFolder(world.directory, 'work', 'deep')
    const file = join(world.directory, 'work', 'usage.project.json')
    const before = process.cwd()
    process.chdir(folder)
    t.after(() => process.chdir(before))
    assert.throws(() => chooseProject(world, {}), {code: 'USAGE_NO_PROJECT', message: 'no project given'})
    writeFileSync(file, '{}')
    assert.throws(() => chooseProject(world, {}), {
      code: 'USAGE_NO_PROJECT',
      message: `no project given; ${file} is used only if it is named`,
      next: `Use --project-file ${file}, or set USAGE_PROJECT_FILE to it.`,
    })
  })
})

describe('the project of a command for users', () => {
  it('is the one that was named, also where USAGE_PROJECT_FILE is that of other software', t => {
    const world = makeWorld(t)
    const {path} = projectOnDisk(makeFolder(world.directory, 'other'), 'http://127.0.0.1:9', {project: 'other'})
    const mine = destinationOf(world.stateDirectory, makeProject({project: 'mine'}))
    makeFolder(mine.directory)
    rememberProject(mine)
    world.environment = {USAGE_PROJECT_FILE: path}
    for (const [flags, expected] of [
      [{project: 'mine'}, 'mine'],
      [{project: 'other'}, 'other'],
      [{project: 'mine', 'project-file': path}, 'other'],
      [{}, 'other'],
    ] as const) {
      const idsOf = (chosen: readonly {project: {project: string}}[]) => chosen.map(({project}) => project.project)
      assert.deepEqual(idsOf(chooseDestinations(world, flags)), [expected])
      assert.deepEqual(idsOf(chooseAll(world, flags).destinations), [expected])
      assert.deepEqual(
        chooseProjectsToRead(world, flags).map(({project}) => project),
        [expected],
      )
    }
    assert.throws(() => chooseAll(world, {project: 'nobody'}), {code: 'USAGE_PROJECT_UNKNOWN'})
    assert.equal(chooseProject(world, {project: 'mine'}).project, 'other', 'for recording, the file goes first')
  })

  it('is none where every folder is unreadable, which is an error that names them', t => {
    const world = makeWorld(t)
    const lost = makeFolder(world.stateDirectory, 'lost-01ce8e2a')
    writeFileSync(join(makeFolder(lost, 'sent'), '1.json'), '{}')
    const nothing = {code: 'USAGE_STATE_UNREADABLE', message: `cannot read ${lost}`}
    for (const flags of [{}, {project: 'lost'}]) assert.throws(() => chooseReadable(world, flags), nothing)
    const mine = destinationOf(world.stateDirectory, makeProject({project: 'mine'}))
    makeFolder(mine.directory)
    rememberProject(mine)
    const {destinations, unreadable} = chooseReadable(world, {})
    assert.deepEqual([destinations.map(({directory}) => directory), unreadable], [[mine.directory], [lost]])
    assert.deepEqual(chooseReadable(world, {project: 'mine'}).unreadable, [])
  })
})
