import assert from 'node:assert/strict'
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {describe, it, type TestContext} from 'node:test'
import {askStore} from '../../src/cli/maintain/ask-stats.ts'
import {listReadTokens, makeReadToken} from '../../src/collector/access/read-tokens.ts'
import {makeBackup} from '../../src/collector/backup/backup.ts'
import {restoreBackup} from '../../src/collector/backup/restore.ts'
import {storeInFolder} from '../../src/collector/store/place.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import type {FaultPoint} from '../../src/fault-points.ts'
import {batchOf, nowMs, sampleProject, startOf} from '../collector/samples.ts'
import {isolatedHome} from '../support/isolated-home.ts'
import {projectOnDisk} from '../support/project-on-disk.ts'
import {runUsage} from '../support/run-program.ts'
import {runningCollector} from '../support/running-collector.ts'
import {killingEnvironment, makeScene, wasKilled} from '../support/scene.ts'

/** A data folder with so many runs and one read token that is named after them. */
async function dataOf(directory: string, runs: number): Promise<string> {
  const store = openSqliteStore(directory)
  await store.saveProjects([sampleProject()])
  await store.insert([batchOf(Array.from({length: runs}, (_, run) => startOf(run, nowMs)))])
  await store.close()
  makeReadToken(directory, {name: `runs-${runs}`, project: null, expiresAtMs: null}, nowMs)
  return directory
}

/** The state of a data folder after a writer has opened it: its runs, and the names of its tokens. */
async function stateOf(data: string): Promise<readonly [runs: number, ...tokens: string[]]> {
  await openSqliteStore(data).close()
  const {runs} = await askStore(storeInFolder(data), {project: 'parsl', from: '2026-11-01', to: '2026-11-30'}, nowMs)
  return [runs!.total!, ...listReadTokens(data).map(({name}) => name)]
}

function scene(t: TestContext) {
  const home = isolatedHome(t)
  return {home, data: join(home.home, 'data'), file: join(home.home, 'usage.backup')}
}

/** Runs a command that kills itself at a step. */
async function dieAt(home: ReturnType<typeof isolatedHome>, point: FaultPoint, nth: number, args: readonly string[]) {
  const kill = killingEnvironment({home}, {point, nth, victim: `run ${args[0]}`})
  await runUsage({...home, environment: {...home.environment, ...kill}}, args)
  assert.ok(wasKilled({home}), `not reached: ${point}`)
}

describe('usage backup, killed at a step', {concurrency: 2}, () => {
  for (const point of ['backup: store copied', 'backup: verified', 'backup: before it is renamed'] as const)
    it(`leaves the earlier backup as it was, and the next one is whole: ${point}`, async t => {
      const {home, data, file} = scene(t)
      await dataOf(data, 1)
      makeBackup(data, file, nowMs)
      await dataOf(data, 2)
      await dieAt(home, point, 1, ['backup', file, '--data', data])
      const old = restoreBackup(file, join(home.home, 'old'), {isForced: false})
      assert.equal(old.rows['runs'], 1)
      assert.equal((await runUsage(home, ['backup', file, '--data', data])).code, 0)
      assert.equal(restoreBackup(file, join(home.home, 'new'), {isForced: false}).rows['runs'], 2)
      assert.deepEqual(
        readdirSync(home.home).filter(name => name.endsWith('.partial')),
        [],
      )
    })
})

describe('usage restore, killed at a step', {concurrency: 2}, () => {
  const [old, restored] = [[2, 'runs-2'] as const, [3, 'runs-3'] as const]
  const steps: readonly (readonly [point: FaultPoint, nth: number, state: readonly unknown[]])[] = [
    ['restore: files prepared', 1, old],
    ['restore: marked as complete', 1, restored],
    ...[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(nth => ['restore: one file replaced', nth, restored] as const),
    ['restore: done', 1, restored],
  ]
  for (const [point, nth, state] of steps)
    it(`leaves the old or the new state whole: ${point}, ${nth}`, async t => {
      const {home, data, file} = scene(t)
      makeBackup(await dataOf(join(home.home, 'other'), 3), file, nowMs)
      await dataOf(data, 2)
      await dieAt(home, point, nth, ['restore', file, '--data', data, '--force'])
      assert.deepEqual(await stateOf(data), state)
      assert.equal(existsSync(join(data, 'restoring')), false)
      // A second try after the kill ends in the new state, whatever the first one left.
      restoreBackup(file, data, {isForced: true})
      assert.deepEqual(await stateOf(data), restored)
    })
})

it('backs up a collector under load: every report that was acknowledged before is in it, and none is refused', async t => {
  const home = isolatedHome(t)
  const collector = await runningCollector(t, home, [projectOnDisk(home.home, 'http://127.0.0.1:9').project])
  const {reporter, flush} = makeScene(t, collector.http)
  let sent = 0
  const report = async () => {
    for (let run = 0; run < 20; run++) {
      reporter.start()
      reporter.end({exitCode: 0})
    }
    const {sent: more, kept} = await flush()
    assert.equal(kept, 0)
    sent += more
  }
  await report()
  const acknowledged = sent
  const file = join(home.home, 'usage.backup')
  const backup = runUsage(home, ['backup', file, '--data', collector.data, '--json'])
  for (let round = 0; round < 5; round++) await report()
  const {rows} = JSON.parse((await backup).stdout)
  assert.ok(rows.runs * 2 >= acknowledged && rows.runs * 2 <= sent, `${acknowledged} ≤ ${rows.runs * 2} ≤ ${sent}`)
})
