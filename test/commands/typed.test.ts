import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'

/** A home in which two projects were used, and a function that runs one line. */
async function makeHome(t: TestContext) {
  const home = isolatedHome(t)
  const run = (line: string, cwd = home.home) => runUsage(home, line.split(' '), {cwd})
  for (const project of ['heatflow', 'parsl']) {
    const {path} = projectOnDisk(home.home, 'http://127.0.0.1:9', {project, name: project})
    await run(`start --project-file ${path}`)
  }
  const empty = join(home.home, 'empty')
  mkdirSync(empty)
  return {home, empty, run}
}

describe('what people type first', {concurrency: 2}, () => {
  it('shows help and version by their short names', async t => {
    const home = isolatedHome(t)
    const run = async (arg: string) => (await runUsage(home, [arg])).stdout
    assert.match(await run('-h'), /COMMANDS\n/)
    const version = await run('--version')
    assert.match(version, /^usage-reporter\/\d+\.\d+\.\d+ /)
    for (const word of ['-v', 'version']) assert.equal(await run(word), version)
  })

  const mistakes: readonly (readonly [typed: string, message: string, proposal: string | null])[] = [
    ['optot', 'unknown command "optot"', '`usage optout`'],
    ['help optot', 'unknown command "optot"', '`usage optout`'],
    ['project chek x.json', 'unknown command "project chek"', '`usage project check`'],
    ['add usage.project.json', 'unknown command "add"', '`usage project add`'],
    ['xyzzy', 'unknown command "xyzzy"', null],
    ['collect --port 1', 'Unknown flag: --port', '`--http`'],
    ['status --projct x', 'Unknown flag: --projct', '`--project`'],
  ]
  for (const [typed, message, proposal] of mistakes)
    it(`says what was probably meant by: usage ${typed}`, async t => {
      const {code, stdout} = await runUsage(isolatedHome(t), [...typed.split(' '), '--json'])
      const {error} = JSON.parse(stdout)
      assert.deepEqual([code, error.code, error.message], [2, 'USAGE_WRONG_USE', message])
      assert.equal(/Did you mean (.*)\?/.exec(error.next)?.[1] ?? null, proposal)
      assert.match(error.next, /--help$/)
    })

  it('names the projects that are known here where an id is unknown', async t => {
    const {run} = await makeHome(t)
    for (const line of ['status heatflo', 'preview --project heatflo', 'explain heatflo']) {
      const {code, stderr} = await run(line)
      assert.equal(code, 2)
      assert.match(stderr, /Did you mean `heatflow`\? Known here: heatflow, parsl\. To register a project: /, line)
    }
    const {stdout} = await run('optout heatflo')
    assert.match(stdout, /known here\.\n[\s\S]* Did you mean `heatflow`\? Known here: heatflow, parsl\.\n/)
  })

  it('accepts the project as an argument of each command for users', async t => {
    const {run} = await makeHome(t)
    for (const command of ['status', 'preview']) {
      const {projects} = JSON.parse((await run(`${command} parsl --json`)).stdout)
      assert.deepEqual(
        projects.map((one: {project: string}) => one.project),
        ['parsl'],
      )
    }
    for (const command of ['log', 'flush', 'forget'])
      assert.match((await run(`${command} nobody`)).stderr, /USAGE_PROJECT_UNKNOWN/, command)
    assert.match((await run('status parsl --project heatflow')).stderr, /--project must be the same as the argument/)
  })

  it('explains all known projects, one of them, or that of the folder', async t => {
    const {home, empty, run} = await makeHome(t)
    const titles = async (line: string, cwd: string) =>
      (await run(line, cwd)).stdout.match(/^Why \S+ counts/gm)?.map(title => title.split(' ')[1])
    assert.deepEqual(await titles('explain', empty), ['heatflow', 'parsl'])
    assert.deepEqual(await titles('explain parsl', empty), ['parsl'])
    const {projects} = JSON.parse((await run('explain --json', empty)).stdout)
    assert.deepEqual(
      projects.map((one: {project: string}) => one.project),
      ['heatflow', 'parsl'],
    )
    assert.equal(JSON.parse((await run('explain parsl --json', empty)).stdout).project, 'parsl')
    const {project} = projectOnDisk(home.home, 'http://127.0.0.1:9', {project: 'other', name: 'other'})
    writeFileSync(join(empty, 'usage.project.json'), JSON.stringify(project))
    assert.deepEqual(await titles('explain', empty), ['other'])
  })
})
