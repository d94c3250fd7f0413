import assert from 'node:assert/strict'
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {needs} from '../support/needs.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {clientOnDisk, pythonScene, waits} from '../support/python-client.ts'
import {runProgram} from '../support/run-program.ts'
import {shClientOnDisk} from '../support/sh-client.ts'

/** The events of a scene as runs: how many starts and ends each has, and how many features. */
function runsOf(events: ReturnType<ReturnType<typeof pythonScene>['events']>) {
  const runs: Record<string, string> = {}
  for (const {run, type} of events) runs[run ?? 'none'] = [...(runs[run ?? 'none'] ?? ''), type[0]].sort().join('')
  return Object.values(runs).sort()
}

/** A program whose module asks for a run when it is imported, and that lets others work for it. */
const program = (
  work: string,
) => `import atexit, concurrent.futures, multiprocessing, os, subprocess, sys, threading, time
usage.start()
atexit.register(usage.end)
def use(_=None):
    usage.feature("Load.v1", "Algorithm")
    usage.end(9)
${work}
`
const inMain = (work: string) => program(`if __name__ == "__main__":\n    ${work.replaceAll('\n', '\n    ')}`)
const pool = (
  method: string,
) => `with multiprocessing.get_context("${method}").Pool(2) as pool: pool.map(use, range(4), 1)
time.sleep(0.3); usage.feature("Load.v1", "Algorithm")`

const workers: readonly (readonly [what: string, script: string, features: number])[] = [
  ['os.fork', program('if os.fork() == 0: use(); sys.exit(0)\nos.wait()'), 1],
  ['os.fork and os._exit', program('if os.fork() == 0: use(); os._exit(0)\nos.wait()'), 1],
  ['os.fork and a start', program('if os.fork() == 0: usage.start(); use(); usage.end(); os._exit(0)\nos.wait()'), 1],
  ...['fork', 'spawn', 'forkserver'].map(method => [`multiprocessing by ${method}`, inMain(pool(method)), 5] as const),
  [
    'a pool of futures',
    inMain('with concurrent.futures.ProcessPoolExecutor(2) as pool: list(pool.map(use, range(4)))'),
    4,
  ],
  [
    'threads',
    program(`threads = [threading.Thread(target=usage.feature, args=("Load.v1", "Algorithm")) for _ in range(8)]
[one.start() for one in threads]; [one.join() for one in threads]`),
    8,
  ],
  [
    'threads that all end it',
    program(
      'threads = [threading.Thread(target=usage.end) for _ in range(8)]\n[one.start() for one in threads]; [one.join() for one in threads]',
    ),
    0,
  ],
  [
    'a program that starts itself',
    program(
      'if len(sys.argv) < 3:\n    subprocess.run([sys.executable, *sys.argv, "again", "more"][:3 + len(sys.argv)])\nusage.feature("Load.v1", "Algorithm")',
    ),
    2,
  ],
]

async function record(t: TestContext, script: string) {
  const scene = pythonScene(t)
  const outcome = await scene.run(script, waits)
  assert.deepEqual([outcome.code, outcome.stdout, /Traceback/.test(outcome.stderr)], [0, '', false], outcome.stderr)
  return scene.events()
}

describe('a run of the client of Python', {concurrency: 2}, () => {
  for (const [what, script, features] of workers)
    it(`is one, and is ended by its own process: ${what}`, needs('python3'), async t => {
      const events = await record(t, script)
      const uses = events.flatMap(event => (event.type === 'feature' ? Array(event.count).fill(event) : [event]))
      assert.deepEqual(runsOf(uses), [`e${'f'.repeat(features)}s`])
      const end = events.find(event => event.type === 'end')
      assert.ok(end?.type === 'end' && end.exitCode === null)
    })

  it('takes its whole time, whatever its children do', needs('python3'), async t => {
    const events = await record(t, program('if os.fork() == 0: sys.exit(0)\nos.wait(); time.sleep(0.5)'))
    const end = events.find(event => event.type === 'end')
    assert.ok(end?.type === 'end' && (end.durationSeconds ?? 0) >= 0.5)
  })

  it('is another one in a program of other code, and for code that is imported twice', needs('python3'), async t => {
    const scene = pythonScene(t)
    const other = join(scene.folder, 'other.py')
    writeFileSync(
      other,
      'import usage_client as usage\nusage.start(); usage.feature("Save.v1", "Algorithm"); usage.end(2)\n',
    )
    await scene.run(program(`subprocess.run([sys.executable, ${JSON.stringify(other)}])`), waits)
    assert.deepEqual(runsOf(scene.events()), ['efs', 'es'])
  })

  it(
    'is no run of a caller that is gone, as the program of a batch job is that inherits variables',
    needs('python3'),
    async t => {
      const scene = pythonScene(t)
      const own = `env = {k: v for k, v in os.environ.items()}
if len(sys.argv) == 1:
    os.environ["USAGE_RUN_SCOPE"] = "4999999:" + os.environ["USAGE_RUN_SCOPE"].partition(":")[2]
    subprocess.run([sys.executable, sys.argv[0], "again"])`
      await scene.run(program(own), waits)
      assert.deepEqual(runsOf(scene.events()), ['es', 'es'])
    },
  )

  it('keeps the variables of its caller for after its end, and sets its own', needs('python3'), async t => {
    const scene = pythonScene(t)
    const show = 'print([os.environ.get(n) for n in ("USAGE_RUN_ID", "USAGE_RUN_SCOPE", "USAGE_RUN_STARTER")])'
    const script = `import os
pid = os.getpid()
run = usage.start()
print(os.environ["USAGE_RUN_ID"] == run, os.environ["USAGE_RUN_SCOPE"] == "%d:%s" % (pid, ${JSON.stringify(scene.destination.directory)}))
usage.end(0)
${show}`
    const bare = await scene.run(script, waits)
    assert.equal(bare.stdout, 'True True\n[None, None, None]\n')
    const outer = {USAGE_RUN_ID: 'x', USAGE_RUN_SCOPE: '1:y', USAGE_RUN_STARTER: 'z'}
    const nested = await scene.run(script, {environment: {...waits.environment, ...outer}})
    assert.equal(nested.stdout, "True True\n['x', '1:y', 'z']\n")
  })

  it('is taken over from a caller of the same project and state folder only', needs('python3'), async t => {
    const scene = pythonScene(t)
    const {directory, paths} = scene.destination
    const id = '01a21087-6d03-761c-8578-4527ca6b01c3'
    const open = '01a21087-6d03-761c-8578-4527ca6b01c4'
    mkdirSync(paths.runs, {recursive: true})
    writeFileSync(join(paths.runs, `${open}.json`), '{}')
    const cases: readonly (readonly [string, string, string | null])[] = [
      [id, `1:${directory}`, id],
      [id.toUpperCase(), `77:${directory}/`, id],
      [id, `1:${directory}/../${directory.split('/').pop()}`, id],
      [id, `1:${directory}x`, null],
      [id, directory, null],
      [id, '', null],
      ['', `1:${directory}`, null],
      [`${id}\n`, `1:${directory}`, null],
      [open, '1:/elsewhere/demo-00000000', open],
      [open, '', open],
    ]
    for (const [run, scope] of cases) {
      const environment = {...waits.environment, USAGE_RUN_ID: run, USAGE_RUN_SCOPE: scope}
      await scene.run('usage.feature("Load.v1", "Algorithm")', {environment})
    }
    assert.deepEqual(
      scene.events().map(event => event.run),
      cases.map(([, , run]) => run),
    )
  })

  it('shares its id with the shells, and hides it from another project', needs('python3'), async t => {
    const scene = pythonScene(t)
    shClientOnDisk(scene.bare.home, scene.project)
    const other = join(scene.bare.home, 'other')
    clientOnDisk(other, projectOnDisk(scene.bare.home, 'http://127.0.0.1:9', {project: 'other'}).project)
    const feature = (folder: string) =>
      `python3 -c 'import sys; sys.path.insert(0, "${folder}"); import usage_client as u; u.feature("Load.v1", "Algorithm")'`
    const script = `. ${scene.bare.home}/sh/usage.sh; usage_start; ${feature(scene.folder)}; ${feature(join(other, 'python'))}; usage_end 0`
    await runProgram(scene.home, ['sh', '-c', script], waits)
    const counts: Record<string, number> = {}
    for (const {run} of scene.events()) counts[String(run)] = (counts[String(run)] ?? 0) + 1
    const {null: unpaired, ...paired} = counts
    assert.deepEqual([Object.values(paired), unpaired], [[3], 1])
  })
})
