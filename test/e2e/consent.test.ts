import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {acceptAll, answeringServer, reportOf} from '../support/answering-server.ts'
import {allowedSituations} from '../support/consent-situations.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {putStarts} from '../support/make-event.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram, runShell, runUsage} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {sendersOf} from '../support/senders-of.ts'
import {silentServer} from '../support/silent-server.ts'
import {traced} from '../support/traced.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'
import {arrange, functionsFollowEveryWord, nothingAfterANo, silentRanksRecordNothing} from './consent-contract.ts'

nothingAfterANo('some')

describe('after a no', {concurrency: 2}, () => {
  it('is what the kernel would have seen otherwise', needs('strace', 'unshare'), async t => {
    const {home, etc} = arrange(t, allowedSituations[0]!, 'http://127.0.0.1:9')
    const trace = await traced(t, home, etc, ['sh', 'usage start; usage end --wait 2'])
    assert.ok(trace.writes.length > 4, trace.writes.join('\n'))
    assert.ok(trace.network.length > 0)
  })

  it('empties what waited when a person opts out, and sends none of it after the next yes', async t => {
    const server = await silentServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, server.url)
    await runUsage(home, ['start', '--project-file', path])
    assert.equal(waitingEvents(home.stateDirectory).length, 1)
    const optedOut = await runUsage(home, ['optout', '--json'])
    assert.equal(JSON.parse(optedOut.stdout).dropped, 1)
    await runUsage(home, ['optin'])
    const flushed = JSON.parse((await runUsage(home, ['flush', '--json'])).stdout)
    assert.deepEqual([flushed.sent, flushed.kept], [0, 0])
    assert.equal(server.connections(), 0)
  })

  it('stops a sender in the middle of its work: what it has not sent does not leave', async t => {
    let isAsked = false
    let answerIt = () => {}
    const server = await answeringServer(t, (request, response) => {
      isAsked = true
      answerIt = () => acceptAll(request, response)
    })
    const {home, world, destination} = makeScene(t, server.url)
    putStarts(world, destination, 600)
    await runUsage(home, ['flush', '--background'])
    await eventually(() => assert.ok(isAsked))
    const [all, own] = await Promise.all([
      runUsage(home, ['optout', '--json']),
      runUsage(home, ['optout', '--project', 'demo', '--json']),
    ])
    assert.deepEqual([all.code, own.code], [0, 0])
    answerIt()
    await eventually(() => assert.deepEqual(sendersOf(destination), []))
    assert.equal(server.requests.length, 1)
    assert.deepEqual(waitingEvents(home.stateDirectory), [])
    assert.deepEqual(Object.keys(readTree(home.configDirectory)), ['optout', 'optout.d', join('optout.d', 'demo')])
    const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects[0]
    assert.equal(status.sent.events + status.dropped['opted-out'], 600)
  })
})

functionsFollowEveryWord('some')
silentRanksRecordNothing()

describe('a container that shares the home of the user', {concurrency: 2}, () => {
  /** What status says after a start in a container, whose /etc is its own, on a machine that opts out. */
  async function decideInContainer(t: TestContext, mount: string, environment: Record<string, string> = {}) {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const [machine, image] = ['machine', 'image'].map(name => join(home.home, '..', name, 'usage'))
    for (const folder of [machine, image]) mkdirSync(folder ?? '', {recursive: true})
    writeFileSync(join(machine ?? '', 'off'), 'Ask ops.')
    const script = `mount --bind "$0/image" /etc && ${mount} && usage start && usage status --json`
    const {stdout} = await runProgram(home, ['unshare', '-Urm', 'sh', '-c', script, join(home.home, '..')], {
      environment: {...environment, USAGE_PROJECT_FILE: path},
    })
    const {reason, decidedBy, text} = JSON.parse(stdout).projects[0].consent
    return {reason, decidedBy, text, waiting: waitingEvents(home.stateDirectory).length}
  }

  it('follows the site by a mounted /etc/usage or by a variable, and not without', needs('unshare'), async t => {
    const off = {reason: 'site-policy', decidedBy: '/etc/usage/off', text: 'Ask ops.', waiting: 0}
    assert.deepEqual(await decideInContainer(t, 'mount --bind "$0/machine/usage" /etc/usage'), off)
    const byVariable = await decideInContainer(t, ':', {USAGE_TRACKING: 'off'})
    assert.deepEqual(byVariable, {reason: 'usage-tracking', decidedBy: 'USAGE_TRACKING', text: null, waiting: 0})
    assert.equal((await decideInContainer(t, ':')).waiting, 1)
  })
})

describe('the notice', () => {
  it('comes once on standard error, and holds everything back until the person could say no', async t => {
    const server = await silentServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, server.url)
    const first = await runUsage(home, ['start', '--project-file', path])
    const second = await runUsage(home, ['end', '--project-file', path])
    assert.match(first.stderr, /Demo counts how it is used: How many people use Demo/)
    assert.match(first.stderr, /usage optout demo/)
    assert.deepEqual([first.stdout, second.stdout, second.stderr], ['', '', ''])
    const flushed = JSON.parse((await runUsage(home, ['flush', '--json'])).stdout)
    assert.deepEqual([flushed.kept, flushed.projects[0].reason], [2, 'notice-pending'])
    assert.equal(server.connections(), 0)
  })

  it('is shown by one of four starts at the same time, and by none after it', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const start = () => runUsage(home, ['start', '--project-file', path])
    const together = await Promise.all([start(), start(), start(), start()])
    const shown = [...together, await start()].map(({stderr}) => stderr).join('')
    assert.equal(shown.match(/Demo counts how it is used/g)?.length, 1)
    assert.equal(waitingEvents(home.stateDirectory).length, 5)
  })

  it('opens sending with the first start of another caller a minute later', async t => {
    const server = await answeringServer(t)
    const bare = isolatedHome(t)
    const {path, project} = projectOnDisk(bare.home, server.url)
    const home = {...bare, environment: {...bare.environment, USAGE_PROJECT_FILE: path, USAGE_SENDER: '1'}}
    const {directory} = destinationOf(home.stateDirectory, project)
    const passAMinute = () => {
      const marker = join(directory, `notice-${collectionVersion(project)}`)
      const {shownAt, ...rest} = JSON.parse(readFileSync(marker, 'utf8'))
      writeFileSync(marker, JSON.stringify({...rest, shownAt: new Date(Date.parse(shownAt) - 60_000).toISOString()}))
    }
    const sending = async () =>
      JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects[0].consent.sending
    await runShell(home, 'sh', 'usage start; usage end; usage start; :')
    assert.equal(await sending(), false, 'at once')
    passAMinute()
    await runShell(home, 'sh', 'usage end; usage feature Load.v1 --type Algorithm; usage flush; :')
    assert.deepEqual([await sending(), server.requests.length], [false, 0], 'by no start')
    await runShell(home, 'sh', 'usage start; usage flush; :')
    const events = server.requests.flatMap(request => reportOf(request).events)
    assert.deepEqual([await sending(), events.length], [true, 6])
  })

  it('is printed once in CI, where everything leaves immediately under the id of the vendor alone', async t => {
    const server = await answeringServer(t)
    const bare = isolatedHome(t, {GITLAB_CI: 'true', CI: 'true', USAGE_SENDER: '1'})
    const {path} = projectOnDisk(bare.home, server.url)
    const home = {...bare, environment: {...bare.environment, USAGE_PROJECT_FILE: path}}
    const {stderr} = await runShell(home, 'sh', 'usage start --script "$0"; usage end; usage flush')
    assert.equal(stderr.match(/Demo counts how it is used/g)?.length, 1)
    const [report] = server.requests.map(reportOf)
    const {user, host, ci} = report?.header ?? {}
    assert.deepEqual({user, host, ci}, {user: null, host: null, ci: 'gitlab'})
    assert.deepEqual(
      report?.events.map(event => ('script' in event ? event.script : null)),
      [null, null],
    )
  })

  it('is not given by writing it to /dev/null', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    await runShell(home, 'sh', `command usage start --project-file ${path} 2>/dev/null`)
    const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout)
    assert.equal(status.projects[0].notice.shownAt, null)
    const seen = await runUsage(home, ['start', '--project-file', path])
    assert.match(seen.stderr, /Demo counts how it is used/)
  })
})
