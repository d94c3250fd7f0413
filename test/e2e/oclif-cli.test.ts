import assert from 'node:assert/strict'
import {cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {parseProjectFile} from '../../src/protocol/project/project-file.ts'
import {eventually} from '../support/eventually.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram, runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {permissionFor} from '../support/scene.ts'
import {readTree} from '../support/tree.ts'
import {waitingEvents} from '../support/waiting-events.ts'

/** The example as somebody has installed it, reporting to `http`: the packages that it needs are those of the repository. */
async function installExample(t: TestContext) {
  const home = isolatedHome(t)
  const root = join(home.home, 'stars')
  cpSync(repositoryPath('examples', 'oclif-cli'), root, {recursive: true})
  mkdirSync(join(root, 'node_modules'))
  symlinkSync(repositoryPath(), join(root, 'node_modules', 'usage-reporter'))
  symlinkSync(repositoryPath('node_modules', '@oclif'), join(root, 'node_modules', '@oclif'))
  const path = join(root, 'usage.project.json')
  const document = JSON.parse(readFileSync(path, 'utf8'))
  const read = () => {
    const parsed = parseProjectFile(document)
    if (!parsed.ok) assert.fail(JSON.stringify(parsed.problems))
    return parsed.value
  }
  const stars = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
    runProgram(home, [process.execPath, join(root, 'bin', 'run.js'), ...args], {environment})
  const sendTo = (http: string): void => {
    document.endpoint = {http}
    writeFileSync(path, JSON.stringify(document))
  }
  return {home, read, stars, sendTo}
}

describe('the example of a CLI made with oclif', () => {
  it('has its commands counted with exit code and id, and never their arguments', async t => {
    const {home, read, stars, sendTo} = await installExample(t)
    const collector = await runningCollector(t, home, [read()])
    sendTo(collector.http)
    const yes = permissionFor(read())
    const [right, wrong] = [await stars(['find', 'vega'], yes), await stars(['find', 'S3CRET'], yes)]
    assert.deepEqual([right.code, right.stdout, right.stderr], [0, 'HIP 91262\n', ''])
    assert.equal(wrong.code, 4)
    await eventually(async () => {
      await runUsage(home, ['flush'], {environment: yes})
      const {runs, exitCodes, features} = JSON.parse(JSON.stringify(await collector.stats('star-catalogue')))
      assert.equal(runs.total, 2, JSON.stringify({runs, exitCodes, features}))
    })
    const log = (await runUsage(home, ['log', '--raw'])).stdout
    assert.match(log, /"name":"find"/)
    assert.deepEqual([...log.matchAll(/"exitCode":(\d+)/g)].map(([, code]) => code).sort(), ['0', '4'])
    assert.match(log, /"version":"1.4.0"/)
    assert.doesNotMatch(log, /S3CRET|vega/)
  })

  it('has the end of a command counted that calls process.exit', async t => {
    const {home, stars} = await installExample(t)
    writeFileSync(
      join(home.home, 'stars', 'commands', 'list.js'),
      "import {Command} from '@oclif/core'\nexport default class List extends Command { async run() { process.exit(7) } }\n",
    )
    assert.equal((await stars(['list'])).code, 7)
    const ends = waitingEvents(home.stateDirectory).map(event => event.type === 'end' && event.exitCode)
    assert.deepEqual(ends.filter(Number.isInteger), [7])
  })

  it('shows the notice once, and holds what it records until then', async t => {
    const {home, stars} = await installExample(t)
    const [first, second] = [await stars(['find', 'vega']), await stars(['find', 'vega'])]
    assert.match(first.stderr, /^Star Catalogue counts how it is used/)
    assert.deepEqual([first.stdout, second.stdout, second.stderr], ['HIP 91262\n', 'HIP 91262\n', ''])
    const types = waitingEvents(home.stateDirectory).map(({type}) => type)
    assert.deepEqual(types.sort(), ['end', 'end', 'feature', 'feature', 'start', 'start'])
  })

  it('leaves no file behind after a no', async t => {
    const {home, stars} = await installExample(t)
    const outcome = await stars(['find', 'vega'], {STARS_TRACKING: 'false'})
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    assert.deepEqual(readTree(home.stateDirectory), {})
  })
})
