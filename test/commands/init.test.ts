import assert from 'node:assert/strict'
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {type RunOptions, runUsage} from '../support/run-program.ts'
import {typeAnswers} from '../support/type-answers.ts'

const flags = [
  '--contact',
  'team@example.org',
  '--purpose',
  'How many people use it',
  '--endpoint',
  'http://127.0.0.1:9',
]

function makeScene(t: TestContext) {
  const home = isolatedHome(t)
  const folder = join(home.home, "it's a folder")
  mkdirSync(folder)
  const file = join(folder, 'usage.project.json')
  const usage = (args: readonly string[], options: RunOptions = {}) => runUsage(home, args, {cwd: folder, ...options})
  const typed = (...answers: string[]) => typeAnswers(home, 'usage init', answers, {cwd: folder})
  return {home, folder, file, usage, typed, files: () => readdirSync(folder)}
}

describe('usage init', {concurrency: 2}, () => {
  it('writes a file that usage project check accepts, which everybody may read, and prints how to use it', async t => {
    const {file, usage} = makeScene(t)
    const outcome = await usage(['init', '--name', 'Heat Flow', ...flags, '--purpose', 'How long runs take', '--json'])
    assert.equal(outcome.code, 0, outcome.stderr)
    const {project, collect, snippet} = JSON.parse(outcome.stdout)
    assert.equal(project, 'heat-flow')
    assert.equal(statSync(file).mode & 0o777, 0o666 & ~process.umask())
    const written = JSON.parse(readFileSync(file, 'utf8'))
    assert.deepEqual(written.purpose, ['How many people use it', 'How long runs take'])
    assert.deepEqual([written.environmentVariable, written.consent], ['HEAT_FLOW_TRACKING', 'opt-out'])
    assert.ok(collect.includes("it'\\''s a folder/usage.project.json'") && snippet.includes('--project-file'))
    assert.equal((await usage(['project', 'check', file])).code, 0)
  })

  it('needs the words for users and the endpoint without a terminal, and names the flags (USAGE_ANSWERS_MISSING)', async t => {
    const {usage, files} = makeScene(t)
    const outcome = await usage(['init', '--contact', 'a@example.org'])
    assert.equal(outcome.code, 2)
    assert.match(outcome.stderr, /USAGE_ANSWERS_MISSING: .*required: --purpose, --endpoint\n {2}Next: /)
    const wrong = await usage(['init', ...flags, '--project', 'Heat Flow'])
    assert.deepEqual([wrong.code, /USAGE_WRONG_USE: --project: must be a project id/.test(wrong.stderr)], [2, true])
    assert.deepEqual(files(), [])
  })

  it('replaces no file without --force (USAGE_PROJECT_FILE_EXISTS), and leaves nothing else', async t => {
    const {file, usage, files} = makeScene(t)
    writeFileSync(file, 'mine')
    const refused = await usage(['init', ...flags])
    assert.deepEqual([refused.code, /USAGE_PROJECT_FILE_EXISTS/.test(refused.stderr)], [2, true])
    assert.equal(readFileSync(file, 'utf8'), 'mine')
    assert.equal((await usage(['init', ...flags, '--name', 'python', '--force'])).code, 0)
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).environmentVariable, undefined)
    assert.deepEqual(files(), ['usage.project.json'])
  })

  it('says where it cannot write (USAGE_OUTPUT_UNWRITABLE)', async t => {
    const {folder, usage, files} = makeScene(t)
    chmodSync(folder, 0o500)
    const outcome = await usage(['init', ...flags])
    // Root may write everywhere.
    if (outcome.code !== 0) assert.match(outcome.stderr, /USAGE_OUTPUT_UNWRITABLE: cannot write the project file/)
    else assert.deepEqual(files(), ['usage.project.json'])
  })

  it(
    'asks on a terminal, and Ctrl-C or the end of the input at any question leaves nothing',
    needs('script'),
    async t => {
      const {typed, files, file} = makeScene(t)
      for (const [last, code] of [
        ['\u0003', 130],
        ['\u0004', 2],
      ] as const)
        for (const answers of [[last], ['Heat\r', '\r', last], ['Heat\r', '\r', 'me\r', '\r', '\r', last]]) {
          const outcome = await typed(...answers)
          assert.deepEqual([outcome.code, files()], [code, []], outcome.stdout)
          assert.match(outcome.stdout, /no file was written/i)
        }
      const outcome = await typed('Heat Flow\r', '\r', 'team@example.org\r', '\r', '\r', 'opt-in\r')
      assert.equal(outcome.code, 0, outcome.stdout)
      assert.match(outcome.stdout, /opt-out to count everyone who does not opt out[\s\S]*count_use start/)
      assert.match(outcome.stdout, /usage optin [a-z-]+ && usage flush [a-z-]+ && usage stats/)
      assert.ok(existsSync(file))
    },
  )
})
