import assert from 'node:assert/strict'
import {spawnSync} from 'node:child_process'
import {cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {transform} from 'esbuild'
import {errorRegistry} from '../../src/errors.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {type Outcome, type RunOptions, runProgram} from '../support/run-program.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'
import {readTree} from '../support/tree.ts'

const preload = repositoryPath('test', 'support', 'pretend-old-node.cjs')

/** A command that says what runs it and ends as its argument says. */
const tryCommand = `
export default class Try {
  static strict = false
  static args = {}
  static flags = {}
  static async run([how, what]) {
    console.log(process.versions.node, process.env.USAGE_LAUNCHER_PID === String(process.ppid))
    if (how === 'exit') process.exit(Number(what))
    if (how === 'die') process.kill(process.pid, what)
    if (how === 'wait') {
      process.on('SIGTERM', () => { console.log('got SIGTERM'); process.exit(5) })
      console.log('ready')
      await new Promise(resolve => setTimeout(resolve, 20_000))
    }
  }
}
`

interface CloneParts {
  readonly hasOwnNode?: boolean
  readonly isBuilt?: boolean
}

/** A clone with the real bin/, in which everything else can be missing. */
function makeClone(t: TestContext, {hasOwnNode = true, isBuilt = true}: CloneParts = {}): string {
  const clone = temporaryDirectory(t)
  for (const name of ['bin', 'package.json']) cpSync(repositoryPath(name), join(clone, name), {recursive: true})
  mkdirSync(join(clone, 'node_modules', 'node', 'bin'), {recursive: true})
  symlinkSync(repositoryPath('node_modules', '@oclif'), join(clone, 'node_modules', '@oclif'))
  if (hasOwnNode) symlinkSync(process.execPath, join(clone, 'node_modules', 'node', 'bin', 'node'))
  if (isBuilt) {
    mkdirSync(join(clone, 'dist', 'commands'), {recursive: true})
    const framework = ['main', 'as-typed', 'unknown-command', 'built-in-plugin', 'present-error']
    const reading = ['flag-table', 'read-arguments', 'nearest-words']
    const modules = [
      ...framework.map(name => `cli/framework/${name}.js`),
      ...reading.map(name => `cli/arguments/${name}.js`),
      'cli/output/paint.js',
      ...['terminal', 'to-ascii'].map(name => `cli/output/${name}.js`),
      'protocol/values/plain-text.js',
      'error-registry.js',
      'errors.js',
    ]
    writeFileSync(join(clone, 'dist', 'commands', 'try.js'), tryCommand)
    for (const name of modules) cpSync(repositoryPath('dist', name), join(clone, 'dist', name))
    cpSync(repositoryPath('dist', 'run-unrecorded.cjs'), join(clone, 'dist', 'run-unrecorded.cjs'))
    symlinkSync(repositoryPath('node_modules', 'chalk'), join(clone, 'node_modules', 'chalk'))
  }
  return clone
}

type Age = 'old' | 'new'
interface Run extends RunOptions {
  readonly clone: string
  readonly age: Age
  readonly home: IsolatedHome
}

function run({clone, age, home, ...options}: Run, ...args: string[]): Promise<Outcome> {
  const preloading = age === 'old' ? ['--require', preload] : []
  return runProgram(home, [process.execPath, ...preloading, join(clone, 'bin', 'run.js'), ...args], options)
}

test('runs the command itself when its Node.js is new enough', async t => {
  const outcome = await run({clone: makeClone(t), age: 'new', home: isolatedHome(t)}, 'try', 'exit', '7')
  assert.deepEqual(outcome, {code: 7, signal: null, stdout: `${process.versions.node} false\n`, stderr: ''})
})

test('goes on with the own Node.js of the clone when it was started by an old one, and exits as that does', async t => {
  const outcome = await run({clone: makeClone(t), age: 'old', home: isolatedHome(t)}, 'try', 'exit', '7')
  assert.deepEqual(outcome, {code: 7, signal: null, stdout: `${process.versions.node} true\n`, stderr: ''})
})

test('dies by the signal that the own Node.js of the clone died by', async t => {
  const outcome = await run({clone: makeClone(t), age: 'old', home: isolatedHome(t)}, 'try', 'die', 'SIGKILL')
  assert.deepEqual([outcome.code, outcome.signal], [null, 'SIGKILL'])
})

test('passes SIGTERM on and waits for what the command makes of it', async t => {
  let wasSent = false
  const onOutput = (stdout: string, launcher: number) => {
    if (!wasSent && stdout.includes('ready')) wasSent = process.kill(launcher, 'SIGTERM')
  }
  const outcome = await run({clone: makeClone(t), age: 'old', home: isolatedHome(t), onOutput}, 'try', 'wait')
  assert.deepEqual(outcome, {
    code: 5,
    signal: null,
    stdout: `${process.versions.node} true\nready\ngot SIGTERM\n`,
    stderr: '',
  })
})

test('ends when the launcher is killed', async t => {
  let wasKilled = false
  const onOutput = (stdout: string, launcher: number) => {
    if (!wasKilled && stdout.includes('ready')) wasKilled = process.kill(launcher, 'SIGKILL')
  }
  const outcome = await run({clone: makeClone(t), age: 'old', home: isolatedHome(t), onOutput}, 'try', 'wait')
  assert.deepEqual([outcome.signal, outcome.stdout.split('\n').slice(1)], ['SIGKILL', ['ready', 'got SIGTERM', '']])
})

test('ends when the launcher was killed before it could look', async t => {
  const {pid} = spawnSync('true')
  const options = {clone: makeClone(t), age: 'new', home: isolatedHome(t)} as const
  const environment = {USAGE_LAUNCHER_PID: String(pid)}
  const outcome = await run({...options, environment, timeoutSeconds: 10}, 'try', 'wait')
  assert.deepEqual([outcome.code, outcome.stdout.split('\n').slice(1)], [5, ['ready', 'got SIGTERM', '']])
})

test('takes no launcher over from a grandparent', async t => {
  const environment = {USAGE_LAUNCHER_PID: '1'}
  const outcome = await run({clone: makeClone(t), age: 'old', home: isolatedHome(t), environment}, 'try')
  assert.equal(outcome.stdout, `${process.versions.node} true\n`)
})

test('is found through links, as npm makes them', async t => {
  const clone = makeClone(t)
  const home = isolatedHome(t)
  symlinkSync(join(clone, 'bin', 'run.js'), join(home.home, 'usage'))
  const outcome = await runProgram(home, [join(home.home, 'usage'), 'try', 'exit', '7'])
  assert.equal(outcome.code, 7, outcome.stderr)
})

test('says in one line that Node.js is too old where the clone has none of its own', async t => {
  const clone = makeClone(t, {hasOwnNode: false})
  const outcome = await run({clone, age: 'old', home: isolatedHome(t)}, 'status')
  const {next, exit} = errorRegistry.USAGE_NODE_TOO_OLD
  assert.equal(outcome.code, exit)
  assert.equal(outcome.stdout, '')
  const line = `USAGE_NODE_TOO_OLD: Node.js must be version 22.13 or newer, got 10.24.1 (${process.execPath}). ${next}\n`
  assert.equal(outcome.stderr, line)
})

test('wants Node.js 24 for the collector and the statistics', async t => {
  const clone = makeClone(t, {hasOwnNode: false})
  const home = isolatedHome(t)
  for (const command of ['collect', 'stats', 'import', 'export']) {
    const outcome = await run({clone, age: 'old', home}, command)
    assert.match(outcome.stderr, /Node\.js must be version 24\.0 or newer, got 10\.24\.1/)
  }
})

test('does not go round in circles when the own Node.js of the clone is too old as well', async t => {
  const clone = makeClone(t)
  const environment = {NODE_OPTIONS: `--require ${JSON.stringify(preload)}`}
  const outcome = await run({clone, age: 'old', home: isolatedHome(t), environment}, 'status')
  assert.equal(outcome.code, 2)
  assert.match(outcome.stderr, /^USAGE_NODE_TOO_OLD: .*\n$/)
})

test('is new enough from the Node.js on that package.json requires', async t => {
  const clone = makeClone(t, {hasOwnNode: false})
  const {engines} = JSON.parse(readFileSync(repositoryPath('package.json'), 'utf8'))
  const [major = 0, minor = 0] = engines.node.slice(2).split('.').map(Number)
  for (const [node, isOld] of [
    [`${major}.${minor}.0`, false],
    [`${major}.${minor - 1}.99`, true],
  ] as const) {
    const environment = {USAGE_TEST_NODE: node}
    const outcome = await run({clone, age: 'old', home: isolatedHome(t), environment}, 'try')
    assert.equal(outcome.stderr.includes('USAGE_NODE_TOO_OLD'), isOld, `${node}: ${outcome.stderr}`)
  }
})

/** What `usage run` comes to on an old Node.js, by the arguments behind `run`. */
const unrecordedRuns: readonly (readonly [args: readonly string[], expected: Partial<Outcome>])[] = [
  [['--', 'sh', '-c', 'cat; echo err >&2; exit 7'], {code: 7, stdout: 'input', stderr: 'err\n'}],
  [['--app-version', '1.2.3', '--', 'sh', '-c', 'kill -TERM $$'], {code: null, signal: 'SIGTERM'}],
  [['--app-version', '1.2.3', 'sh', '-c', 'exit $#', 'sh', '--', '--help'], {code: 2, stderr: ''}],
  [['--', 'echo', '--json', '--strict', '--'], {code: 0, stdout: '--json --strict --\n', stderr: ''}],
  [['--', 'no-such-program'], {code: 127, stderr: 'usage: no-such-program: not found\n'}],
  [['--', '/etc/passwd'], {code: 126, stderr: 'usage: /etc/passwd: permission denied\n'}],
]

for (const [args, expected] of unrecordedRuns)
  test(`runs the command and records nothing on an old Node.js: ${args.join(' ')}`, async t => {
    const clone = makeClone(t, {hasOwnNode: false})
    const home = isolatedHome(t)
    const before = readTree(home.home)
    const outcome = await run({clone, age: 'old', home, input: 'input'}, 'run', ...args)
    assert.deepEqual(outcome, {...outcome, ...expected})
    assert.deepEqual(readTree(home.home), before)
  })

test('says under USAGE_DEBUG that a run is not recorded on an old Node.js, and runs its command', async t => {
  const clone = makeClone(t, {hasOwnNode: false})
  const environment = {USAGE_DEBUG: '1'}
  const outcome = await run({clone, age: 'old', home: isolatedHome(t), environment}, 'run', '--', 'echo', '--json')
  assert.match(outcome.stderr, /^USAGE_NODE_TOO_OLD: .*\n$/)
  assert.deepEqual([outcome.code, outcome.stdout], [0, '--json\n'])
})

test('refuses a run without a command on an old Node.js', async t => {
  const clone = makeClone(t, {hasOwnNode: false})
  for (const args of [['run'], ['run', '--'], ['run', '--help']]) {
    const outcome = await run({clone, age: 'old', home: isolatedHome(t)}, ...args)
    assert.match(outcome.stderr, /^USAGE_NODE_TOO_OLD: .*\n$/)
    assert.equal(outcome.code, 2)
  }
})

test('gives the command every descriptor on an old Node.js', async t => {
  const program = [process.execPath, '--require', preload, join(makeClone(t, {hasOwnNode: false}), 'bin', 'run.js')]
  const command = ['run', '--', 'sh', '-c', 'echo nine >&9']
  const outcome = await runProgram(isolatedHome(t), ['sh', '-c', 'exec 9>&1; exec "$@"', 'sh', ...program, ...command])
  assert.deepEqual([outcome.code, outcome.stdout], [0, 'nine\n'])
})

test('has no newer syntax in what an old Node.js reads', async () => {
  const options = {minifyWhitespace: true, legalComments: 'none', supported: {'dynamic-import': true}} as const
  for (const name of ['bin/run.js', 'bin/old-node.js', 'bin/preconditions.js', 'dist/run-unrecorded.cjs']) {
    const source = readFileSync(repositoryPath(name), 'utf8')
    const lowered = await transform(source, {...options, target: 'node10'})
    assert.equal(lowered.code, (await transform(source, options)).code, name)
  }
})

test('says in one line that the clone is not built', async t => {
  const clone = makeClone(t, {isBuilt: false})
  const outcome = await run({clone, age: 'new', home: isolatedHome(t)}, 'status')
  const {next, exit} = errorRegistry.USAGE_NOT_BUILT
  assert.equal(outcome.code, exit)
  assert.equal(outcome.stderr, `USAGE_NOT_BUILT: the clone is not built: dist/ is missing. ${next}\n`)
})

test('answers with one JSON document where that was asked for', async t => {
  const clone = makeClone(t, {isBuilt: false})
  const outcome = await run({clone, age: 'new', home: isolatedHome(t)}, 'status', '--json')
  const message = 'the clone is not built: dist/ is missing'
  const {next} = errorRegistry.USAGE_NOT_BUILT
  assert.deepEqual(JSON.parse(outcome.stdout), {error: {code: 'USAGE_NOT_BUILT', message, next}})
})

/** What a clone can have lost, and what is left of it. */
const losses: Readonly<Record<string, (clone: string) => void>> = {
  'dist/cli/framework/main.js missing': clone => rmSync(join(clone, 'dist', 'cli', 'framework', 'main.js')),
  'package.json damaged': clone => writeFileSync(join(clone, 'package.json'), '{"name": '),
  'dist/cli/framework/main.js damaged': clone =>
    writeFileSync(join(clone, 'dist', 'cli', 'framework', 'main.js'), '\0\0}{'),
}

for (const [what, lose] of Object.entries(losses))
  test(`says in one line, or to a script nothing, that the installation is damaged: ${what}`, async t => {
    const clone = makeClone(t)
    lose(clone)
    const home = isolatedHome(t)
    const {next, exit} = errorRegistry.USAGE_INSTALLATION_DAMAGED
    const outcome = await run({clone, age: 'new', home}, 'status')
    assert.deepEqual([outcome.code, outcome.stdout], [exit, ''])
    assert.match(outcome.stderr, /^USAGE_INSTALLATION_DAMAGED: the installation is damaged: .*\n$/)
    assert.ok(outcome.stderr.endsWith(`. ${next}\n`), outcome.stderr)
    for (const command of ['start', 'end', 'feature']) {
      const patient = await run({clone, age: 'new', home}, command, '--print-id')
      assert.deepEqual(patient, {code: 0, signal: null, stdout: '', stderr: ''})
      assert.equal((await run({clone, age: 'new', home}, command, '--strict')).code, exit)
    }
  })

for (const command of ['start', 'end', 'feature']) {
  test(`never breaks the script that calls ${command}`, async t => {
    const home = isolatedHome(t)
    const unbuilt = await run({clone: makeClone(t, {isBuilt: false}), age: 'new', home}, command, '--json')
    const tooOld = await run({clone: makeClone(t, {hasOwnNode: false}), age: 'old', home}, command, '--print-id')
    for (const outcome of [unbuilt, tooOld]) assert.deepEqual(outcome, {code: 0, signal: null, stdout: '', stderr: ''})
  })

  test(`records nothing by ${command} on an old Node.js, and says so under USAGE_DEBUG`, async t => {
    const clone = makeClone(t, {hasOwnNode: false})
    const home = isolatedHome(t)
    const before = readTree(home.home)
    const debugged = await run({clone, age: 'old', home, environment: {USAGE_DEBUG: '1'}}, command)
    const strict = await run({clone, age: 'old', home}, command, '--strict')
    assert.deepEqual([debugged.code, strict.code], [0, 2])
    for (const outcome of [debugged, strict]) assert.match(outcome.stderr, /^USAGE_NODE_TOO_OLD: .*\n$/)
    assert.deepEqual(readTree(home.home), before)
  })

  test(`says what is wrong with ${command} under --strict`, async t => {
    const clone = makeClone(t, {isBuilt: false})
    const home = isolatedHome(t)
    const byFlag = await run({clone, age: 'new', home}, command, '--strict')
    const byVariable = await run({clone, age: 'new', home, environment: {USAGE_STRICT: '1'}}, command)
    const debugged = await run({clone, age: 'new', home, environment: {USAGE_DEBUG: '1'}}, command)
    assert.deepEqual([byFlag.code, byVariable.code, debugged.code], [2, 2, 0])
    for (const outcome of [byFlag, byVariable, debugged]) assert.match(outcome.stderr, /^USAGE_NOT_BUILT: .*\n$/)
  })
}
