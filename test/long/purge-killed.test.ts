import assert from 'node:assert/strict'
import {join} from 'node:path'
import {it} from 'node:test'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {type FaultPoint, faultChannelName} from '../../src/fault-points.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import {batchOf, endOf, featureOf, sampleHeader, sampleProject, startOf} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {repositoryPath} from '../support/repository.ts'
import {runProgram} from '../support/run-program.ts'

const monthMs = Date.parse('2025-03-02T00:00:00Z')
const laterMs = Date.parse('2026-11-25T12:00:00Z')
const hourMs = 3_600_000
/** More than one piece of each table, and enough to be totalled in a thread. */
const runs = 3_000

async function fill(data: string): Promise<void> {
  const store = openSqliteStore(data)
  await store.saveProjects([sampleProject()])
  for (const person of ['a', 'b', 'c']) {
    const numbers = Array.from({length: runs / 3}, (_, index) => index + runs * person.charCodeAt(0))
    const atMs = (number: number): number => monthMs + (number % 600) * hourMs
    const events = numbers.flatMap(number => [
      startOf(number, atMs(number)),
      endOf(number, atMs(number) + 1_000, {exitCode: number % 2, durationSeconds: number % 9}),
      featureOf(number, atMs(number), {run: null, durationSeconds: 1}),
    ])
    await store.insert([batchOf(events, {header: sampleHeader({user: person.repeat(32)})})])
  }
  await store.close()
}

async function answers(data: string): Promise<unknown> {
  const source = openSqliteSource(data)
  try {
    const query = {project: 'parsl', from: '2025-03-01', to: '2025-03-31', by: 'month'}
    const stats = await answerStats(source, sampleProject(), parseStatsQuery(query, laterMs), laterMs)
    const {users, hosts, runs: counts, outcomes, exitCodes, duration, versions} = stats
    const features = stats.features!.map(({name, count, usersLow, usersHigh, meanSeconds}) => ({
      ...{name, count, usersLow, usersHigh, meanSeconds},
    }))
    return {...{users, hosts, counts, outcomes, exitCodes, duration, versions, features}}
  } finally {
    await source.close()
  }
}

/** Purges in another process, which dies when it reaches a step for the n-th time. */
function purging(data: string, point: FaultPoint | null, nth: number): string {
  const moduleOf = (...path: string[]): string => JSON.stringify(repositoryPath(...path))
  return `
    import {subscribe} from 'node:diagnostics_channel'
    import {openSqliteStore} from ${moduleOf('src', 'collector', 'store', 'sqlite', 'sqlite.ts')}
    import {purge} from ${moduleOf('src', 'collector', 'upkeep', 'retention.ts')}
    import {sampleProject} from ${moduleOf('test', 'collector', 'samples.ts')}
    let reached = 0
    subscribe(${JSON.stringify(faultChannelName)}, point => {
      if (point === ${JSON.stringify(point)} && ++reached === ${nth}) process.kill(process.pid, 'SIGKILL')
    })
    const store = openSqliteStore(${JSON.stringify(data)})
    const steps = []
    for await (const step of purge(store, [sampleProject()], {nowMs: ${laterMs}, olderThan: '6m'})) steps.push(step)
    await store.close()
    console.log('done')`
}

const kills: readonly [FaultPoint, number][] = [
  ['collector: a month totalled', 1],
  ['collector: a month totalled', 2],
  ['collector: a month totalled', 3],
  ...[1, 2, 3, 4].map(nth => ['collector: a piece of a month deleted', nth] as [FaultPoint, number]),
  ['collector: a piece of headers swept', 1],
]

for (const [point, nth] of kills)
  it(`answers the same after a purge that was killed, and after the next one: ${point}, ${nth}`, async t => {
    const home = isolatedHome(t)
    const data = join(home.home, 'data')
    await fill(data)
    const before = await answers(data)
    const run = (at: FaultPoint | null) =>
      runProgram(home, [process.execPath, '--input-type=module', '--eval', purging(data, at, nth)])
    const killed = await run(point)
    assert.equal(killed.signal, 'SIGKILL', killed.stderr + killed.stdout)
    assert.deepEqual(await answers(data), before)
    const done = await run(null)
    assert.equal(done.stdout, 'done\n', done.stderr)
    assert.deepEqual(await answers(data), before)
    const store = openSqliteStore(data)
    t.after(() => store.close())
    assert.equal(await store.nextFeatureMonth('parsl', null), null)
    assert.equal(await store.nextRunMonth('parsl', null), null)
  })
