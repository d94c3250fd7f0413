import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type TestContext, test} from 'node:test'
import {pathToFileURL} from 'node:url'
import {describeSkips} from './support/describe-skips.ts'
import {isolatedHome} from './support/isolated-home.ts'
import {repositoryPath} from './support/repository.ts'
import {runProgram} from './support/run-program.ts'

/** Runs a test that needs zsh on a machine that has no program but Node.js. */
function runWithoutZsh(t: TestContext, environment: Readonly<Record<string, string>> = {}) {
  const home = isolatedHome(t)
  const file = join(home.home, 'a.test.mjs')
  const supportUrl = (name: string) => pathToFileURL(repositoryPath('test', 'support', name)).href
  writeFileSync(
    file,
    `import {it} from 'node:test'
import {needs} from '${supportUrl('needs.ts')}'
it('speaks zsh', needs('zsh'), () => {})
it('speaks', needs(), () => {})`,
  )
  const reporter = `--test-reporter=${supportUrl('report-skips.ts')}`
  return runProgram(home, [process.execPath, '--test', reporter, file], {
    environment: {PATH: home.home, ...environment},
  })
}

test('skips a test whose tool is missing, by its name, and ends with how to install it', async t => {
  const {code, stdout} = await runWithoutZsh(t)
  assert.equal(code, 0)
  assert.match(stdout, /speaks zsh .*needs zsh/)
  assert.match(stdout, /pass 1\n[\s\S]*skipped 1\n/)
  assert.equal(stdout.trim().split('\n').at(-1), 'Skipped 1 test: 1 needs zsh; to run it: apt-get install zsh')
})

test('fails where every test has to run', async t => {
  const {code, stdout} = await runWithoutZsh(t, {USAGE_TEST_ALL: '1'})
  assert.equal(code, 1)
  assert.match(stdout, /USAGE_TEST_ALL allows no skipped test, and a test needs zsh/)
})

test('names each missing tool once, with its packages', () => {
  assert.equal(
    describeSkips(['needs zsh', 'needs strace, zsh', 'needs gcc', 'needs root']),
    'Skipped 4 tests: 2 need zsh, 1 needs strace, 1 needs gcc, 1 needs root; to run them: apt-get install gcc libc6-dev strace zsh',
  )
})
