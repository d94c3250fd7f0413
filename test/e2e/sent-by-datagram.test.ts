import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {makeProject} from '../support/make-project.ts'
import {runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'

describe('a project whose endpoint is for datagrams alone', () => {
  it('counts: each event is a datagram, what does not fit is dropped and counted, and status says it', async t => {
    const wide = {type: 'pattern', pattern: 'x+', description: 'Filler'}
    const fields = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(name => [name, wide]))
    const changes = {fields, writeKey: 'the-key'}
    const home = isolatedHome(t)
    const collector = await runningCollector(t, home, [makeProject(changes)])
    const project = makeProject({...changes, endpoint: {udp: collector.udp}})
    const path = join(home.home, 'demo.json')
    writeFileSync(path, JSON.stringify(project))
    const consent = {USAGE_PROJECT_FILE: path, USAGE_CONSENT: `demo@${collectionVersion(project)}`}
    const person = {...home, environment: {...home.environment, ...consent}}
    const large = Object.keys(fields).flatMap(name => ['--field', `${name}=${'x'.repeat(250)}`])
    const uses = ['feature', 'Load.v1', '--type', 'Algorithm']
    const calls = [['start', ...large], uses, uses, uses, ['end', '--exit-code', '3']]
    for (const args of calls) assert.equal((await runUsage(person, args)).code, 0)
    await runUsage(person, ['flush'])
    await eventually(async () => {
      const {quality, outcomes, features} = await collector.stats('demo')
      assert.deepEqual([quality.datagrams, quality.refused, outcomes.failed, features[0]?.count], [4, 0, 1, 3])
    })
    const {stdout} = await runUsage(person, ['status', '--json'])
    const [status] = JSON.parse(stdout).projects
    assert.equal(status.sent.unconfirmed, 4)
    assert.deepEqual([status.sent.events, status.dropped['too-large'], status.waiting.events], [4, 1, 0])
    assert.match((await runUsage(person, ['status'])).stdout, /Goes to .*delivery is not confirmed/)
    assert.match((await runUsage(person, ['log', '--raw'])).stdout, /"exitCode":3/)
  })

  it('keeps its events when the name of the host leads nowhere', async t => {
    const home = isolatedHome(t)
    const project = makeProject({endpoint: {udp: 'nowhere.invalid:50077'}})
    const path = join(home.home, 'demo.json')
    writeFileSync(path, JSON.stringify(project))
    const consent = {USAGE_PROJECT_FILE: path, USAGE_CONSENT: `demo@${collectionVersion(project)}`}
    const person = {...home, environment: {...home.environment, ...consent}}
    await runUsage(person, ['start'])
    await eventually(async () => {
      const [status] = JSON.parse((await runUsage(person, ['status', '--json'])).stdout).projects
      assert.deepEqual([status.waiting.events, status.sent.events, status.lastError?.reason], [1, 0, 'offline'])
    })
  })
})
