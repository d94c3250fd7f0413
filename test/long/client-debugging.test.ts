import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {projectOptOutPath} from '../../src/reporter/world/directories.ts'
import {needs} from '../support/needs.ts'
import {pythonScene} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {clientShells, shClientOnDisk} from '../support/sh-client.ts'

/** Calls in Python, and what is told of each. */
const calls: readonly (readonly [call: string, ...mistakes: string[]])[] = [
  ['usage.end(0)', 'USAGE_UNPAIRED: end: must follow start'],
  [
    'usage.start(1.4, home="x", fields={"executors": "many", "size": 2})',
    `USAGE_WRONG_USE: home: left out, because it is not declared or invalid: <class 'str'>`,
    `USAGE_WRONG_USE: field executors: left out, because it is not declared or invalid: <class 'str'>`,
    `USAGE_WRONG_USE: field size: left out, because it is not declared or invalid: <class 'int'>`,
    `USAGE_WRONG_USE: version: left out, because it is not declared or invalid: <class 'float'>`,
  ],
  ['usage.feature("Load.v1", "Algorithm", 3)', ...leftOut('run', 'int')],
  ['usage.feature("Load.v1", 3)', ...leftOut('type', 'int')],
  ['usage.feature("Load.v1", "Algorithm", second=3)', ...leftOut('second', 'int')],
  ['usage.feature("Nope.v1", "Algorithm")', undeclared('Nope.v1', 'Algorithm')],
  ['usage.feature("Load.v1", "Algorithm")'],
  ['usage.feature("Load.v1", "Algorithm")'],
  ['usage.end("bad", "SIGNOT")', ...leftOut('signal', 'str'), ...leftOut('exit_code', 'str')],
  ['usage.end(0)'],
]
function leftOut(name: string, type: string): string[] {
  return [`USAGE_WRONG_USE: ${name}: left out, because it is not declared or invalid: <class '${type}'>`]
}
function undeclared(name: string, type: string): string {
  return `USAGE_UNDECLARED_FEATURE: must be a declared feature, got '${name}' of type '${type}'`
}
const program = calls.map(([call]) => `${call}\n`).join('')
const mistakes = calls.flatMap(([, ...all]) => all).sort()

/** A program whose job has opted in. */
function makeScene(t: TestContext) {
  const scene = pythonScene(t)
  const run = (script: string, environment: Readonly<Record<string, string>>, options: readonly string[] = []) => {
    const file = join(scene.folder, 'job.py')
    writeFileSync(file, `import usage_client as usage\n${script}\n`)
    return runProgram(scene.home, ['python3', ...options, file], {environment})
  }
  return {...scene, run}
}

describe('a program in Python that counts itself wrongly', needs('python3'), () => {
  it('hears nothing without USAGE_DEBUG and USAGE_STRICT, and of each mistake with USAGE_DEBUG=1', async t => {
    const quiet = await makeScene(t).run(program, {USAGE_DEBUG: '0', USAGE_STRICT: ''}, ['-W', 'error'])
    assert.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', ''])
    const outcome = await makeScene(t).run(program, {USAGE_DEBUG: '1'}, ['-W', 'error'])
    assert.deepEqual([outcome.code, outcome.stdout], [0, ''])
    assert.deepEqual(
      outcome.stderr.trimEnd().split('\n').sort(),
      [...new Set(mistakes)].map(line => `usage: ${line}`),
    )
  })

  it('is warned of each mistake at its own line with USAGE_STRICT=1, and continues', async t => {
    const listen = `import warnings
caught = warnings.catch_warnings(record=True)
with caught as found:
    warnings.simplefilter("always")
    ${program.trimEnd().replaceAll('\n', '\n    ')}
for one in found: print(one.category.__name__, one.filename == __file__, one.lineno, one.message)`
    const outcome = await makeScene(t).run(listen, {USAGE_STRICT: '1'})
    const lines = calls.flatMap(([, ...all], index) => all.map(text => `UsageWarning True ${index + 6} ${text}`))
    assert.deepEqual([outcome.code, outcome.stderr, outcome.stdout.trimEnd().split('\n')], [0, '', lines])
  })

  it('fails where its filters make errors of warnings, by its own mistakes alone', async t => {
    const wrong = await makeScene(t).run('usage.feature("Nope.v1")', {USAGE_STRICT: '1'}, ['-W', 'error'])
    assert.equal(wrong.code, 1)
    assert.match(wrong.stderr, /\nusage_client\.UsageWarning: USAGE_UNDECLARED_FEATURE: [^\n]*\n$/)
    const right = 'usage.start("1"); usage.feature("Load.v1", "Algorithm"); usage.end(0)'
    for (const environment of [{DO_NOT_TRACK: '1'}, {XDG_STATE_HOME: '/proc/none'}]) {
      const outcome = await makeScene(t).run(right, {USAGE_STRICT: '1', ...environment}, ['-W', 'error'])
      assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    }
  })

  it('hears once why nothing is recorded, and 100 lines at most', async t => {
    const scene = makeScene(t)
    const loop = 'for one in range(150): usage.feature("N%d" % one, "Algorithm")'
    const declined = await scene.run(`usage.start()\n${loop}\nusage.end()`, {USAGE_DEBUG: '1', DO_NOT_TRACK: '1'})
    assert.equal(declined.stderr, 'usage: not recorded: do-not-track, decided by DO_NOT_TRACK\n')
    const flooded = await scene.run(loop, {USAGE_DEBUG: '1'})
    assert.equal(flooded.stderr.trimEnd().split('\n').length, 100)
    await runProgram(scene.home, ['python3', join(scene.folder, 'usage_client.py'), 'optout'])
    const {stderr} = await scene.run('usage.start()', {USAGE_DEBUG: '1'})
    const file = projectOptOutPath(scene.home.configDirectory, 'demo')
    assert.equal(stderr, `usage: not recorded: project-opt-out, decided by ${file}\n`)
  })
})

/** Calls in a shell, and what is told of each. */
const shellCalls: readonly (readonly [call: string, mistake: string | null])[] = [
  ['usage_end 3', 'UNPAIRED: usage_end: must follow usage_start'],
  ['usage_start 1.4.0 more', 'WRONG_USE: usage_start VERSION: left out, because it is invalid: 1.4.0 more'],
  ['usage_feature', 'UNDECLARED_FEATURE: must be a declared feature of type Feature, got ""'],
  ['usage_feature Load.v1 Algorithm', null],
  ['usage_feature Nope', 'UNDECLARED_FEATURE: must be a declared feature of type Feature, got "Nope"'],
  [
    'usage_feature Load.v1 Algorithm 3',
    'WRONG_USE: usage_feature NAME TYPE: left out, because it is invalid: Load.v1 Algorithm 3',
  ],
  ['usage_end abc', 'WRONG_USE: exit code: left out, because it is invalid: abc'],
  ['usage_end', null],
]
const script = shellCalls.map(([call]) => `${call}; echo "$?"`).join('\n')

for (const {name, command} of clientShells)
  describe(`a script of ${name} that counts itself wrongly`, needs(command[0]), () => {
    const makeShellScene = (t: TestContext) => {
      const scene = pythonScene(t)
      const client = shClientOnDisk(scene.home.home, scene.project)
      const run = (text: string, environment: Readonly<Record<string, string>>) => {
        const file = join(scene.home.home, 'job.sh')
        writeFileSync(file, `set -u\n. '${client}'\n${text}\n`)
        return runProgram(scene.home, [...command, file], {environment})
      }
      return {...scene, client, run}
    }

    it('hears nothing, each mistake with USAGE_DEBUG=1, and returns 2 with USAGE_STRICT=1', async t => {
      const told = shellCalls.map(([, one]) => (one === null ? '' : `usage: USAGE_${one}\n`)).join('')
      const codes = shellCalls.map(([, one]) => (one === null ? '0\n' : '2\n')).join('')
      for (const [environment, stdout, stderr] of [
        [{}, '0\n'.repeat(shellCalls.length), ''],
        [{USAGE_DEBUG: '1'}, '0\n'.repeat(shellCalls.length), told],
        [{USAGE_STRICT: '1'}, codes, told],
      ] as const) {
        const {run, dropped} = makeShellScene(t)
        const outcome = await run(script, environment)
        assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, stdout, stderr])
        assert.deepEqual(await dropped(), {'undeclared-field': 3, 'undeclared-feature': 2})
      }
    })

    it('ends at its first mistake with set -e and USAGE_STRICT=1, and never for a decision of a person', async t => {
      const stopped = await makeShellScene(t).run('set -e\nusage_start\nusage_feature Nope\necho no', {
        USAGE_STRICT: '1',
      })
      assert.deepEqual([stopped.code, stopped.stdout], [2, ''])
      const {run} = makeShellScene(t)
      const declined = {USAGE_STRICT: '1', DO_NOT_TRACK: '1'}
      const all = 'set -e\nusage_start\nusage_feature Nope\nusage_end\necho on'
      const outcome = await run(all, declined)
      assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'on\n', ''])
      const debugged = await run(all, {USAGE_DEBUG: '1', DO_NOT_TRACK: '1'})
      assert.deepEqual(
        [debugged.stdout, debugged.stderr],
        ['on\n', 'usage: not recorded: do-not-track, decided by DO_NOT_TRACK\n'],
      )
    })

    it('is told what to do when it calls the file as a program', async t => {
      const {home, client} = makeShellScene(t)
      for (const words of [
        ['end', '0'],
        ['start', '1.4.0'],
      ]) {
        const outcome = await runProgram(home, [...command, client, ...words])
        assert.equal(outcome.code, 2)
        assert.match(outcome.stderr, /^Got (?:end 0|start 1\.4\.0)\. Usage: sh .*; scripts source this file\.\n$/)
      }
    })
  })
