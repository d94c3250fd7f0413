import assert from 'node:assert/strict'
import {chmodSync, chownSync, cpSync, mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {collectionVersion} from '../../src/protocol/project/project-file.ts'
import {destinationOf} from '../../src/reporter/destination/destination.ts'
import {answeringServer} from '../support/answering-server.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {droppingPrivileges, needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram, runShell, runUsage} from '../support/run-program.ts'
import {readTree} from '../support/tree.ts'

function makeScene(t: TestContext, http = 'http://127.0.0.1:9', changes: Readonly<Record<string, unknown>> = {}) {
  const home = isolatedHome(t)
  const {path, project} = projectOnDisk(home.home, http, changes)
  const environment: Record<string, string> = {...home.environment, USAGE_PROJECT_FILE: path}
  const {directory, paths} = destinationOf(home.stateDirectory, project)
  const yes = {USAGE_CONSENT: `demo@${collectionVersion(project)}`}
  return {home: {...home, environment}, project, directory, paths, yes}
}

const statusOf = async (home: IsolatedHome) =>
  JSON.parse((await runUsage(home, ['status', '--json'])).stdout).projects[0]

describe('a reporting command', {concurrency: 2}, () => {
  it(
    'exits 0 for a user without an entry in passwd and without HOME, and records where it is told to',
    needs(...droppingPrivileges),
    async t => {
      const {home} = makeScene(t)
      const folder = join(home.environment['TMPDIR'] ?? '', 'theirs')
      mkdirSync(folder)
      chmodSync(home.environment['TMPDIR'] ?? '', 0o755)
      chownSync(folder, 54_321, 54_321)
      const {HOME: _home, XDG_STATE_HOME: _state, XDG_CONFIG_HOME: _config, ...environment} = home.environment
      const script = (more: string) =>
        `unset HOME SHELL XDG_STATE_HOME XDG_CONFIG_HOME; ${more} exec setpriv --reuid 54321 --regid 54321 --clear-groups usage start`
      const nowhere = await runShell({...home, environment}, 'sh', script(''))
      assert.deepEqual(nowhere, {code: 0, signal: null, stdout: '', stderr: ''})
      const there = await runShell(home, 'sh', script(`USAGE_STATE_DIR=${folder}/s USAGE_CONFIG_DIR=${folder}/c`))
      assert.equal(there.code, 0)
      assert.ok(Object.keys(readTree(folder)).some(path => path.endsWith('.json')))
    },
  )

  it(
    'exits 0 when nobody reads what it says, and a notice that was not written does not count as shown',
    needs('bash'),
    async t => {
      const {home} = makeScene(t)
      const silent = await runShell(
        home,
        'bash',
        'usage start 2>/dev/full; echo $?; usage start --print-id >/dev/full 2>&1; echo $?',
      )
      assert.equal(silent.stdout, '0\n0\n')
      const closed = await runShell(home, 'bash', 'set -e; { usage start 2>&1; echo ran on >&3; } 3>&1 | cat')
      assert.match(closed.stdout, /ran on/)
      const fresh = makeScene(t)
      await runShell(fresh.home, 'bash', 'usage start 2>/dev/full')
      assert.equal((await statusOf(fresh.home)).notice.shownAt, null)
    },
  )

  it('says nothing of folders of others that it has no use for', async t => {
    const {home} = makeScene(t)
    writeFileSync(join(home.home, '.local'), 'a file')
    await runUsage(home, ['start'])
    const outcome = await runUsage(home, ['end'])
    assert.deepEqual(outcome, {code: 0, signal: null, stdout: '', stderr: ''})
  })

  it('counts what does not fit, and takes an empty value for not said', async t => {
    const {home} = makeScene(t)
    await runUsage(home, ['start', '--app-version', 'x'.repeat(65)])
    await runUsage(home, ['feature', 'Load.v1', '--type', 'Algorithm', '--duration', 'long'])
    await runUsage(home, ['end', '--exit-code', '', '--signal', '', '--run', ''])
    const {waiting, dropped} = await statusOf(home)
    assert.deepEqual(waiting.newest.map(({type}: {type: string}) => type).sort(), ['end', 'feature', 'start'])
    assert.deepEqual([dropped['wrong-use'], dropped['undeclared-field']], [0, 2])
  })

  it('passes over an open run that is damaged', async t => {
    const {home, paths} = makeScene(t)
    await runUsage(home, ['start'])
    for (const [index, content] of ['{"callers": [null]}', 'null', '{"run": "../../../x", "header": 5}'].entries())
      writeFileSync(join(paths.runs, `01a21083-64b7-7249-be90-2e72b1f1fd6${index}.json`), content)
    const outcome = await runUsage(home, ['end', '--exit-code', '0', '--strict'])
    assert.equal(outcome.code, 0, outcome.stderr)
  })
})

describe('opting in', {concurrency: 2}, () => {
  it('reaches an opt-in project that is known by its file alone', async t => {
    const {home} = makeScene(t, 'http://127.0.0.1:9', {consent: 'opt-in'})
    await runUsage(home, ['start'])
    assert.equal((await statusOf(home)).consent.reason, 'not-opted-in')
    await runUsage(home, ['optin'])
    await runUsage(home, ['start'])
    const {consent, waiting} = await statusOf(home)
    assert.deepEqual([consent.reason, consent.sending, waiting.events], ['allowed', true, 1])
  })

  it('to one project says what still says no', async t => {
    const home = isolatedHome(t)
    await runUsage(home, ['optout'])
    const no = join(home.configDirectory, 'optout')
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const environment = {USAGE_PROJECT_FILE: path}
    const refused = (await runUsage(home, ['optin', 'demo'], {environment})).stdout
    assert.match(refused, /The opt-in to demo is saved, but recording is still off\./)
    assert.ok(refused.includes(`To undo the opt-out of all projects (${no}): usage optin`), refused)
    assert.doesNotMatch(refused, /Opted in/)
    const json = JSON.parse((await runUsage(home, ['optin', 'demo', '--json'], {environment})).stdout)
    assert.equal(json.noToAll, no)
    const text = (await runUsage(home, ['optin'], {environment})).stdout
    assert.match(text, /Opted in to all projects known here\.\n {2}demo: Recording and sending are on\./)
  })
})

describe('opting out', {concurrency: 2}, () => {
  it('empties a destination whose project file is damaged', async t => {
    const {home, directory, paths} = makeScene(t)
    await runUsage(home, ['start'])
    writeFileSync(join(directory, 'project.json'), 'x')
    writeFileSync(join(paths.waiting, '.half.tmp'), 'half an event')
    const {USAGE_PROJECT_FILE: _file, ...environment} = home.environment
    const {dropped} = JSON.parse((await runUsage({...home, environment}, ['optout', '--json'])).stdout)
    assert.equal(dropped, 1)
    assert.deepEqual([readTree(paths.waiting), readTree(paths.runs)], [{}, {}])
  })

  it(
    'names what it could not empty, and status does not call recording on, when the buffer is of somebody else',
    needs(...droppingPrivileges),
    async t => {
      const {home, directory} = makeScene(t)
      await runUsage(home, ['start'])
      chmodSync(home.environment['TMPDIR'] ?? '', 0o755)
      const own = ['chown', '-R', '54321', home.home]
      await runProgram(home, own as [string, ...string[]])
      await runProgram(home, ['chown', '-R', '0', join(directory, 'buffer')])
      const asUser = (...args: string[]) =>
        runProgram(home, ['setpriv', '--reuid', '54321', '--regid', '54321', '--clear-groups', 'usage', ...args])
      const status = JSON.parse((await asUser('status', '--json')).stdout).projects[0]
      assert.equal(status.consent.reason, 'state-not-writable')
      const {leftIn} = JSON.parse((await asUser('optout', '--json')).stdout)
      assert.deepEqual(leftIn, [directory])
    },
  )
})

describe('a flush', {concurrency: 2}, () => {
  it('goes on with a new secret when the old one is damaged', async t => {
    const server = await answeringServer(t)
    const {home, yes} = makeScene(t, server.url)
    await runUsage(home, ['start'], {environment: {...yes, USAGE_SENDER: '1'}})
    writeFileSync(join(home.stateDirectory, 'secret'), '')
    const {sent} = JSON.parse((await runUsage(home, ['flush', '--json'], {environment: yes})).stdout)
    assert.equal(sent, 1)
  })

  it('says that what a killed sender had claimed waits for its minute, and exits 3', async t => {
    const server = await answeringServer(t)
    const {home, yes, paths} = makeScene(t, server.url)
    await runUsage(home, ['start'], {environment: {...yes, USAGE_SENDER: '1'}})
    const claim = join(paths.sending, 'claim-of-a-sender-that-was-killed')
    mkdirSync(paths.sending, {recursive: true})
    cpSync(paths.waiting, claim, {recursive: true})
    rmSync(paths.waiting, {recursive: true})
    const outcome = await runUsage(home, ['flush', '--json'], {environment: yes})
    const {kept, projects} = JSON.parse(outcome.stdout)
    assert.deepEqual([outcome.code, kept, projects[0].reason], [3, 1, 'busy-here'])
  })
})

describe('an unknown command', () => {
  it('has a code and a next step, as text and as JSON', async t => {
    const home = isolatedHome(t)
    const text = await runUsage(home, ['bogus'])
    assert.deepEqual([text.code, text.stdout], [2, ''])
    assert.match(text.stderr, /^USAGE_WRONG_USE: .*bogus.*\n {2}Next: /)
    const json = JSON.parse((await runUsage(home, ['bogus', '--json'])).stdout)
    assert.equal(json.error.code, 'USAGE_WRONG_USE')
  })

  it('is not `help`, which is --help', async t => {
    const home = isolatedHome(t)
    assert.match((await runUsage(home, ['help'])).stdout, /COMMANDS/)
    assert.match((await runUsage(home, ['help', 'start'])).stdout, /--print-id/)
  })
})

describe('settings', () => {
  it('on a disk that is not there are a no', async t => {
    const {home} = makeScene(t)
    mkdirSync(join(home.configDirectory, '..'), {recursive: true})
    symlinkSync('/nonexistent/settings', home.configDirectory)
    await runUsage(home, ['start'])
    assert.equal((await statusOf(home)).consent.reason, 'settings-unreadable')
    assert.deepEqual(readTree(home.stateDirectory), {})
  })
})
