import assert from 'node:assert/strict'
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {writeSnippet} from '../../src/cli/setup/write-snippet.ts'
import {isolatedHome, systemPath} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {waitingEvents} from '../support/waiting-events.ts'

const flags = ['--contact', 'me@example.org', '--purpose', 'How many runs', '--endpoint', 'http://127.0.0.1:9']

/** A script with the lines that `usage init` prints, in a folder with a difficult name. */
async function makeScene(t: TestContext) {
  const home = isolatedHome(t)
  const folder = join(home.home, "it's $HOME's")
  const away = join(home.home, 'away')
  for (const path of [folder, away]) mkdirSync(path)
  const {stdout} = await runUsage(home, ['init', '--project', 'heat', ...flags, '--json'], {cwd: folder})
  const script = join(folder, 'job.sh')
  writeFileSync(script, `#!/bin/sh\n${JSON.parse(stdout).snippet}\necho on\nexit 3\n`)
  chmodSync(script, 0o755)
  const {PATH = '', XDG_STATE_HOME = '', XDG_CONFIG_HOME = ''} = home.environment
  /** Nothing of the environment but what is given, as cron does. */
  const bare = (variables: readonly string[], command: readonly string[]) =>
    runProgram(
      home,
      ['env', '-i', `XDG_STATE_HOME=${XDG_STATE_HOME}`, `XDG_CONFIG_HOME=${XDG_CONFIG_HOME}`, ...variables, ...command],
      {cwd: '/'},
    )
  const assertCounted = () => {
    const events = waitingEvents(home.stateDirectory)
    const [start, end] = ['start', 'end'].map(type => events.find(event => event.type === type))
    assert.ok(start?.type === 'start' && end?.type === 'end' && events.length === 2, JSON.stringify(events))
    assert.deepEqual([end.run, end.exitCode, start.header?.application], [start.run, 3, 'heat'])
    return start
  }
  return {home, folder, away, script, PATH, bare, assertCounted}
}

describe('the lines that usage init prints', {concurrency: 3}, () => {
  it('count a script that is called from another folder', async t => {
    const {home, away, script, assertCounted} = await makeScene(t)
    const outcome = await runProgram(home, [script], {cwd: away})
    assert.deepEqual([outcome.code, outcome.stdout], [3, 'on\n'], outcome.stderr)
    assert.equal(assertCounted().local?.script, script)
  })

  it('name their project, whatever other project the environment names', async t => {
    const {home, script, assertCounted} = await makeScene(t)
    await runProgram(home, [script], {environment: {USAGE_PROJECT: 'other', USAGE_PROJECT_FILE: '/nowhere'}})
    assertCounted()
  })

  it('count under cron if its PATH has usage, also without HOME, and are silent if it does not', async t => {
    const {script, PATH, bare, assertCounted} = await makeScene(t)
    const silent = await bare(['HOME=/', `PATH=${systemPath}`], [script])
    assert.deepEqual([silent.code, silent.stdout, silent.stderr], [3, 'on\n', ''])
    const counted = await bare([`PATH=${PATH}`], ['sh', '-c', `unset HOME; '${script.replaceAll("'", "'\\''")}'`])
    assert.deepEqual([counted.code, counted.stdout], [3, 'on\n'], counted.stderr)
    assertCounted()
  })

  it('count the copy of a script that SLURM runs, as the script that was submitted', async t => {
    const {home, folder, away, script, assertCounted} = await makeScene(t)
    const copy = join(away, 'slurm_script')
    writeFileSync(copy, readFileSync(script), {mode: 0o755})
    const environment = {SLURM_JOB_ID: '17', SLURM_JOB_NAME: 'job.sh', SLURM_SUBMIT_DIR: folder}
    const outcome = await runProgram(home, [copy], {cwd: folder, environment})
    assert.equal(outcome.code, 3, outcome.stderr)
    const start = assertCounted()
    assert.deepEqual([start.local?.script, start.header?.scheduler], [script, 'slurm'])
  })

  it('count a script that make calls', needs('make'), async t => {
    const {home, folder, away, assertCounted} = await makeScene(t)
    writeFileSync(join(folder, 'Makefile'), 'all:\n\t@./job.sh\n')
    const outcome = await runProgram(home, ['make', '-s', '-C', folder], {cwd: away})
    assert.deepEqual([outcome.code, outcome.stdout], [2, 'on\n'])
    assertCounted()
  })

  it('are those of docs/for-script-authors.md, which a test types', () => {
    const text = readFileSync(repositoryPath('docs', 'for-script-authors.md'), 'utf8')
    const [before, after] = writeSnippet('/opt/heatflow/usage.project.json').split('count_use start --script "$0"')
    assert.ok(text.includes(`${before}count_use start --script "$0"`) && text.includes(after ?? '-'))
  })
})
