import assert from 'node:assert/strict'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {projectOptOutPath} from '../../src/reporter/world/directories.ts'
import {personHere} from '../support/in-process.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {readTree} from '../support/tree.ts'

/** A home in which `demo` has been used. */
function makeHome(t: TestContext) {
  const home = isolatedHome(t)
  personHere(home, projectOnDisk(home.home, 'http://127.0.0.1:9').project).reporter.start()
  return home
}

describe('usage optout and usage optin', {concurrency: 2}, () => {
  for (const args of [['demo'], ['--project', 'demo'], ['demo', '--project=demo']])
    it(`accept the project as ${args.join(' ')}`, async t => {
      const home = makeHome(t)
      const file = projectOptOutPath(home.configDirectory, 'demo')
      const out = await runUsage(home, ['optout', ...args])
      assert.match(out.stdout, /^Opted out of demo: nothing is recorded or sent\. 1 waiting event dropped\.\n.*\n$/)
      assert.ok(existsSync(file))
      const back = await runUsage(home, ['optin', ...args])
      assert.match(back.stdout, /^Opted in to demo\./)
      assert.ok(!existsSync(file))
    })

  it('fit the width of a terminal, and are one line each in a pipe', async t => {
    const home = makeHome(t)
    const said = async (COLUMNS: string) => (await runUsage(home, ['optin', 'dem'], {environment: {COLUMNS}})).stdout
    const [narrow, whole] = [await said('40'), await said('')]
    assert.equal(narrow.replace(/\s+/g, ' '), whole.replace(/\s+/g, ' '))
    assert.ok(narrow.split('\n').every(line => line.length <= 40) && whole.split('\n').some(line => line.length > 80))
  })

  for (const command of ['optout', 'optin'])
    it(`${command} refuses an argument and a flag that differ, and what is no id`, async t => {
      const home = makeHome(t)
      for (const args of [['demo', '--project', 'other'], ['Demo'], ['all'], ['--project', ''], ['demo', 'other']]) {
        const {code, stdout} = await runUsage(home, [command, ...args, '--json'])
        assert.deepEqual([code, JSON.parse(stdout).error.code], [2, 'USAGE_WRONG_USE'], args.join(' '))
      }
    })

  it('say which id or command a person may have meant', async t => {
    const home = makeHome(t)
    const next = async (...args: string[]) => (await runUsage(home, ['optout', ...args])).stderr
    assert.match(await next('Demo'), /Next: Did you mean `demo`\?/)
    assert.match(await next('all'), /Next: For all projects, use the command without PROJECT\./)
    assert.match(await next('my demo'), /Next: `usage status` shows the ids\./)
    assert.equal((await runUsage(home, ['optout', '--project', 'all'])).code, 0)
  })

  it('keep an opt-out of an id that is not known here, say which are, and undo it', async t => {
    const home = makeHome(t)
    const out = await runUsage(home, ['optout', 'dem'])
    assert.equal(out.code, 0)
    assert.match(
      out.stdout,
      /^The opt-out of dem is saved, but no project with this id is known here\.\n.*\n {2}Did you mean `demo`\? Known here: demo\.\n {2}The known projects are not changed\. To opt out of all: usage optout$/m,
    )
    assert.ok(existsSync(projectOptOutPath(home.configDirectory, 'dem')))
    assert.deepEqual(JSON.parse((await runUsage(home, ['optout', 'dem', '--json'])).stdout).onlyKnown, ['demo'])
    assert.equal((await runUsage(home, ['optin', 'dem'])).code, 0)
    assert.ok(!existsSync(projectOptOutPath(home.configDirectory, 'dem')))
  })

  it('know the project of USAGE_PROJECT_FILE, and opt out although that file is damaged', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const environment = {USAGE_PROJECT_FILE: path}
    assert.doesNotMatch((await runUsage(home, ['optout', 'demo'], {environment})).stdout, /known/)
    writeFileSync(path, '{')
    assert.equal((await runUsage(home, ['optout', 'demo'], {environment})).code, 0)
  })

  it('leave standard input to the script that calls them', async t => {
    const home = makeHome(t)
    const script = 'usage optout\nusage optin\necho end\n'
    const {code, stdout} = await runProgram(home, ['sh'], {input: script})
    assert.deepEqual([code, stdout.match(/^(Opted (out|in)|end)/gm)], [0, ['Opted out', 'Opted in', 'end']])
  })

  it('keep an opt-in to an id that is not known here yet, and say which are', async t => {
    const home = makeHome(t)
    const {code, stdout} = await runUsage(home, ['optin', 'dem'])
    assert.equal(code, 0)
    assert.match(stdout, /^Opted in to dem\. The project is not known here yet\..* Known here: demo\.$/m)
    assert.ok(existsSync(join(home.configDirectory, 'optin.d', 'dem.json')))
  })

  it('name a variable that names no folder, in every command that needs the folder', async t => {
    const home = makeHome(t)
    const commands = ['optout', 'optin', 'forget', 'log', 'preview', 'flush', 'project list']
    for (const environment of [{HOME: '~', XDG_CONFIG_HOME: '', XDG_STATE_HOME: ''}, {USAGE_CONFIG_DIR: 'here'}]) {
      const [variable = ''] = Object.keys(environment)
      for (const command of commands.filter((_, index) => index % 2 === (variable === 'HOME' ? 0 : 1))) {
        const {code, stdout} = await runUsage(home, [...command.split(' '), '--json'], {environment})
        const {error} = JSON.parse(stdout)
        assert.deepEqual([code, error.code], [2, 'USAGE_VARIABLE_INVALID'], command)
        assert.match(error.message, new RegExp(`^${variable} must be an absolute path, got "`))
        assert.match(error.next, /USAGE_TRACKING=off/)
      }
    }
    const before = readTree(home.home)
    const environment = {HOME: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: ''}
    const {stdout} = await runUsage(home, ['status'], {environment})
    assert.equal(stdout, 'Nothing is recorded: HOME must be an absolute path, got "".\n')
    assert.deepEqual(readTree(home.home), before)
  })

  it('record nothing in a home that is no UTF-8, make no second folder, and print what opts out there', async t => {
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
    const library = libraryOnDisk(home.home, 'bash', projectOnDisk(home.home, 'http://127.0.0.1:9').project)
    const environment = {XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', USAGE_PROJECT_FILE: path, LIBRARY: library}
    const inHome = (script: string) =>
      runProgram(home, ['bash', '-c', `HOME=$HOME/$(printf 'x\\377'); mkdir -p "$HOME"; ${script}`], {environment})
    const countFiles = async () => (await inHome('find "${HOME%/*}" | wc -l')).stdout
    const before = await countFiles()
    const recorded = await inHome('usage start; . "$LIBRARY"; usage_start; usage_end 0; usage status --json')
    const [{consent}] = JSON.parse(recorded.stdout).projects
    assert.deepEqual([consent.reason, consent.decidedBy], ['settings-unreadable', 'HOME'])
    assert.equal(await countFiles(), before)
    const refused = await inHome('usage optout')
    assert.equal(refused.code, 2)
    const line = /To opt out of all projects here, run: (.*)/.exec(refused.stderr)?.[1] ?? ''
    assert.equal((await inHome(`${line} && test -e "$HOME/.config/usage/optout" && echo holds`)).stdout, 'holds\n')
  })

  it('opt out although the state folder cannot be found', async t => {
    const home = makeHome(t)
    const environment = {USAGE_STATE_DIR: 'state'}
    assert.equal((await runUsage(home, ['optout'], {environment})).code, 0)
    assert.equal((await runUsage(home, ['optin'], {environment})).code, 2)
  })

  it('say that the site still switches it off, where no project is known either', needs('unshare'), async t => {
    const [used, empty] = [makeHome(t), isolatedHome(t)]
    for (const home of [used, empty]) {
      const etc = join(home.home, '..', 'etc')
      mkdirSync(join(etc, 'usage'), {recursive: true})
      writeFileSync(join(etc, 'usage', 'off'), 'Ask ops.')
      const atSite = (command: string) =>
        runProgram(home, ['unshare', '-Urm', 'sh', '-c', `mount --bind "$0" /etc && ${command}`, etc])
      const {stdout} = await atSite('usage optin')
      assert.match(stdout, /saved, but recording is still off\.[\s\S]*administrator.*\(\/etc\/usage\/off\) "Ask ops\."/)
    }
  })
})
