import assert from 'node:assert/strict'
import {copyFileSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram, runShell} from '../support/run-program.ts'

const blocksOf = (page: string, language: string): string[] =>
  [
    ...readFileSync(repositoryPath('docs', page), 'utf8').matchAll(
      new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'),
    ),
  ].map(([, text]) => text ?? '')
const blockWith = (page: string, language: string, word: string): string =>
  blocksOf(page, language).find(text => text.includes(word)) ?? assert.fail(`${page} has no block with ${word}`)

/** The project of the examples, its clients as the page makes them, and a person who opted out, in CI. */
async function makeScene(t: TestContext) {
  const home = isolatedHome(t, {DO_NOT_TRACK: '1', GITHUB_ACTIONS: 'true'})
  copyFileSync(repositoryPath('examples', 'usage.project.json'), join(home.home, 'usage.project.json'))
  for (const word of ['> usage_client.py', '> usage.sh'])
    assert.equal((await runShell(home, 'sh', blockWith('embed.md', 'sh', word))).code, 0)
  return home
}

describe('docs/embed.md', {concurrency: 2}, () => {
  it('has a program in Python that runs, and warns of nothing', needs('python3'), async t => {
    const home = await makeScene(t)
    const [example = ''] = blocksOf('embed.md', 'python')
    writeFileSync(join(home.home, 'job.py'), example.replace('"executors": 2', '"cells": 2'))
    const outcome = await runProgram(home, ['python3', '-W', 'error', 'job.py'], {environment: {USAGE_STRICT: '1'}})
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
  })

  it('has a test in Python that finds what was counted, and fails for a typing error', needs('python3'), async t => {
    const home = await makeScene(t)
    const program = blockWith('for-developers.md', 'python', 'import usage_client')
    writeFileSync(join(home.home, 'test_heatflow.py'), blockWith('embed.md', 'python', 'unittest'))
    const run = (text: string, command: string) => {
      writeFileSync(join(home.home, 'heatflow.py'), text)
      return runShell(home, 'sh', command)
    }
    const right = await run(program, 'python3 test_heatflow.py')
    assert.equal(right.code, 0, right.stderr)
    const strict = await run(program, blockWith('embed.md', 'sh', 'USAGE_STRICT=1 python3'))
    assert.equal(strict.code, 0, strict.stderr)
    const wrong = await run(program.replace('Export.csv', 'Export.cvs'), 'python3 test_heatflow.py')
    assert.match(wrong.stderr, /UsageWarning: USAGE_UNDECLARED_FEATURE: [^\n]*Export\.cvs/)
    assert.equal(wrong.code, 1)
  })

  it('has a test of a script that finds what was counted, and fails for a typing error', async t => {
    const home = await makeScene(t)
    const script = blockWith('embed.md', 'sh', 'trap "trap')
    const check = `set -e\n${blockWith('embed.md', 'sh', 'mktemp')}`
    const run = (text: string) => {
      writeFileSync(join(home.home, 'heatflow.sh'), `set -e\n${text}`)
      return runShell(home, 'sh', check)
    }
    const right = await run(script)
    assert.deepEqual([right.code, right.stdout], [0, ''], right.stderr)
    const wrong = await run(script.replace('Solver.explicit', 'Solver.typo'))
    assert.notEqual(wrong.code, 0)
    assert.match(wrong.stderr, /USAGE_UNDECLARED_FEATURE: .*Solver\.typo/)
  })
})
