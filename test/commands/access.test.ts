import assert from 'node:assert/strict'
import {mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync} from 'node:fs'
import {dirname} from 'node:path'
import {describe, it} from 'node:test'
import {markPeriod} from '../../src/reporter/forget/period-marks.ts'
import {userPseudonym} from '../../src/reporter/identity/pseudonyms.ts'
import {readSecret} from '../../src/reporter/identity/secret.ts'
import {answer, answerAlways, answeringServer} from '../support/answering-server.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {makeScene, type Scene} from '../support/scene.ts'
import {readTree} from '../support/tree.ts'

/** Says that reports were sent under the pseudonyms of some periods. */
function pretendSent({world, destination, reporter}: Scene, periods: readonly string[]): void {
  reporter.start()
  const secret = readSecret(world.stateDirectory, world.random)
  for (const period of periods) {
    const scope = {project: 'demo', period, generation: 0}
    markPeriod(destination.paths, {...scope, user: userPseudonym(secret, scope)})
  }
}

/** The command lines of all processes that can be read. */
const readCommandLines = (): string[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .flatMap(pid => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')]
      } catch {
        return []
      }
    })

describe('usage access', {concurrency: 2}, () => {
  it('never says that nothing was sent where the state folder cannot be read, like usage forget and status', async t => {
    const home = isolatedHome(t)
    // Root may read every folder, but not a loop of links.
    rmSync(home.stateDirectory, {recursive: true, force: true})
    mkdirSync(dirname(home.stateDirectory), {recursive: true})
    symlinkSync(home.stateDirectory, home.stateDirectory)
    for (const [words, expected] of [
      [['access'], 3],
      [['access', 'demo'], 3],
      [['forget'], 3],
      [['status'], 0],
    ] as const) {
      const {code, stdout, stderr} = await runUsage(home, words)
      assert.deepEqual([code, stderr], [expected, ''], words.join(' '))
      assert.ok(stdout.includes(`Cannot be read: ${home.stateDirectory}\n  It belongs to another user, or`), stdout)
      assert.doesNotMatch(stdout, /[Nn]othing was/)
    }
  })

  it('exits 3 and names the contact when the collector does not know the request (USAGE_NOT_SHOWN)', async t => {
    let commandLines: string[] = []
    const server = await answeringServer(t, (_request, response) => {
      commandLines = readCommandLines()
      answer(response, 404, '{}')
    })
    const scene = makeScene(t, server.url)
    pretendSent(scene, ['2025'])
    const {code, stdout} = await scene.usage(['access', 'demo', '--period', '2025'])
    assert.equal(code, 3)
    assert.match(
      stdout,
      /^demo: not shown: This collector does not support access requests\..*404\)\n {2}Contact: demo@example\.org\n/,
    )
    const {key} = JSON.parse(server.requests[0]!.body)
    assert.ok(commandLines.some(line => line.includes('access')))
    for (const line of commandLines) assert.ok(!line.includes(key), 'the key is in a command line')
  })

  it('says what a collector could join, and asks about all periods only with --join (USAGE_ACCESS_JOINS)', async t => {
    const server = await answeringServer(t, answerAlways(404, '{}'))
    const scene = makeScene(t, server.url)
    pretendSent(scene, ['2024', '2025'])
    const {code, stdout} = await scene.usage(['access', '--all', '--json'])
    const {error} = JSON.parse(stdout)
    assert.deepEqual([code, error.code, server.requests.length], [2, 'USAGE_ACCESS_JOINS', 0])
    assert.equal(error.message, `${server.url} could learn that your ids of demo for 2024, 2025 are one person`)
    for (const wrong of [['--join'], ['--all', '--period', '2025'], ['--all', '--erased'], ['--wait', 'x']])
      assert.equal((await scene.usage(['access', ...wrong])).code, 2, wrong.join(' '))
    const joined = await scene.usage(['access', '--all', '--join', '--json'])
    assert.deepEqual([joined.code, server.requests.length], [3, 2])
    assert.deepEqual(
      JSON.parse(joined.stdout).projects[0].ids.map(({period}: {period: string}) => period),
      ['2024', '2025'],
    )
  })

  it('asks nobody and writes nothing where nothing was sent', async t => {
    const server = await answeringServer(t)
    const home = isolatedHome(t)
    const {path} = projectOnDisk(home.home, server.url)
    const before = readTree(home.home)
    assert.match(
      (await runUsage(home, ['access', '--project-file', path])).stdout,
      /^demo: nothing was sent from this machine to http:/,
    )
    const {code, stdout} = await runUsage(home, ['access', '--json'])
    assert.deepEqual([code, JSON.parse(stdout)], [0, {projects: [], unreadable: []}])
    assert.equal(server.requests.length, 0)
    assert.deepEqual(readTree(home.home), before)
  })
})
