import assert from 'node:assert/strict'
import {readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {cloneWithout} from '../support/clone-without.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {loadedModules} from '../support/loaded-modules.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath, repositoryRoot} from '../support/repository.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {systemCalls} from '../support/system-calls.ts'
import {bundleAgreesWithModules} from './bundle-contract.ts'

const nowhere = 'http://127.0.0.1:9'
const quiet = {USAGE_SENDER: '1', SHELL: '/bin/sh'}
const codeOf = (name: string) => `${name}-${process.version}-${process.platform}-${process.arch}.code`

bundleAgreesWithModules('some')

describe('the bundle of all commands', {concurrency: 2}, () => {
  it('loads of Node.js, for status, what the framework of the command line asks for, and nothing else', async t => {
    const {home} = makeScene(t, nowhere)
    const modules = (await loadedModules(home, ['status'], quiet)).filter(name => !name.startsWith('internal/'))
    const streams = ['net', 'stream', 'stream/promises', 'string_decoder', 'tty']
    const asking = ['child_process', 'dgram', 'readline', 'readline/promises']
    assert.deepEqual(modules, [...asking, ...streams, 'fs/promises', 'os', 'perf_hooks', 'process', 'vm'].sort())
  })

  it('opens, for status, these files and no others, and makes no process', needs('strace'), async t => {
    const scene = makeScene(t, nowhere)
    await scene.usage(['start'])
    const {opened, processes, outcome} = await systemCalls(t, scene.home, ['status'], {environment: quiet})
    assert.equal(outcome.code, 0)
    const own = opened.map(path =>
      path
        .replace(scene.destination.directory, 'STATE')
        .replace(scene.world.stateDirectory, 'STATES')
        .replace(scene.home.home, 'HOME')
        .replace(/notice-[0-9a-f]+$/, 'notice-COLLECTION')
        .replace(`${repositoryRoot}/`, '')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID'),
    )
    const framework = ['node_modules/picomatch/package.json', '/proc/version']
    assert.deepEqual(
      own.filter(path => !framework.includes(path)),
      [
        ...['bin/run.js', 'bin/run-command.js', 'bin/preconditions.js', `dist/${codeOf('commands')}`],
        ...['dist/commands.cjs', 'package.json', 'oclif.manifest.json'],
        ...['STATES', 'STATES', 'STATE/project.json', 'STATES', 'STATE/project.json', 'HOME/.settings/usage/projects'],
        ...['HOME/demo.usage.project.json', 'HOME/demo.usage.project.json', 'STATES', 'STATES', 'STATE/project.json'],
        ...['STATE/buffer/sending', 'STATE/buffer/new', 'STATE/buffer/new/ID.json', 'STATE/sent', 'STATE/next-try'],
        ...['STATE/runs', 'STATE/drops', 'STATE/buffer/refused', 'STATE/notice-COLLECTION'],
        ...['STATE/forget.json', 'STATE/forgotten', 'HOME/.settings/usage/optout.d', '/etc/localtime'],
      ],
    )
    assert.equal(processes, 0)
  })

  it('is passed over for the modules that it was made of where it is damaged', async t => {
    const {home} = makeScene(t, nowhere)
    const expected = await runUsage(home, ['status'])
    for (const content of ['', '\0\0}{', '(function(module,require,dist){']) {
      const program = cloneWithout(t, 'commands.cjs')
      writeFileSync(join(program, '..', '..', 'dist', 'commands.cjs'), content)
      assert.deepEqual(await runProgram(home, [process.execPath, program, 'status']), expected)
    }
  })

  it('runs where V8 finds no code of the build', async t => {
    const {home} = makeScene(t, nowhere)
    const outcome = await runProgram(home, [process.execPath, cloneWithout(t, codeOf('commands')), 'status'])
    assert.deepEqual(outcome, await runUsage(home, ['status']))
  })

  it('says in one line that the installation is damaged where package.json is', async t => {
    const program = cloneWithout(t, 'nothing')
    rmSync(join(program, '..', '..', 'oclif.manifest.json'))
    const outcome = await runProgram(isolatedHome(t), [process.execPath, program, 'status'])
    assert.match(outcome.stderr, /^USAGE_INSTALLATION_DAMAGED: .*\n$/)
  })

  it('comes with the licence of every package that is in it', () => {
    const licences = readFileSync(repositoryPath('dist', 'third-party-licenses.txt'), 'utf8')
    const named = [...licences.matchAll(/^={80}\n(\S+) /gm)].map(found => found[1])
    for (const name of ['@oclif/core', 'chalk', 'ci-info', 'jsonc-parser', 'valibot']) assert.ok(named.includes(name))
    assert.match(licences, /Copyright \(c\) 2018 Salesforce/)
    assert.ok(readdirSync(repositoryPath('dist')).includes('commands.cjs'))
  })
})
