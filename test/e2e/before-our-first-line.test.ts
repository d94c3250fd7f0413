import assert from 'node:assert/strict'
import {mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {linesForScripts} from '../support/lines-for-scripts.ts'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'
import {libraryOnDisk} from '../support/shell-library.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** Surroundings in which Node.js does not come to our first line, each as what a script does before. */
const surroundings: readonly (readonly [what: string, before: string])[] = [
  ['an option that Node.js does not know', 'export NODE_OPTIONS=--bogus'],
  ['too little memory for Node.js', 'ulimit -v 400000'],
  ['no Node.js', 'PATH=$WITHOUT_NODE'],
  ['nothing installed', 'PATH=/usr/bin:/bin'],
]

/** The snippets that a page publishes, by the language that they are marked with. */
function snippetsOf(page: string, language: string): string[] {
  const text = readFileSync(repositoryPath(page), 'utf8')
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    ([, snippet]) => snippet ?? '',
  )
}

const vendored = snippetsOf('docs/shell.md', 'sh').find(snippet => snippet.includes('usage_trap')) ?? ''
const substituted = snippetsOf('docs/shell.md', 'bash')[0] ?? ''

function makeScene(t: TestContext) {
  const bare = isolatedHome(t)
  const {path, project} = projectOnDisk(bare.home, 'http://127.0.0.1:9')
  libraryOnDisk(bare.home, 'sh', project)
  const withoutNode = join(bare.home, 'without-node')
  mkdirSync(withoutNode)
  for (const name of ['usage', 'usage-reporter']) symlinkSync(repositoryPath('bin', 'run.js'), join(withoutNode, name))
  for (const tool of ['env', 'dirname', 'mkdir', 'mv', 'rm', 'date'])
    symlinkSync(`/usr/bin/${tool}`, join(withoutNode, tool))
  const environment = {...bare.environment, USAGE_PROJECT_FILE: path, WITHOUT_NODE: withoutNode}
  const run = (shell: string, lines: readonly string[]) => {
    const file = join(bare.home, 'job.sh')
    writeFileSync(file, `${['set -e', ...lines].join('\n')}\n`)
    return runProgram({...bare, environment}, [shell, file])
  }
  return {run, events: () => waitingEvents(bare.stateDirectory)}
}

describe('where Node.js does not start', {concurrency: 2}, () => {
  for (const [what, before] of surroundings) {
    for (const shell of ['bash', 'dash'] as const)
      it(`the snippet for scripts leaves a script of ${shell} as it is: ${what}`, needs(shell), async t => {
        const {run} = makeScene(t)
        const outcome = await run(shell, [before, linesForScripts, 'echo on', 'exit 3'])
        assert.deepEqual([outcome.code, outcome.signal, outcome.stdout], [3, null, 'on\n'])
        if (what === 'nothing installed') assert.equal(outcome.stderr, '')
      })

    it(`the functions beside a script record its run: ${what}`, async t => {
      const {run, events} = makeScene(t)
      const outcome = await run('sh', [before, vendored, 'echo on', 'exit 3'])
      assert.deepEqual([outcome.code, outcome.stdout], [3, 'on\n'])
      assert.match(outcome.stderr, /^Demo counts how it is used[^\n]*\n(?: {2}.*\n){5,9}$/)
      const types = events().map(({type}) => type)
      assert.deepEqual(types.sort(), ['end', 'feature', 'start'])
      assert.equal(events().find(event => event.type === 'end')?.exitCode, 3)
    })

    it(`functions that were to come from the command do nothing: ${what}`, needs('bash'), async t => {
      const {run, events} = makeScene(t)
      const work = 'usage_start; usage_trap; usage_feature A; usage_end 0; echo on; exit 3'
      const outcome = await run('bash', [before, substituted, work])
      assert.deepEqual(outcome, {code: 3, signal: null, stdout: 'on\n', stderr: ''})
      assert.deepEqual(events(), [])
    })
  }

  it('usage run says so by its exit code and runs nothing', needs('bash'), async t => {
    for (const [what, before] of surroundings) {
      const {run} = makeScene(t)
      const outcome = await run('bash', [before, 'code=0; command usage run -- echo ran || code=$?', 'echo "$code"'])
      const code = Number(outcome.stdout)
      assert.ok(code !== 0, `${what}: ${outcome.stdout}`)
    }
  })
})
