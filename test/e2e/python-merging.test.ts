import assert from 'node:assert/strict'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it} from 'node:test'
import {TimingsRecorder} from '../../src/protocol/durations/timings-recorder.ts'
import type {FeatureEvent} from '../../src/protocol/report/event.ts'
import {readJsonFixture} from '../support/fixtures.ts'
import {needs} from '../support/needs.ts'
import {pythonScene, waits} from '../support/python-client.ts'

type Scene = ReturnType<typeof pythonScene>

const featuresOf = ({events}: Scene): FeatureEvent[] =>
  events().flatMap(event => (event.type === 'feature' ? [event] : []))
const usesOf = (scene: Scene): number => featuresOf(scene).reduce((sum, {count}) => sum + count, 0)

function jsonOf(durations: readonly number[]): string {
  const recorder = new TimingsRecorder()
  for (const one of durations) recorder.record(one)
  return JSON.stringify(recorder.toTimings())
}

describe('equal uses in the client of Python', {concurrency: 2}, () => {
  it('have the same bytes as those of the library', needs('python3'), async t => {
    const {run, home} = pythonScene(t)
    const cases = readJsonFixture('timings/records.json') as {durations: number[]; json: string}[]
    // Powers of many bases, with their neighbours: on the edges of buckets and beside them.
    const many = Array.from({length: 200}, (_, row) =>
      Array.from({length: 100}, (_, index) =>
        Math.min(3e8, 1.7 ** (row / 5 - 20) * (1 + index * index * 2 ** (index % 9))),
      ),
    )
    const edges = Array.from({length: 1800}, (_, index) => [
      2 ** ((index - 900) / 32),
      2 ** ((index - 900) / 32) * (1 + 2 ** -52),
    ])
    const all = [...cases.map(one => one.durations), ...many, ...edges]
    writeFileSync(join(home.home, 'durations.json'), JSON.stringify(all))
    const {stdout, stderr} = await run(`
import json
for durations in json.load(open("${join(home.home, 'durations.json')}")):
    timings = usage.Timings()
    for one in durations:
        timings.record(one)
    print(usage._to_json(timings.describe()))`)
    assert.equal(stderr, '')
    const lines = stdout.trimEnd().split('\n')
    assert.deepEqual(lines, all.map(jsonOf))
    assert.deepEqual(
      lines.slice(0, cases.length),
      cases.map(({json}) => json),
    )
  })

  it('are one event with their durations; uses that say more stay apart', needs('python3'), async t => {
    const scene = pythonScene(t)
    const {run, dropped} = scene
    const {code, stderr} = await run(
      `
use = lambda **more: usage.feature("Load.v1", "Algorithm", **more)
usage.start(version="1.0")
for seconds in (0.5, 0.78, 0.79, 0, None): use(seconds=seconds)
use(count=3)
use(count=2, seconds=9)
use(details={"depth": 1})
use(seconds="many")
use(internal=True, seconds=2); use(internal=True, seconds=3)
usage.end(0)
use(seconds=1); use(seconds=4)`,
      waits,
    )
    assert.deepEqual([code, stderr.includes('Traceback')], [0, false])
    const found = featuresOf(scene).map(one => [
      one.run !== null,
      one.internal,
      one.count,
      one.durationSeconds,
      one.timings,
    ])
    const timings = {n: 3, sumSeconds: 1.57, minSeconds: 0, maxSeconds: 0.79, scale: 5, offset: -12, counts: [1, 1]}
    assert.deepEqual(
      found.map(one => JSON.stringify(one)).sort(),
      [
        [true, false, 1, 0.5],
        [true, false, 7, null, {...timings, zeroCount: 1}],
        [true, false, 2, 9],
        [true, false, 1, null],
        [true, false, 1, null],
        [true, true, 1, 2],
        [true, true, 1, 3],
        [false, false, 1, 1],
        [false, false, 1, 4],
      ]
        .map(one => JSON.stringify(one.length === 4 ? [...one, undefined] : one))
        .sort(),
    )
    assert.deepEqual(await dropped(), {'undeclared-field': 2})
  })

  it('are counted exactly in threads, forks and workers of multiprocessing', needs('python3'), async t => {
    const scene = pythonScene(t)
    const {code, stderr} = await scene.run(
      `
import multiprocessing, os, threading
def use(times=50):
    for number in range(times): usage.feature("Load.v1", "Algorithm", seconds=number / 1000)
if __name__ == "__main__":
    use()
    threads = [threading.Thread(target=use) for _ in range(4)]
    for one in threads: one.start()
    for one in threads: one.join()
    if os.fork() == 0:
        use()
        raise SystemExit(0)
    os.wait()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=use) for _ in range(2)]
    for one in workers: one.start()
    for one in workers: one.join()
    use()`,
      waits,
    )
    assert.deepEqual([code, stderr.includes('Traceback')], [0, false])
    assert.equal(usesOf(scene), 50 * 9)
    assert.ok(featuresOf(scene).length < 20, `${featuresOf(scene).length}`)
  })

  it('are apart if they began on different days, or after a tick', needs('python3'), async t => {
    const scene = pythonScene(t)
    const {code, stderr} = await scene.run(
      `
import time
passed, day = 0, 1_000 + time.time() // 86400 * 86400
clock = time.monotonic
time.time = lambda: day + passed
time.monotonic = lambda: clock() + passed
def use(seconds=None, wait=0):
    global passed
    passed += wait
    usage.feature("Load.v1", "Algorithm", seconds=seconds)
use(); use(1); use(2)
use(1_500)
use(3, wait=3_000); use(4)
use(5, wait=82_395); use(1); use(wait=7)`,
      waits,
    )
    assert.deepEqual([code, stderr.includes('Traceback')], [0, false])
    const dayMs = 86_400_000
    const today = Math.floor(Date.now() / dayMs)
    const found = featuresOf(scene).map(({time, count}) => [Math.floor(Date.parse(time) / dayMs) - today, count])
    assert.deepEqual(found.map(String).sort(), ['-1,1', '0,1', '0,1', '0,1', '0,1', '0,1', '0,2', '1,1'])
  })

  it('are written by the next use after ten seconds, and not after an opt-out', needs('python3'), async t => {
    const scene = pythonScene(t)
    const script = `
import os, time
clock = time.monotonic
use = lambda: usage.feature("Load.v1", "Algorithm")
for _ in range(5): use()
time.monotonic = lambda: clock() + 11
use()
os.environ["STOP"] = "1"`
    await scene.run(`${script}\nos._exit(0)`, waits)
    assert.equal(usesOf(scene), 6)
    await scene.run(`${script}\nuse(); os.environ["DO_NOT_TRACK"] = "1"`, waits)
    assert.equal(usesOf(scene), 0)
    assert.ok((await scene.dropped())['opted-out']! > 0)
  })

  it('reach a report as they were written', needs('python3'), async t => {
    const scene = pythonScene(t)
    const durations = [0.1, 0.2, 1e-9, 0.00001, 20]
    await scene.run(
      `for one in ${JSON.stringify([9, ...durations])}: usage.feature("Load.v1", "Algorithm", seconds=one)`,
      waits,
    )
    const {stdout} = await scene.run('usage.preview()', waits)
    assert.ok(stdout.includes(`"timings":${jsonOf(durations)},`), stdout)
    assert.equal(stdout.split('"timings"').length, 2)
  })
})
