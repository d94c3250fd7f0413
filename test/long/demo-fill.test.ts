import assert from 'node:assert/strict'
import {test} from 'node:test'
import {fillWithDemo} from '../../src/collector/demo/fill.ts'
import {demoCrash, demoProject} from '../../src/collector/demo/project.ts'
import {openSqliteSource} from '../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../src/collector/store/sqlite/sqlite.ts'
import {isDeclaredFeature} from '../../src/protocol/project/project-file.ts'
import type {EndEvent, Event} from '../../src/protocol/report/event.ts'
import {answerStats} from '../../src/stats/answer/answer.ts'
import {parseStatsQuery} from '../../src/stats/model/query.ts'
import {nowMs} from '../collector/samples.ts'
import {temporaryDirectory} from '../support/temporary-directory.ts'

test('it fills a store with two years of use that give every answer a value', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const events = await fillWithDemo(store, nowMs)
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const project = demoProject()
  const query = parseStatsQuery({project: project.project, from: '2024-12-01'}, nowMs)
  const stats = await answerStats(source, project, query, nowMs)
  assert.ok(events > 30_000 && stats.users.low > 100)
  for (const name of ['ok', 'failed', 'signal', 'lost', 'unknown'] as const) assert.ok(stats.outcomes![name] > 0, name)
  assert.ok(
    stats.versions!.length > 3 && stats.systems!.length > 3 && stats.ci!.runs > 0 && stats.schedulers!.length > 1,
  )
  assert.ok(stats.features!.every(({type, name}) => isDeclaredFeature(project, type, name)))
  assert.ok(stats.unusedFeatures!.length > 0)
  assert.equal(stats.quality.clamped, 0)
})

test('it shows which feature crashes in which version, exactly as often as it was made', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const made: {readonly version: string | null; readonly user: string | null; readonly event: Event}[] = []
  const insert: typeof store.insert = async batches => {
    for (const {header, events} of batches) {
      const {version, user, ci} = header
      made.push(...events.map(({event}) => ({version, user: ci === null ? user : null, event})))
    }
    return store.insert(batches)
  }
  await fillWithDemo({insert, saveProjects: files => store.saveProjects(files)}, nowMs)
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  const query = parseStatsQuery({project: demoProject().project, from: '2024-01-01'}, nowMs)
  const stats = await answerStats(source, demoProject(), query, nowMs)
  const runs = [...Map.groupBy(made, ({event}) => event.run).values()]
  const ended = (some: typeof runs, ofWhat: (end: EndEvent) => boolean): number =>
    some.filter(run => run.some(({event}) => event.type === 'end' && ofWhat(event))).length
  const isCrash = ({signal}: EndEvent): boolean => signal === demoCrash.signal
  const isKnown = ({signal, exitCode}: EndEvent): boolean => signal !== null || exitCode !== null
  for (const {name, version, ...row} of stats.featureVersionOutcomes!) {
    const own = runs.filter(
      run => run[0]!.version === version && run.some(({event}) => event.type === 'feature' && event.name === name),
    )
    const crashes = row.faults.find(({signal}) => signal === demoCrash.signal)
    const known = ended(own, isKnown)
    if (crashes !== undefined) assert.equal(crashes.runs, ended(own, isCrash), `${name} in ${version}`)
    assert.deepEqual([row.runs, row.ok + row.failed + row.signal], [own.length, known], `${name} in ${version}`)
  }
  for (const {version, ...row} of stats.versionOutcomes!) {
    const own = runs.filter(run => run[0]!.version === version)
    assert.deepEqual([row.runs, row.signal], [own.length, ended(own, ({signal}) => signal !== null)])
  }
  const month = stats.upgrades!.month!
  const ofMonth = made.filter(
    ({event, user}) => event.type === 'start' && event.time.startsWith(month) && user !== null,
  )
  const usersOf = (some: typeof made): number => new Set(some.map(({user}) => user)).size
  assert.deepEqual([month, stats.upgrades!.users], ['2026-10', usersOf(ofMonth)])
  for (const {version, users, usersUpTo} of stats.upgrades!.versions) {
    const newer = new Set(ofMonth.filter(one => Number(one.version) > Number(version)).map(({user}) => user))
    assert.deepEqual(
      [users, usersUpTo],
      [usersOf(ofMonth.filter(one => one.version === version)), usersOf(ofMonth.filter(({user}) => !newer.has(user)))],
    )
  }
  const [first] = stats.conspicuous!
  assert.deepEqual([first!.name, first!.version, first!.faults[0]!.signal], ['Solver.explicit', '2.2', 'SIGSEGV'])
  assert.ok(Math.abs(first!.faults[0]!.share - demoCrash.share) < 0.1, String(first!.faults[0]!.share))
  // Nothing else was made to fail: all other items are of this feature or of this version.
  for (const {name, version} of stats.conspicuous!)
    assert.ok(name === demoCrash.feature || version === demoCrash.version, `${name} in ${version}`)
})

test('it makes the same use for the same instant', async () => {
  const fill = async () => {
    const ids: string[] = []
    const insert = async (
      batches: readonly {readonly events: readonly {readonly event: {readonly id: string}}[]}[],
    ) => {
      for (const {events} of batches) ids.push(...events.map(({event}) => event.id))
      return []
    }
    await fillWithDemo({insert, saveProjects: async () => {}}, nowMs)
    return ids
  }
  assert.deepEqual(await fill(), await fill())
})
