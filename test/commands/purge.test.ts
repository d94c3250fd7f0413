import assert from 'node:assert/strict'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {askStore} from '../../src/cli/maintain/ask-stats.ts'
import {storeInFolder} from '../../src/collector/store/place.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {batchOf, endOf, featureOf, sampleProject} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {collectorHere} from '../support/running-collector.ts'
import {killingEnvironment} from '../support/scene.ts'

/** A data folder with one use of a feature in each of two months of 2024. */
async function oldData(t: TestContext) {
  const home = isolatedHome(t)
  const data = join(home.home, 'data')
  const store = openSqliteStore(data)
  await store.saveProjects([sampleProject()])
  const times = ['2024-03-03T00:00:00Z', '2024-05-03T00:00:00Z'].map(time => Date.parse(time))
  await store.insert([batchOf(times.map((atMs, index) => featureOf(index, atMs)))])
  await store.close()
  return {home, data}
}

describe('usage purge', {concurrency: 2}, () => {
  it('says what would go, then replaces it by totals month by month', async t => {
    const {home, data} = await oldData(t)
    const dry = await runUsage(home, ['purge', '--data', data, '--only', 'features', '--dry-run'])
    assert.match(
      dry.stdout,
      /^Would be replaced with totals: 2 feature events of \d+ months, in the data folder of the collector, \/.*\.\n$/,
    )
    const done = await runUsage(home, ['purge', '--data', data, '--older-than', '1y', '--only', 'features', '--json'])
    const {events, months, dryRun} = JSON.parse(done.stdout)
    assert.deepEqual([done.code, events, dryRun], [0, 2, false])
    assert.deepEqual(months[0], {project: 'parsl', what: 'features', month: '2024-03', events: 1, runs: 0})
    assert.match(done.stderr, /^parsl 2024-03: 1 feature event\nparsl 2024-05: 1 feature event\n/)
    assert.equal(
      (await runUsage(home, ['purge', '--data', data])).stdout,
      `Nothing is past its retention time in the data folder of the collector, ${data}.\n`,
    )
    const stats = await runUsage(home, ['stats', '--data', data, '--from', '2024-01-01', '--json'])
    assert.equal(JSON.parse(stats.stdout).features[0].count, 2)
  })

  it('says what would go while another process writes the store, and changes nothing', async t => {
    const {home, data} = await oldData(t)
    const writing = openSqliteStore(data)
    const dry = () => runUsage(home, ['purge', '--data', data, '--only', 'features', '--dry-run'])
    const first = await dry()
    assert.match(first.stdout, /^Would be replaced with totals: 2 feature events/)
    assert.deepEqual(await dry(), first)
    assert.match((await runUsage(home, ['purge', '--data', data])).stderr, /USAGE_STORE_LOCKED/)
    await writing.close()
  })

  it('replaces single runs that are past their limit, and goes on after it was killed in the middle', async t => {
    const {home, data} = await oldData(t)
    const store = openSqliteStore(data)
    const times = ['2019-03-03', '2019-04-03', '2019-04-05', '2020-01-02', '2026-11-20'].map(day => Date.parse(day))
    const ends = times.map((atMs, run) => endOf(run, atMs, {exitCode: run % 2, durationSeconds: 2 ** run}))
    await store.insert([batchOf(ends)])
    await store.close()
    const answers = async () => {
      const months = ['2019-03-31', '2019-04-30', '2019-12-31', '2020-12-31'].map(async to => {
        const from = `${to.slice(0, 4)}-${to.slice(5, 7) === '12' ? '01' : to.slice(5, 7)}-01`
        const {users, runs, duration, outcomes, exitCodes} = await askStore(
          storeInFolder(data),
          {project: null, from, to},
          Date.now(),
        )
        return {users, runs, duration, outcomes, exitCodes}
      })
      return Promise.all(months)
    }
    const before = await answers()
    const purge = ['purge', '--data', data, '--only', 'runs']
    const kill = {point: 'collector: a month totalled', nth: 2, victim: 'run purge'}
    const killed = await runUsage(home, purge, {environment: killingEnvironment({home}, kill)})
    assert.deepEqual([killed.signal, killed.stderr], ['SIGKILL', 'parsl 2019-03: 1 run\n'])
    assert.deepEqual(await answers(), before)
    const done = await runUsage(home, purge)
    assert.match(
      done.stdout,
      /^Replaced with totals: 3 runs of \d+ months, in the data folder of the collector, \/.*\.\n$/,
    )
    assert.match(done.stderr, /^parsl 2019-04: 2 runs\n/)
    assert.deepEqual(await answers(), before)
  })

  it('says what is wrong: no such time, no such project, no store, a collector that writes it', async t => {
    const {home, data} = await oldData(t)
    const fails = async (code: string, ...args: string[]) => {
      const {code: exit, stderr} = await runUsage(home, ['purge', ...args])
      assert.ok(exit !== 0 && stderr.includes(code), stderr)
    }
    await fails('USAGE_WRONG_USE', '--data', data, '--older-than', '1 year')
    await fails('USAGE_PROJECT_UNKNOWN', '--data', data, '--project', 'other')
    await fails('USAGE_STORE_UNREADABLE', '--data', join(data, 'nothing'))
    const collector = await collectorHere(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
    await fails('USAGE_STORE_LOCKED', '--data', collector.data)
  })
})
