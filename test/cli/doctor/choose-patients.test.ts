import assert from 'node:assert/strict'
import {utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {choosePatients} from '../../../src/cli/doctor/choose-patients.ts'
import {examineProject} from '../../../src/cli/doctor/examine-project.ts'
import {destinationOf, rememberProject} from '../../../src/reporter/destination/destination.ts'
import {putStarts} from '../../support/make-event.ts'
import {makeProject} from '../../support/make-project.ts'
import {makeFolder, makeWorld} from '../../support/make-world.ts'

describe('choosePatients', () => {
  it('leaves out the former endpoint of a project, unless events wait for it', t => {
    const world = makeWorld(t)
    const [former, current] = ['https://a.example', 'https://b.example'].map(endpoint => makeProject({endpoint}))
    const old = destinationOf(world.stateDirectory, former!)
    rememberProject(old)
    makeFolder(world.configDirectory, 'projects')
    writeFileSync(join(world.configDirectory, 'projects', 'demo.json'), JSON.stringify(current))
    const endpoints = () => choosePatients(world, {}, undefined).destinations.map(({project}) => project.endpoint.http)
    assert.deepEqual(endpoints(), ['https://b.example'])
    putStarts(world, old, 1)
    assert.deepEqual(endpoints(), ['https://a.example', 'https://b.example'])
  })

  it('takes the endpoint with the newest event, where no project file is registered', t => {
    const world = makeWorld(t)
    for (const endpoint of ['https://a.example', 'https://b.example', 'https://c.example']) {
      const destination = destinationOf(world.stateDirectory, makeProject({endpoint}))
      rememberProject(destination)
      const time = endpoint.includes('b') ? new Date() : new Date(0)
      utimesSync(makeFolder(destination.paths.waiting), time, time)
    }
    const {destinations} = choosePatients(world, {}, undefined)
    assert.deepEqual(
      destinations.map(({project}) => project.endpoint.http),
      ['https://b.example'],
    )
  })

  it('follows a site policy to its collector, and says so', t => {
    const world = makeWorld(t)
    writeFileSync(join(makeFolder(world.siteDirectory), 'policy.json'), '{"endpoint": "https://site.example"}')
    writeFileSync(join(makeFolder(world.configDirectory, 'projects'), 'demo.json'), JSON.stringify(makeProject()))
    const [destination] = choosePatients(world, {}, undefined).destinations
    assert.equal(destination?.project.endpoint.http, 'https://site.example')
    const [found] = examineProject(world, destination)
    assert.match(found?.what ?? '', /Sends to https:\/\/site\.example, as .*policy\.json says\.$/)
  })

  it('finds a project file that cannot be read or is not valid, instead of failing', t => {
    const world = makeWorld(t)
    const path = join(world.directory, 'usage.project.json')
    assert.match(choosePatients(world, {'project-file': path}, undefined).found[0]?.what ?? '', /ENOENT/)
    writeFileSync(path, '{"project": "Demo"}')
    const {found, destinations} = choosePatients(world, {'project-file': path}, undefined)
    assert.deepEqual(
      [found.map(({check, status}) => [check, status]), destinations],
      [[['project-file', 'problem']], []],
    )
  })

  it('finds a folder of events without a project file', t => {
    const world = makeWorld(t)
    makeFolder(world.stateDirectory, 'demo-01234567', 'buffer', 'new', 'x')
    const {found} = choosePatients(world, {}, undefined)
    assert.deepEqual([found[0]?.status, /demo-01234567/.test(found[0]?.what ?? '')], ['warning', true])
  })

  it('takes one endpoint instead of all, and rejects what is none (USAGE_WRONG_USE)', t => {
    const world = makeWorld(t)
    rememberProject(destinationOf(world.stateDirectory, makeProject()))
    const {destinations, endpoint} = choosePatients(world, {}, 'udp://127.0.0.1:9')
    assert.deepEqual([destinations, endpoint?.udp], [[], '127.0.0.1:9'])
    assert.throws(() => choosePatients(world, {}, 'nowhere'), {code: 'USAGE_WRONG_USE'})
  })
})
