import assert from 'node:assert/strict'
import {copyFileSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {DatabaseSync} from 'node:sqlite'
import {it, type TestContext} from 'node:test'
import {openSqliteEvents} from '../../../../../src/collector/store/sqlite/export.ts'
import {openSqliteSource} from '../../../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../../../src/collector/store/sqlite/sqlite.ts'
import type {ExportedGroup} from '../../../../../src/collector/store/store.ts'
import {assertContains} from '../../../../support/assert-contains.ts'
import {repositoryPath} from '../../../../support/repository.ts'
import {temporaryDirectory} from '../../../../support/temporary-directory.ts'
import {batchOf, dayMs, endOf, nowMs, pseudonym, sampleHeader, sampleProject, startOf, uuid} from '../../../samples.ts'
import {exactly, factsOf} from '../../contract-parts.ts'

/**
 * A data folder with a store of version 1, written by the program of that time (commit 6699670). It contains three
 * groups of events: of Ann, of Bob, and of CI.
 */
function oldDataFolder(t: TestContext): string {
  const directory = temporaryDirectory(t)
  copyFileSync(repositoryPath('test/fixtures/stores/version-1.sqlite'), join(directory, 'usage.sqlite'))
  return directory
}

it('migrates a store of version 1, and answers from its events', async t => {
  const directory = oldDataFolder(t)
  assert.throws(() => openSqliteSource(directory), {code: 'USAGE_STORE_UNREADABLE', next: /to update the store/})
  await openSqliteStore(directory).close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  assert.deepEqual(await source.projects(), [sampleProject()])
  const range = {fromMs: nowMs - 90 * dayMs, toMs: nowMs}
  const {spans, named, exits, features, numberFields, quality} = await factsOf(source, {
    range,
    spans: [range],
    periods: [range],
  })
  assert.partialDeepStrictEqual(spans[0], {
    runs: 5,
    ciRuns: 1,
    users: exactly(2),
    hosts: exactly(2),
    usersOnSeveralDays: exactly(2),
    hostsOnSeveralDays: exactly(2),
    scripts: exactly(1),
    outcomes: {ok: 2, failed: 1, signal: 1, lost: 1, running: 0, unknown: 0},
    duration: {n: 4, meanSeconds: (3600 + 5 + 60 + 2) / 4, p50Seconds: 32.5},
  })
  assert.deepEqual(
    new Set(named.system.map(({name, runs}) => `${name} ${runs}`)),
    new Set(['Linux 2', 'Darwin 2', 'null 1']),
  )
  assert.deepEqual(new Set(exits.map(({exitCode, signal}) => exitCode ?? signal)), new Set([0, 3, 'SIGKILL']))
  assert.deepEqual(features.map(({name, count, users}) => [name, count, users.low]).sort(), [
    ['Load.v1', 3, 1],
    ['Rebin.v1', 1, 1],
  ])
  assert.partialDeepStrictEqual(numberFields, [{name: 'executors', n: 1, mean: 4, median: 4, max: 4}])
  assert.partialDeepStrictEqual(quality, {refused: 1, unpaired: 2})
})

it('recognises the headers and events of a store of version 1', async t => {
  const directory = oldDataFolder(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const bob = sampleHeader({
    user: pseudonym('bob'),
    host: pseudonym('beta'),
    version: '2.0',
    commit: 'a2c602f',
    component: 'kernel',
    os: {name: 'Darwin', version: '25.1', arch: 'arm64', readable: 'macOS 26.1'},
    scheduler: 'slurm',
  })
  const again = await store.insert([
    batchOf([endOf(2, nowMs - 20 * dayMs + 5000, {exitCode: 3})]),
    batchOf([startOf(4, nowMs - 10 * dayMs), startOf(7, nowMs)], {header: bob}),
  ])
  assert.deepEqual(again, [['duplicate'], ['duplicate', 'accepted']])
  const groups = await exportedFrom(directory)
  const runsOf = (user: string | null) =>
    groups
      .filter(({header}) => header.user === user)
      .flatMap(({events}) => events.map(({type, run}) => `${type} ${run}`))
  assertContains(groups.find(({header}) => header.user === bob.user)?.header, bob)
  assert.deepEqual(new Set(runsOf(null)), new Set([`start ${uuid('r', 5)}`, `end ${uuid('r', 5)}`, 'end null']))
  assert.ok(runsOf(bob.user).includes(`start ${uuid('r', 7)}`))
  const database = new DatabaseSync(join(directory, 'usage.sqlite'), {readOnly: true})
  t.after(() => database.close())
  assert.equal(database.prepare('SELECT count(*) AS headers FROM headers').get()?.['headers'], 3)
})

it('stores new values of the header in a store of version 1, and exports them', async t => {
  const directory = oldDataFolder(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const header = sampleHeader({agent: 'codex', period: '2026-07-01', isNewSecret: true})
  await store.insert([batchOf([startOf(8, nowMs)], {header}), batchOf([startOf(9, nowMs)])])
  const ofRun = async (run: number) =>
    (await exportedFrom(directory)).find(({events}) => events.some(event => event.run === uuid('r', run)))?.header
  assertContains(await ofRun(8), header)
  assert.partialDeepStrictEqual(await ofRun(9), {agent: null, period: null, isNewSecret: false})
  const database = new DatabaseSync(join(directory, 'usage.sqlite'), {readOnly: true})
  t.after(() => database.close())
  const rows = database.prepare('SELECT agent, period, is_new_secret FROM readable_runs').all()
  assert.deepEqual(
    rows.filter(row => row['agent'] !== null).map(row => ({...row})),
    [{agent: 'codex', period: '2026-07-01', is_new_secret: 'true'}],
  )
})

it('leaves no remains in its files of rows that the program of version 1 deleted', async t => {
  const directory = oldDataFolder(t)
  const path = join(directory, 'usage.sqlite')
  const user = pseudonym('ann')
  const old = new DatabaseSync(path)
  old.exec('PRAGMA secure_delete=OFF; DELETE FROM headers; DELETE FROM runs')
  old.close()
  assert.ok(readFileSync(path).includes(user))
  const {close} = openSqliteStore(directory)
  t.after(close)
  for (const file of readdirSync(directory)) assert.ok(!readFileSync(join(directory, file)).includes(user), file)
})

it('does not change a database of another program, whatever its version (USAGE_STORE_UNREADABLE)', t => {
  for (const version of [0, 1, 7]) {
    const directory = temporaryDirectory(t)
    const foreign = new DatabaseSync(join(directory, 'usage.sqlite'))
    foreign.exec(`CREATE TABLE letters (text TEXT); PRAGMA user_version = ${version}`)
    foreign.close()
    for (const open of [openSqliteStore, openSqliteSource])
      assert.throws(() => open(directory), {code: 'USAGE_STORE_UNREADABLE'})
    const after = new DatabaseSync(join(directory, 'usage.sqlite'), {readOnly: true})
    assert.deepEqual(
      after
        .prepare('SELECT name FROM sqlite_master')
        .all()
        .map(row => row['name']),
      ['letters'],
    )
    after.close()
  }
})

async function exportedFrom(directory: string): Promise<ExportedGroup[]> {
  const source = openSqliteEvents(directory)
  const groups: ExportedGroup[] = []
  for await (const group of source.groups('parsl')) groups.push(group)
  await source.close()
  return groups
}
