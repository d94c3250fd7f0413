import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {describe, it, type TestContext} from 'node:test'
import {fileURLToPath} from 'node:url'
import type {ProjectFile} from '../../src/protocol/project/project-file.ts'
import {eventually} from '../support/eventually.ts'
import {personHere} from '../support/in-process.ts'
import {type IsolatedHome, isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {type Outcome, runProgram} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {permissionFor} from '../support/scene.ts'
import {itOnce, ofShare} from '../support/share.ts'
import {silentServer} from '../support/silent-server.ts'

/** What each program of these tests begins with: a reporter whose tick only comes when the program waits for it. */
const beginning = (path: string, seconds: number): string => `
const reporter = createReporter({project: ${JSON.stringify(path)}, checkIntervalSeconds: ${seconds}})
const names = ['Load.v1', 'Rebin.v1', 'Save.v1']
const use = times => { for (let i = 0; i < times; i++) reporter.feature({name: names[i % 3], type: 'Algorithm'}) }
const useApart = times => { for (let i = 0; i < times; i++) reporter.feature({name: names[i % 3], type: 'Algorithm', details: {format: 'nexus'}}) }
`

interface Scene {
  readonly home: IsolatedHome
  readonly project: ProjectFile
  /** Runs a program that has a reporter, as an ES module or by require. */
  run(
    text: string,
    options?: {seconds?: number; isCommonJs?: boolean; shell?: string; onOutput?: (text: string, pid: number) => void},
  ): Promise<Outcome>
  /** Uses that have arrived at the collector, after everything that waits was sent. */
  arrived(): Promise<number>
  /** Runs that the features that have arrived belong to, none counted as one. */
  runs(): number
  /** Uses that the person's machine counts as dropped. */
  dropped(): number
}

async function makeScene(t: TestContext): Promise<Scene> {
  const bare = isolatedHome(t)
  const placeholder = projectOnDisk(bare.home, 'http://127.0.0.1:9')
  const collector = await collectorHere(t, bare, [placeholder.project])
  const {path, project} = projectOnDisk(bare.home, collector.http)
  const home = {...bare, environment: {...bare.environment, ...permissionFor(project), USAGE_PROJECT_FILE: path}}
  const {flush, status} = personHere(home, project)
  return {
    home,
    project,
    run: (text, {seconds = 3600, isCommonJs = false, shell, onOutput} = {}) => {
      const file = join(home.home, isCommonJs ? 'program.cjs' : 'program.mjs')
      writeFileSync(file, `${importing(isCommonJs)}${beginning(path, seconds)}${text}`)
      const command = shell === undefined ? [] : ['bash', '-c', shell, 'bash']
      const [program = process.execPath, ...args] = [...command, process.execPath, file]
      return runProgram(home, [program, ...args], {...(onOutput && {onOutput})})
    },
    arrived: async () => {
      await eventually(async () => {
        await flush()
        assert.equal(status().waiting.events, 0)
      })
      return ask(collector.data, 'SELECT coalesce(sum(count), 0) AS answer FROM features')
    },
    runs: () => ask(collector.data, 'SELECT count(DISTINCT coalesce(run, -1)) AS answer FROM features'),
    dropped: () => status().dropped.quota,
  }
}

/** By name, as programs that have installed the package do: the repository itself is the package. */
function importing(isCommonJs: boolean): string {
  const url = JSON.stringify(import.meta.resolve('usage-reporter'))
  const path = JSON.stringify(fileURLToPath(import.meta.resolve('usage-reporter')))
  return isCommonJs ? `const {createReporter} = require(${path})\n` : `import {createReporter} from ${url}\n`
}

/** One number of a collector's store. */
function ask(data: string, question: string): number {
  const database = new DatabaseSync(join(data, 'usage.sqlite'), {readOnly: true})
  try {
    return Number(database.prepare(question).get()?.['answer'])
  } finally {
    database.close()
  }
}

/** Ends of a program after 10^5 uses that no tick has written, with the exit code that Node.js gives them. */
const ends = [
  ['its normal end', '', 0],
  ['close', 'await reporter.close()', 0],
  ['process.exit', 'process.exit(3)', 3],
  ['an exception that nobody catches', "setImmediate(() => { throw new Error('on purpose') })", 1],
  ['a promise that nobody catches', "Promise.reject(new Error('on purpose'))", 1],
] as const

describe('a program with 10^5 features in its queue', () => {
  for (const [name, text, code] of ofShare(ends, 3))
    it(`loses none of them by ${name}`, async t => {
      const scene = await makeScene(t)
      const outcome = await scene.run(`use(100000)\n${text}`)
      assert.equal(outcome.code, code, outcome.stderr)
      assert.equal(outcome.stdout, '')
      if (code !== 1) assert.equal(outcome.stderr, '')
      assert.equal(await scene.arrived(), 100_000)
    })

  itOnce('loses by SIGTERM what no tick had written, and nothing else', async t => {
    const scene = await makeScene(t)
    const kill = (stdout: string, pid: number): void => {
      if (stdout.includes('written')) process.kill(pid, 'SIGTERM')
    }
    const text = `use(60000)
import {setTimeout as wait} from 'node:timers/promises'
reporter.setInterval(0.05)
while (reporter.consent.allowed && !written()) await wait(20)
reporter.setInterval(3600)
use(40000)
console.log('written')
await wait(60000)
function written() { try { return readdirSync(process.env.XDG_STATE_HOME, {recursive: true}).some(name => /new.[^.].*json$/.test(name)) } catch { return false } }
import {readdirSync} from 'node:fs'`
    const outcome = await scene.run(text, {onOutput: kill})
    assert.equal(outcome.signal, 'SIGTERM', outcome.stderr)
    assert.equal(await scene.arrived(), 60_000)
  })

  itOnce('has them all arrived or counted as dropped when none can be merged', async t => {
    const scene = await makeScene(t)
    assert.equal((await scene.run('useApart(100000)')).code, 0)
    const [arrived, dropped] = [await scene.arrived(), scene.dropped()]
    assert.ok(arrived > 0 && dropped > 0, `${arrived} arrived, ${dropped} dropped`)
    assert.equal(arrived + dropped, 100_000)
  })
})

describe('a program with a reporter', () => {
  itOnce('closes without waiting for the network', async t => {
    const {home} = await makeScene(t)
    const {url} = await silentServer(t)
    const {path, project} = projectOnDisk(home.home, url, {project: 'silent'})
    const text = `${importing(false)}${beginning(path, 3600)}
reporter.start()
use(100000)
const [begin, cpu] = [performance.now(), process.cpuUsage()]
await reporter.close()
const {user, system} = process.cpuUsage(cpu)
console.log(JSON.stringify({wall: performance.now() - begin, cpu: (user + system) / 1000}))`
    const file = join(home.home, 'silent.mjs')
    writeFileSync(file, text)
    const outcome = await runProgram(home, [process.execPath, file], {environment: permissionFor(project)})
    // A busy machine stretches the clock, not the work; a sender would wait 10 s for a silent collector.
    const {wall, cpu} = JSON.parse(outcome.stdout)
    assert.ok(wall < 8_000 && cpu < 400, outcome.stdout)
  })

  itOnce('keeps the descriptors that it was given when it starts a sender', async t => {
    const scene = await makeScene(t)
    const outcome = await scene.run(
      `import {writeSync} from 'node:fs'
reporter.start()
await reporter.close()
writeSync(20, 'still open')`,
      {shell: 'exec 20>&1; exec "$@"'},
    )
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, 'still open', ''])
  })

  itOnce('counts what handlers of the exit use, in no more time than a close takes', async t => {
    const scene = await makeScene(t)
    const outcome = await scene.run(`
use(1)
process.on('exit', () => use(2))
process.on('exit', () => {
  const cpu = process.cpuUsage()
  let queued = 0
  for (let i = 0; i < 100000; i++) if (reporter.feature({name: 'Load.v1', type: 'Algorithm'}).kind === 'queued') queued++
  console.log(JSON.stringify({queued, took: process.cpuUsage(cpu).user / 1000}))
})`)
    const {queued, took} = JSON.parse(outcome.stdout)
    assert.ok(took < 1000 && queued > 0, outcome.stdout)
    assert.equal(await scene.arrived(), 3 + queued)
  })

  itOnce('counts the first feature of a program that is used by a handler of the exit', async t => {
    const scene = await makeScene(t)
    assert.equal((await scene.run("process.on('exit', () => use(1))")).code, 0)
    assert.equal(await scene.arrived(), 1)
  })

  itOnce('counts when it is CommonJS', async t => {
    const scene = await makeScene(t)
    const outcome = await scene.run('use(5)', {isCommonJs: true})
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    assert.equal(await scene.arrived(), 5)
  })

  itOnce('counts in worker threads', async t => {
    const scene = await makeScene(t)
    const outcome = await scene.run(`
import {isMainThread, Worker} from 'node:worker_threads'
use(10)
if (isMainThread) for (let i = 0; i < 3; i++) new Worker(new URL(import.meta.url))`)
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    assert.equal(await scene.arrived(), 40)
  })

  itOnce('counts in the processes of a cluster, in the one run that the first of them started', async t => {
    const scene = await makeScene(t)
    const outcome = await scene.run(`
import cluster from 'node:cluster'
use(10)
if (cluster.isPrimary) {
  reporter.start()
  for (let i = 0; i < 3; i++) cluster.fork()
} else process.disconnect()`)
    assert.deepEqual([outcome.code, outcome.stderr], [0, ''])
    assert.equal(await scene.arrived(), 40)
    assert.equal(scene.runs(), 1)
  })

  itOnce('starts a sender by itself, and prints nothing', async t => {
    const scene = await makeScene(t)
    const outcome = await scene.run('reporter.start()\nuse(1)\nreporter.end({exitCode: 0})')
    assert.deepEqual([outcome.code, outcome.stdout, outcome.stderr], [0, '', ''])
    await eventually(() => {
      assert.equal(personHere(scene.home, scene.project).status().sent.events, 3)
    })
  })
})
