import assert from 'node:assert/strict'
import {copyFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {readTree} from '../support/tree.ts'

const page = readFileSync(repositoryPath('docs', 'testing.md'), 'utf8')
const blocksOf = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text ?? '')

/** The project of the examples, with the package installed, and a person who opted out of everything by a variable. */
function makeScene(t: TestContext) {
  const home = isolatedHome(t, {DO_NOT_TRACK: '1'})
  for (const name of ['usage.project.json', 'heatflow.sh'])
    copyFileSync(repositoryPath('examples', name), join(home.home, name))
  mkdirSync(join(home.home, 'node_modules'))
  symlinkSync(repositoryPath(), join(home.home, 'node_modules', 'usage-reporter'))
  return home
}

describe('docs/testing.md', () => {
  for (const environment of [{}, {CI: 'true', GITHUB_ACTIONS: 'true'}])
    it(`has a test of a script that finds what it counted, with ${JSON.stringify(environment)}`, async t => {
      const home = makeScene(t)
      writeFileSync(join(home.home, 'test-heatflow.sh'), blocksOf('sh')[0] ?? '')
      const run = () => runProgram(home, ['sh', 'test-heatflow.sh'], {environment})
      const before = readTree(home.home)
      const outcome = await run()
      assert.deepEqual([outcome.code, outcome.stdout.endsWith('counted\n')], [0, true], outcome.stderr)
      assert.deepEqual(readTree(home.home), before)
      const script = join(home.home, 'heatflow.sh')
      writeFileSync(script, readFileSync(script, 'utf8').replace('Solver.explicit', 'Solver.typo'))
      assert.notEqual((await run()).code, 0)
    })

  it('has a test of a program that runs, and fails if the program has a typing error', async t => {
    const home = makeScene(t)
    const [test = '', listener = ''] = blocksOf('js')
    const run = async (text: string, environment = {}) => {
      writeFileSync(join(home.home, 'heatflow.test.mjs'), text)
      return runProgram(home, [process.execPath, '--test', 'heatflow.test.mjs'], {environment})
    }
    const right = await run(test)
    assert.equal(right.code, 0, right.stdout)
    assert.equal((await run(test.replace("'Solver.implicit', type", "'Solver.wrong', type"))).code, 1)
    const strict = await run(`${test}${listener}`, {USAGE_STRICT: '1'})
    assert.equal(strict.code, 0, 'the reporter of the test has an environment without USAGE_STRICT')
    const own = test.replace('{environment}})', '{environment: {...environment, USAGE_STRICT: "1"}}})')
    assert.match((await run(`${own}${listener}`)).stdout, /must be a declared feature/)
  })
})
