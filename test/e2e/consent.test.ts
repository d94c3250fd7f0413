import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {collectionVersion} from '../../src/protocol/project-file.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram, runShell, runUsage} from '../support/run-program.ts'
import {silentServer} from '../support/silent-server.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const script = `command usage start --script "$0"
command usage feature Load.v1 --type Algorithm
command usage end --exit-code 0
command usage flush
command usage flush --background
command usage status`

const noes: readonly (readonly [
  what: string,
  environment: Record<string, string>,
  file: string | null,
  reason: string,
])[] = [
  ['DO_NOT_TRACK=1', {DO_NOT_TRACK: '1'}, null, 'do-not-track'],
  ['USAGE_TRACKING=off', {USAGE_TRACKING: 'off'}, null, 'usage-tracking'],
  ["the project's variable", {DEMO_TRACKING: 'false'}, null, 'project-variable'],
  ['the file optout', {}, 'optout', 'user-opt-out'],
  ['the file optout.d/<project>', {}, 'optout.d/demo', 'project-opt-out'],
]

describe('after a no', {concurrency: 2}, () => {
  for (const [what, environment, file, reason] of noes) {
    it(`writes no file and opens no connection with ${what}`, async t => {
      const server = await silentServer(t)
      const {path, project} = projectOnDisk(isolatedHome(t).home, server.url)
      const yes = `demo@${collectionVersion(project)}`
      const home = isolatedHome(t, {USAGE_PROJECT_FILE: path, USAGE_CONSENT: yes, ...environment})
      if (file !== null) {
        mkdirSync(join(home.configDirectory, file, '..'), {recursive: true})
        writeFileSync(join(home.configDirectory, file), '')
      }
      const before = readTree(home.home)
      const outcome = await runShell(home, 'dash', script)
      assert.equal(outcome.code, 0, outcome.stderr)
      assert.match(outcome.stdout, new RegExp(reason))
      assert.deepEqual(readTree(home.home), before)
      assert.equal(server.connections(), 0)
    })
  }

  it('opens no socket to any network and makes no process, as the kernel sees it', async t => {
    const home = isolatedHome(t, {DO_NOT_TRACK: '1'})
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const trace = join(home.environment['TMPDIR'] ?? '', 'trace')
    const usage = [process.execPath, repositoryPath('bin', 'run.js')]
    const strace = ['strace', '-f', '-qq', '-e', 'trace=socket,connect,sendto,execve', '-o', trace] as const
    const outcome = await runProgram(home, [...strace, ...usage, 'start', '--project-file', path])
    assert.equal(outcome.code, 0, outcome.stderr)
    const calls = readFileSync(trace, 'utf8').trim().split('\n')
    // The C library asks its local name service for the home: a socket of the machine, not of a network.
    const toLocalService = /AF_UNIX/
    const network = calls.filter(call => /socket|connect|sendto/.test(call) && !toLocalService.test(call))
    assert.deepEqual(network, [])
    assert.equal(calls.filter(call => /execve/.test(call)).length, 1)
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
})

describe('the notice', () => {
  it('comes once on standard error, and holds everything back until the person could say no', async t => {
    const server = await silentServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, server.url)
    const first = await runUsage(home, ['start', '--project-file', path])
    const second = await runUsage(home, ['end', '--project-file', path])
    assert.match(first.stderr, /Demo counts its use: How many people use Demo/)
    assert.match(first.stderr, /usage optout --project demo/)
    assert.deepEqual([first.stdout, second.stdout, second.stderr], ['', '', ''])
    const flushed = JSON.parse((await runUsage(home, ['flush', '--json'])).stdout)
    assert.deepEqual([flushed.kept, flushed.projects[0].reason], [2, 'notice-pending'])
    assert.equal(server.connections(), 0)
  })

  it('is not given by writing it to /dev/null', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    await runShell(home, 'dash', `command usage start --project-file ${path} 2>/dev/null`)
    const status = JSON.parse((await runUsage(home, ['status', '--json'])).stdout)
    assert.equal(status.projects[0].notice.shownAt, null)
    const seen = await runUsage(home, ['start', '--project-file', path])
    assert.match(seen.stderr, /Demo counts its use/)
  })
})
