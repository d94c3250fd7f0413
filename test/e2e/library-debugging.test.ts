import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'

/** Runs a program that counts itself, with a project file beside it. */
function makeScene(t: TestContext, environment: Readonly<Record<string, string>>) {
  const home = isolatedHome(t, {USAGE_SENDER: '1', ...environment})
  const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9')
  return (text: string, project: string = path) => {
    const head = `import {createReporter} from ${JSON.stringify(repositoryPath('dist', 'index.js'))}
const reporter = createReporter({project: ${JSON.stringify(project)}, version: '1.4.0', commit: 'a\\nb'})\n`
    writeFileSync(join(home.home, 'program.mjs'), head + text)
    return runProgram(home, [process.execPath, 'program.mjs'])
  }
}

const wrongUse = `reporter.end(3)
reporter.start({script: 7, field: {executors: 2}})
reporter.feature({name: 'Nope.v1'})
reporter.feature('Load.v1')
reporter.feature({name: 'Load.v1', type: 'Algorithm', duration: 3, count: -1, details: {home: '/root'}})
await reporter.close()
reporter.feature({name: 'Load.v1', type: 'Algorithm'})
console.log('done')`

/** What the program above does wrong, one code and text each. */
const mistakes = [
  'USAGE_WRONG_USE: commit: must be a shorter text without control characters',
  'USAGE_WRONG_USE: the input: must be an object, got 3',
  'USAGE_UNPAIRED: no open run was started by one of the callers',
  'USAGE_WRONG_USE: start: "field" must be one of script, fields',
  'USAGE_WRONG_USE: script: must be a shorter text without control characters',
  'USAGE_UNDECLARED_FEATURE: must be a declared feature, got "Nope.v1" of type "Feature"',
  'USAGE_WRONG_USE: must be a name and a type, got nothing of type "Feature"',
  'USAGE_WRONG_USE: feature: "duration" must be one of name, type, run, startedAt, durationSeconds, count, internal, details',
  'USAGE_UNDECLARED_FIELD: field "home" is not declared',
  'USAGE_WRONG_USE: count: must be an integer, 1 or more, got -1',
]

describe('a program that counts itself wrongly', () => {
  it('hears nothing without USAGE_DEBUG and USAGE_STRICT', async t => {
    const outcome = await makeScene(t, {})(wrongUse)
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'done\n', ''])
  })

  it('hears of each mistake in one line on standard error under USAGE_DEBUG=1', async t => {
    const outcome = await makeScene(t, {USAGE_DEBUG: '1'})(wrongUse)
    assert.deepEqual([outcome.code, outcome.stdout], [0, 'done\n'])
    const lines = outcome.stderr.trimEnd().split('\n')
    for (const line of lines) assert.match(line, /^usage: /)
    const texts = lines.map(line => line.slice('usage: '.length))
    for (const mistake of mistakes)
      assert.equal(texts.filter(text => text.startsWith(mistake)).length, 1, `${mistake}\n${outcome.stderr}`)
    assert.equal(texts.at(-1), 'not recorded: closed')
    assert.equal(texts.length, mistakes.length + 1, outcome.stderr)
  })

  it('hears of each mistake as a warning of the process under USAGE_STRICT=1, and continues', async t => {
    const listen = `process.on('warning', ({name, code, message}) => console.log(name, code + ': ' + message))\n`
    const outcome = await makeScene(t, {USAGE_STRICT: '1', NODE_NO_WARNINGS: '1'})(listen + wrongUse)
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    for (const mistake of mistakes) assert.ok(outcome.stdout.includes(`UsageWarning ${mistake}`), mistake)
    assert.match(outcome.stdout, /^done$/m)
  })

  it('hears which rule forbids, what was dropped for it, and what the project file lacks', async t => {
    const use = `reporter.start()\nreporter.feature({name: 'Load.v1', type: 'Algorithm'})\nawait reporter.close()`
    const forbidden = await makeScene(t, {USAGE_DEBUG: '1', DO_NOT_TRACK: '1'})(use)
    assert.equal(
      forbidden.stderr,
      [
        'usage: not recorded: do-not-track, decided by DO_NOT_TRACK',
        'usage: USAGE_WRONG_USE: commit: must be a shorter text without control characters',
        'usage: uses of features dropped: 1 (opted-out)\n',
      ].join('\n'),
    )
    const lost = await makeScene(t, {USAGE_DEBUG: '1'})(use, '/not/there.json')
    assert.match(lost.stderr, /^usage: USAGE_PROJECT_FILE_INVALID: .*\/not\/there\.json.*\n$/)
  })
})
