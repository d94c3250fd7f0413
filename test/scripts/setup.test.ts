import assert from 'node:assert/strict'
import {chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {type Outcome, runProgram} from '../support/run-program.ts'

/** Stands in for the compiler: what is in src comes out in the folder that was asked for, or nothing but an error. */
const compiler = `
const {cpSync, readdirSync} = require('node:fs')
if (readdirSync('src').includes('wrong.ts')) { console.log('wrong.ts: error'); process.exit(2) }
cpSync('src', process.argv.at(-1), {recursive: true})
`
/** Stands in for npm: installs the packages of the lock, and leaves a trace. */
const npm = `#!/bin/sh
echo "$*" >>npm-calls
mkdir -p node_modules/node/bin
[ -f broken ] || cp package-lock.json node_modules/.package-lock.json
`
const lockWith = (version: string): string =>
  JSON.stringify({
    packages: {'': {}, 'node_modules/a': {version}, 'node_modules/other-system': {version, optional: true}},
  })

interface Clone {
  readonly home: IsolatedHome
  readonly path: (...parts: string[]) => string
  readonly write: (name: string, content: string) => void
  readonly setUp: (...args: string[]) => Promise<Outcome>
}

function makeClone(t: TestContext): Clone {
  const home = isolatedHome(t)
  const path = (...parts: string[]) => join(home.home, 'clone', ...parts)
  const write = (name: string, content: string) => {
    mkdirSync(dirname(path(name)), {recursive: true})
    writeFileSync(path(name), content)
  }
  write('package.json', '{"type": "module"}')
  write('package-lock.json', lockWith('1.0.0'))
  write('tsconfig.json', '{}')
  write('src/a.ts', 'one')
  write('node_modules/typescript/bin/tsc', compiler)
  write('node_modules/package.json', '{"type": "commonjs"}')
  write('scripts/bundle.js', '')
  write('scripts/bundle/warm-up.js', '')
  write('programs/npm', npm)
  chmodSync(path('programs', 'npm'), 0o755)
  cpSync(repositoryPath('scripts', 'setup.js'), path('scripts', 'setup.js'))
  const environment = {PATH: `${path('programs')}:${home.environment['PATH']}`}
  const setUp = (...args: string[]) =>
    runProgram(home, [process.execPath, path('scripts', 'setup.js'), ...args], {environment})
  return {home, path, write, setUp}
}

const callsOfNpm = ({path}: Clone): number =>
  existsSync(path('npm-calls')) ? readFileSync(path('npm-calls'), 'utf8').trim().split('\n').length : 0

test('installs and builds in a fresh clone, talks on stderr alone, and has nothing to do the second time', async t => {
  const clone = makeClone(t)
  const first = await clone.setUp()
  assert.deepEqual([first.code, first.stdout], [0, ''])
  assert.match(first.stderr, /installing the packages[\s\S]*building dist/)
  assert.equal(readFileSync(clone.path('npm-calls'), 'utf8'), 'ci --no-audit --no-fund --loglevel=error\n')
  assert.equal(readFileSync(clone.path('dist', 'a.ts'), 'utf8'), 'one')
  assert.deepEqual(await clone.setUp(), {code: 0, signal: null, stdout: '', stderr: ''})
})

test('installs again when the lock has another version of a package that this system needs', async t => {
  const clone = makeClone(t)
  await clone.setUp()
  clone.write('package-lock.json', lockWith('1.0.1'))
  await clone.setUp()
  assert.equal(callsOfNpm(clone), 2)
  clone.write(
    'package-lock.json',
    lockWith('1.0.1').replace('{"version":"1.0.1","optional"', '{"version":"2.0.0","optional"'),
  )
  await clone.setUp()
  assert.equal(callsOfNpm(clone), 2)
})

test('installs when the own Node.js is missing', async t => {
  const clone = makeClone(t)
  await clone.setUp()
  rmSync(clone.path('node_modules', 'node'), {recursive: true})
  await clone.setUp()
  assert.equal(callsOfNpm(clone), 2)
})

test('builds again when a source changes, and forgets what is gone', async t => {
  const clone = makeClone(t)
  await clone.setUp()
  clone.write('src/deep/b.ts', 'two')
  rmSync(clone.path('src', 'a.ts'))
  const outcome = await clone.setUp()
  assert.equal(outcome.stderr, 'usage: building dist/ …\n')
  assert.deepEqual(readdirSync(clone.path('dist')).sort(), ['.sources', 'deep'])
})

test('builds by the Node.js of the clone, whatever the machine has', async t => {
  const clone = makeClone(t)
  await clone.setUp()
  clone.write('node_modules/node/bin/node', `#!/bin/sh\necho "$1" >>node-calls\nexec '${process.execPath}' "$@"\n`)
  chmodSync(clone.path('node_modules', 'node', 'bin', 'node'), 0o755)
  assert.equal((await clone.setUp('--build')).code, 0)
  const calls = readFileSync(clone.path('node-calls'), 'utf8').trim().split('\n')
  assert.deepEqual(calls, [join('node_modules', 'typescript', 'bin', 'tsc'), join('scripts', 'bundle.js')])
})

test('builds in any case when it is asked to', async t => {
  const clone = makeClone(t)
  await clone.setUp()
  assert.equal((await clone.setUp('--build')).stderr, 'usage: building dist/ …\n')
})

test('fails loudly when a build fails, and leaves the program that was there', async t => {
  const clone = makeClone(t)
  await clone.setUp()
  clone.write('src/wrong.ts', '')
  const outcome = await clone.setUp()
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /wrong\.ts: error\nusage: the setup failed: .*tsc .* ended with 2\n$/)
  assert.equal(readFileSync(clone.path('dist', 'a.ts'), 'utf8'), 'one')
  assert.deepEqual(
    readdirSync(clone.path()).filter(name => name.startsWith('dist')),
    ['dist'],
  )
})

test('fails loudly when an install succeeds that installed something else', async t => {
  const clone = makeClone(t)
  clone.write('broken', '')
  const outcome = await clone.setUp()
  assert.equal(outcome.code, 1)
  assert.match(outcome.stderr, /the setup failed: npm ci succeeded, but node_modules does not match package-lock\.json/)
})
