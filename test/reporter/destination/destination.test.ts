import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {mkdirSync, readFileSync, renameSync, statSync, utimesSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {describe, it} from 'node:test'
import {
  destinationOf,
  listFolder,
  listUnreadableFolders,
  readDestinations,
  rememberProject,
} from '../../../src/reporter/destination/destination.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'
import {readTree} from '../../support/tree.ts'

describe('a destination', () => {
  it('has one folder for each project and endpoint, whatever else changes', () => {
    const folderOf = (changes = {}) => basename(destinationOf('/state', makeProject(changes)).directory)
    assert.match(folderOf(), /^demo-[0-9a-f]{8}$/)
    assert.equal(folderOf({name: 'New', fields: {}, writeKey: 'key'}), folderOf())
    const others = [
      {project: 'other'},
      {endpoint: {http: 'http://127.0.0.1:10'}},
      {endpoint: {http: 'http://127.0.0.1:9', udp: 'a:1'}},
    ]
    assert.equal(new Set([folderOf(), ...others.map(folderOf)]).size, 4)
  })

  it('touches nothing until its project is remembered', t => {
    const world = makeWorld(t)
    destinationOf(world.stateDirectory, makeProject())
    assert.deepEqual(readDestinations(world.stateDirectory), [])
    assert.deepEqual(readTree(world.directory), {})
  })

  it('is found again by the project file that lies in it', t => {
    const world = makeWorld(t)
    const destinations = ['a', 'b'].map(project => destinationOf(world.stateDirectory, makeProject({project})))
    for (const destination of destinations) rememberProject(destination)
    assert.deepEqual(readDestinations(world.stateDirectory), destinations)
  })

  it('is found again in the folder of a program that told an address with a slash at its end from one without', t => {
    const world = makeWorld(t)
    const project = makeProject({endpoint: {http: 'https://usage.example.org/'}})
    const named = '{"endpoint":{"http":"https://usage.example.org/","udp":null},"project":"demo"}'
    const keyOfOldPrograms = createHash('sha256').update(named).digest('hex').slice(0, 8)
    const old = destinationOf(world.stateDirectory, project)
    rememberProject(old)
    const directory = join(world.stateDirectory, `${project.project}-${keyOfOldPrograms}`)
    assert.notEqual(directory, old.directory)
    renameSync(old.directory, directory)
    const found = readDestinations(world.stateDirectory)
    assert.deepEqual(
      found.map(one => [one.directory, one.paths.sent]),
      [[directory, join(directory, 'sent')]],
    )
    assert.deepEqual(listUnreadableFolders(world.stateDirectory, [], null), [])
  })

  it('writes its project file only when that has changed', t => {
    const world = makeWorld(t)
    const destination = destinationOf(world.stateDirectory, makeProject())
    rememberProject(destination)
    const {project: path} = destination.paths
    utimesSync(path, 1, 1)
    rememberProject(destination)
    assert.equal(statSync(path).mtimeMs, 1000)
    rememberProject(destinationOf(world.stateDirectory, makeProject({name: 'New name'})))
    assert.equal(JSON.parse(readFileSync(path, 'utf8')).name, 'New name')
  })

  it('is passed over when its folder has another name or no valid project file', t => {
    const world = makeWorld(t)
    const {directory} = destinationOf(world.stateDirectory, makeProject())
    rememberProject(destinationOf(world.stateDirectory, makeProject()))
    renameSync(directory, join(world.stateDirectory, 'copy'))
    mkdirSync(join(world.stateDirectory, 'empty'))
    writeFileSync(join(makeFolder(world.stateDirectory, 'damaged'), 'project.json'), '{')
    writeFileSync(join(world.stateDirectory, 'secret'), '')
    assert.deepEqual(readDestinations(world.stateDirectory), [])
  })
})

describe('the names in a folder', () => {
  it('are sorted, and none where there is no folder', t => {
    const world = makeWorld(t)
    for (const name of ['c', 'a', 'b']) writeFileSync(join(makeFolder(world.stateDirectory), name), '')
    assert.deepEqual(listFolder(world.stateDirectory), ['a', 'b', 'c'])
    assert.deepEqual(listFolder(join(world.stateDirectory, 'none')), [])
    assert.deepEqual(listFolder(join(world.stateDirectory, 'a')), [])
  })
})
