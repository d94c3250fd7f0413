/** The commands of a maintainer with `--store`, as they are typed. The answers are those of a SQLite store. */
import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {after, before, describe, it, type TestContext} from 'node:test'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {randomUse, seededRandom} from '../collector/random-use.ts'
import {admitted, batchOf, dayMs, featureOf, nowMs, sampleProject} from '../collector/samples.ts'
import {withoutDisk} from '../collector/store/comparable-stats.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {needs} from '../support/needs.ts'
import {type RunOptions, runUsage} from '../support/run-program.ts'
import {killingEnvironment} from '../support/scene.ts'
import {addressOf} from './servers/address-of.ts'
import {type Cluster, startCluster} from './servers/start-cluster.ts'

const project = sampleProject()
const questions = [
  ['--from', '2025-08-01', '--to', '2026-11-30', '--by', 'month'],
  ['--from', '2026-10-01', '--to', '2026-11-30', '--app-version', '1.1', '--by', 'week'],
]

describe('a maintainer who names a store on two shards', needs('a ClickHouse server'), () => {
  let cluster: Cluster
  let databases = 0
  before(async () => {
    cluster = await startCluster({shards: 2})
  })
  after(() => cluster.stop())

  /** A filled data folder, a database without tables, and the commands. */
  async function makeScene(t: TestContext) {
    const home = isolatedHome(t)
    const store = addressOf(cluster, `commands_${databases++}`)
    const [file, data] = [join(home.home, 'project.json'), join(home.home, 'data')]
    writeFileSync(file, JSON.stringify(project))
    await fill(data)
    const run = (args: readonly string[], options?: RunOptions) => runUsage(home, args, {cwd: home.home, ...options})
    const succeed = async (...args: string[]): Promise<string> => {
      const {code, stdout, stderr} = await run(args)
      assert.equal(
        code,
        0,
        `${args.join(' ')}
${stdout}${stderr}`,
      )
      return stdout
    }
    const answers = async (...where: string[]): Promise<unknown[]> => {
      const all: unknown[] = []
      for (const question of questions)
        all.push(withoutDisk(JSON.parse(await succeed('stats', '--json', ...where, ...question))))
      return all
    }
    const keepExport = async (name: string, ...where: string[]): Promise<string> => {
      const path = join(home.home, name)
      writeFileSync(path, await succeed('export', ...where))
      return path
    }
    return {home, store, file, data, run, succeed, answers, keepExport}
  }

  it('moves a project there, though the import is killed, and back', async t => {
    const {home, store, file, data, run, succeed, answers, keepExport} = await makeScene(t)
    const moved = await keepExport('moved.jsonl', '--data', data)
    const intoStore = ['import', moved, '--project-file', file, '--store', store, '--json']
    const environment = killingEnvironment({home}, {point: 'collector: events inserted', nth: 1, victim: 'run import'})
    const killed = await run(intoStore, {environment})
    assert.equal(killed.signal, 'SIGKILL')
    await succeed(...intoStore)
    const before = await answers('--data', data)
    assert.deepEqual(await answers('--store', store), before)
    const back = await keepExport('back.jsonl', '--store', store)
    await succeed('import', back, '--project-file', file, '--data', 'again', '--json')
    assert.deepEqual(await answers('--data', 'again'), before)
  })

  it('purges and erases a project there', async t => {
    const {store, file, data, run, succeed, answers, keepExport} = await makeScene(t)
    const moved = await keepExport('moved.jsonl', '--data', data)
    await succeed('import', moved, '--project-file', file, '--store', store, '--json')
    const purge = ['purge', '--older-than', '1y', '--trust-clock', '--json']
    const steps = await succeed(...purge, '--data', data)
    assert.deepEqual(JSON.parse(await succeed(...purge, '--store', store)), JSON.parse(steps))
    assert.deepEqual(await answers('--store', store), await answers('--data', data))
    await succeed('erase', '--project', project.project, '--yes', '--store', store)
    const asked = await run(['stats', '--project', project.project, '--json', '--store', store])
    assert.equal(asked.code, 2)
    assert.match(asked.stdout + asked.stderr, /USAGE_PROJECT_UNKNOWN/)
  })
})

/** Events of 14 months, counters, and events that wait for a declaration. */
async function fill(data: string): Promise<void> {
  const store = openSqliteStore(data)
  await store.saveProjects([project])
  await store.insert(randomUse(400, seededRandom(5)).map(({header, event}) => batchOf([event], {header})))
  const pending = [admitted(featureOf(904, nowMs - dayMs, {name: 'New.v1'}))]
  await store.insert([batchOf([], {pending, refused: 3, receivedAtMs: nowMs - dayMs})])
  await store.addQuality({'datagrams-unknown': 2, 'datagrams-lost': 1}, nowMs - dayMs)
  await store.close()
}
