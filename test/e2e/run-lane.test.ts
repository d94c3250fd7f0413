import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {cloneWithout} from '../support/clone-without.ts'
import {loadedModules} from '../support/loaded-modules.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath, repositoryRoot} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {makeScene} from '../support/scene.ts'
import {systemCalls} from '../support/system-calls.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const nowhere = 'http://127.0.0.1:9'
/** No sender is made; a shell's own variable, so that none has to be found out. */
const quiet = {USAGE_SENDER: '1', SHELL: '/bin/sh'}
const args = ['run', '--app-version', '1.4.0', '--field', 'executors=2', '--', 'sh', '-c', 'exit 4']
const codeFile = `run-lane-${process.version}-${process.platform}-${process.arch}.code`

describe('usage run in the fast lane', {concurrency: 2}, () => {
  it('loads of Node.js what makes a process, and nothing else', async t => {
    const {home} = makeScene(t, nowhere)
    const modules = (await loadedModules(home, args, quiet)).filter(name => !name.startsWith('internal/'))
    const streams = ['net', 'stream', 'stream/promises', 'string_decoder']
    assert.deepEqual(modules, ['child_process', 'dgram', 'os', ...streams, 'vm'].sort())
  })

  it('opens these files and no others, and makes the process of the command', needs('strace'), async t => {
    const scene = makeScene(t, nowhere)
    await scene.usage(['start'])
    const environment = {...quiet, USAGE_RUN_ID: ''}
    const {opened, calls, sockets, outcome} = await systemCalls(t, scene.home, args, {environment})
    assert.deepEqual(outcome, {code: 4, signal: null, stdout: '', stderr: ''})
    const own = opened
      .filter(path => !/^\/proc\/|^\/etc\/os-release$|\/machine-id$/.test(path))
      .map(path => path.replace(scene.destination.directory, 'STATE').replace(scene.home.home, 'HOME'))
      .map(path => path.replace(`${repositoryRoot}/`, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, 'ID'))
      .map(path => path.replace(/\.\d+-[a-z0-9]+\.tmp$/, '.tmp'))
    assert.deepEqual(own, [
      ...['bin/run.js', `dist/${codeFile}`, 'dist/fast-lane.cjs', 'HOME/demo.usage.project.json'],
      ...['STATE/runs/.ID.json.tmp', 'STATE/project.json', 'STATE/buffer/new/.ID.json.tmp'],
      ...['STATE/runs/ID.json', 'STATE/project.json', 'STATE/buffer/new/.ID.json.tmp'],
    ])
    const processes = calls.filter(call => /\bexecve\(|\bv?fork\(|\bclone3?\((?!.*CLONE_THREAD)/.test(call))
    assert.deepEqual([processes.length, sockets], [1, 0], processes.join('\n'))
  })

  it('runs the command, whatever became of the bundle and of what V8 made of it', async t => {
    for (const missing of ['fast-lane.cjs', codeFile])
      for (const content of [null, '', '\0\0}{']) {
        const {home} = makeScene(t, nowhere)
        const program = cloneWithout(t, missing)
        if (content !== null) writeFileSync(join(program, '..', '..', 'dist', missing), content)
        const outcome = await runProgram(home, [process.execPath, program, ...args], {environment: quiet})
        assert.deepEqual([outcome.code, outcome.stdout], [4, ''], `${missing}: ${content}`)
        const types = waitingEvents(home.stateDirectory).map(event => event.type)
        assert.deepEqual(types.sort(), ['end', 'start'])
      }
  })

  it('tells a person at a terminal what was not as it should be, before the command runs', needs('script'), async t => {
    const {home} = makeScene(t, nowhere)
    const line = 'usage run --field home=/root -- echo from the command'
    const {code, stdout} = await runProgram(home, ['script', '-qec', line, '/dev/null'], {environment: quiet})
    assert.match(stdout, /USAGE_UNDECLARED_FIELD[\s\S]*from the command/)
    assert.equal(code, 0)
    const elsewhere = `${process.execPath} ${repositoryPath('bin', 'run.js')} run --field home=/root -- true 2>&1 | cat`
    assert.doesNotMatch((await runProgram(home, ['sh', '-c', elsewhere], {environment: quiet})).stdout, /USAGE/)
  })
})
