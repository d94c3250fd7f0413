import assert from 'node:assert/strict'
import {suite, test} from 'node:test'
import {collectorLimits} from '../../../src/collector/limits.ts'
import type {FeatureEvent} from '../../../src/protocol/report/event.ts'
import type {FieldValues} from '../../../src/protocol/values/scalars.ts'
import {noFilters, type StatsFilters} from '../../../src/stats/model/filters.ts'
import {
  admitted,
  batchOf,
  dayMs,
  endOf,
  featureOf,
  hourMs,
  nowMs,
  pseudonym,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../samples.ts'
import {assertDuplicates, exactly, factsOf, insert, type MakeStore, reported} from './contract-parts.ts'
import {endContract} from './end-contract.ts'
import {erasureContract} from './erasure-contract.ts'
import {foldContract} from './fold-contract.ts'
import {orderContract} from './order-contract.ts'
import {pendingContract} from './pending-contract.ts'
import {purgeContract} from './purge-contract.ts'
import {runContract} from './run-contract.ts'
import {runPurgeContract} from './run-purge-contract.ts'

/** The contract of every store. */
export function storeContract(name: string, make: MakeStore): void {
  suite(name, () => {
    writingContract(make)
    orderContract(make)
    runContract(make)
    readingContract(make)
    erasureContract(make)
    endContract(make)
    foldContract(make)
    pendingContract(make)
    purgeContract(make)
    runPurgeContract(make)
  })
}

export function writingContract(make: MakeStore): void {
  test('it reports whether each event is new, and stores copies once', async t => {
    const {store, source, knows} = await make(t)
    const events = [startOf(1, nowMs), endOf(1, nowMs), featureOf(1, nowMs), featureOf(2, nowMs)]
    assert.deepEqual(await insert(store, events), ['accepted', 'accepted', 'accepted', 'accepted'])
    const outcomes = [...events.map(() => 'duplicate' as const), 'accepted' as const]
    assert.deepEqual(await insert(store, [...events, featureOf(3, nowMs)]), reported(knows, outcomes))
    const facts = await factsOf(source)
    assert.equal(facts.spans[0]!.runs, 1)
    assert.equal(facts.features[0]!.count, 3)
    assertDuplicates(knows, facts, 4)
  })

  test('it finds the copies inside one batch and between the batches of one transaction', async t => {
    const {store, source, knows} = await make(t)
    const batch = batchOf([featureOf(1, nowMs), featureOf(1, nowMs)])
    assert.deepEqual(await store.insert([batch, batch]), [
      reported(knows, ['accepted', 'duplicate']),
      reported(knows, ['duplicate', 'duplicate']),
    ])
    assert.equal((await factsOf(source)).features[0]!.count, 1)
  })

  test('it keeps the first content of an event, a start or an end', async t => {
    const {store, source, knows} = await make(t)
    await insert(store, [startOf(1, nowMs), endOf(1, nowMs, {exitCode: 3}), featureOf(1, nowMs, {count: 2})])
    const later = [
      startOf(1, nowMs - hourMs, {id: uuid('x', 1), script: pseudonym('other')}),
      endOf(1, nowMs, {id: uuid('x', 2), exitCode: 0}),
      featureOf(1, nowMs, {count: 50}),
    ]
    assert.deepEqual(
      await insert(store, later, {receivedAtMs: nowMs + 1}),
      reported(knows, ['duplicate', 'duplicate', 'duplicate']),
    )
    const facts = await factsOf(source)
    assert.deepEqual(facts.exits, [{exitCode: 3, signal: null, runs: 1}])
    assert.equal(facts.features[0]!.count, 2)
    assert.equal(facts.spans[0]!.runs, 1)
  })

  test('it counts unpaired ends and features once each, and their people', async t => {
    const {store, source, knows} = await make(t)
    const ends = [endOf(1, nowMs, {run: null}), endOf(2, nowMs, {run: null})]
    const bob = {header: sampleHeader({user: pseudonym('bob'), host: null})}
    for (const [outcome] of [reported(knows, ['accepted']), reported(knows, ['duplicate'])]) {
      assert.deepEqual(await insert(store, ends), [outcome, outcome])
      assert.deepEqual(await insert(store, [featureOf(1, nowMs)], bob), [outcome])
    }
    const facts = await factsOf(source)
    const {runs, users, hosts} = facts.spans[0]!
    assert.deepEqual([facts.quality.unpaired, runs, users, hosts], [3, 0, exactly(2), exactly(1)])
  })

  test('it accepts the same ids in two projects and keeps them separate', async t => {
    const {store, source} = await make(t)
    const events = [startOf(1, nowMs), featureOf(1, nowMs)]
    await insert(store, events)
    assert.deepEqual(await insert(store, events, {project: 'mantid'}), ['accepted', 'accepted'])
    await insert(store, [startOf(2, nowMs)], {project: 'mantid'})
    assert.equal((await factsOf(source)).spans[0]!.runs, 1)
    assert.equal((await factsOf(source, {project: 'mantid'})).spans[0]!.runs, 2)
  })

  test('it counts refused events, clamped times and dropped values by the day of the receipt', async t => {
    const {store, source, knows} = await make(t)
    const clamped = {...admitted(featureOf(1, nowMs)), isClamped: true, undeclaredFields: 2}
    await store.insert([batchOf([], {events: [clamped], refused: 3, hasWrongPeriod: true})])
    await store.insert([batchOf([], {events: [clamped], refused: 1, receivedAtMs: nowMs - 60 * dayMs})])
    const facts = await factsOf(source)
    assertDuplicates(knows, facts, 0)
    assert.partialDeepStrictEqual(facts.quality, {
      refused: 3,
      clamped: 1,
      wrongPeriods: 1,
      undeclaredFields: 2,
      pending: 0,
    })
  })

  test('it keeps when the last report of a project was received, to the minute, in any order, also if refused', async t => {
    const {store, source} = await make(t)
    assert.equal((await factsOf(source)).quality.lastReportMs, null)
    const lastMs = nowMs - (nowMs % hourMs) + 123_456
    await insert(store, [startOf(1, nowMs - dayMs)], {receivedAtMs: lastMs - dayMs})
    await insert(store, [startOf(2, nowMs - dayMs)], {receivedAtMs: lastMs})
    await insert(store, [startOf(3, nowMs - dayMs)], {receivedAtMs: lastMs - 2 * dayMs})
    await insert(store, [startOf(4, nowMs)], {receivedAtMs: lastMs + dayMs, isTrusted: true})
    const lastReportMs = lastMs - 3_456
    assert.equal((await factsOf(source)).quality.lastReportMs, lastReportMs)
    await insert(store, [], {receivedAtMs: lastMs + hourMs, refused: 1})
    assert.equal((await factsOf(source)).quality.lastReportMs, lastReportMs + hourMs)
  })

  test('it stores the newest file of each project', async t => {
    const {store, source} = await make(t)
    await store.saveProjects([sampleProject(), sampleProject({project: 'mantid'})])
    await store.saveProjects([sampleProject({lostAfterHours: 5})])
    const projects = await source.projects()
    assert.deepEqual(
      projects.map(({project}) => project),
      ['mantid', 'parsl'],
    )
    assert.equal(projects[1]!.lostAfterHours, 5)
  })
}

export function readingContract(make: MakeStore): void {
  test('it answers with zeros for an unknown project', async t => {
    const {source} = await make(t)
    const facts = await factsOf(source, {project: 'nobody'})
    assert.equal(facts.spans[0]!.runs, 0)
    assert.equal(facts.spans[0]!.duration.p50Seconds, null)
    assert.deepEqual([facts.exits, facts.features, facts.named.version, facts.steps], [[], [], [], []])
  })

  test('it stores any text and number unchanged', async t => {
    const {store, source} = await make(t)
    const version = `'; DROP TABLE runs; -- "\\ \u202e 𝔘`
    await insert(store, [startOf(1, nowMs, {fields: {mode: version, executors: -1.5e300}})], {
      header: sampleHeader({version}),
    })
    const facts = await factsOf(source)
    assert.equal(facts.named.version[0]!.name, version)
    assert.deepEqual(
      facts.valueFields.flatMap(({name, value, runs}) => (value === null ? [] : [[name, value, runs]])),
      [['mode', version, 1]],
    )
    assert.equal(facts.numberFields[0]!.max, -1.5e300)
  })

  test('it counts the reports of each program that sends them, and those of too many as others', async t => {
    const {store, source} = await make(t)
    const {client: most} = collectorLimits.maxNewValuesADay
    await insert(store, [startOf(1, nowMs)], {client: 'usage\n1.0.0'})
    await insert(store, [startOf(1, nowMs)], {client: 'usage\n1.0.0'})
    await insert(store, [startOf(2, nowMs)], {client: 'usage\n1.0.0', datagrams: 3, receivedAtMs: nowMs - dayMs})
    await insert(store, [startOf(3, nowMs)])
    for (let number = 0; number < most + 1; number++) await insert(store, [], {client: `copy ${number}\n2`})
    const {quality} = await factsOf(source)
    const reportsOf = (name: string | null) => quality.clients.find(one => one.name === name)
    assert.deepEqual(reportsOf('usage'), {name: 'usage', version: '1.0.0', reports: 5})
    assert.deepEqual(reportsOf('copy 1'), {name: 'copy 1', version: '2', reports: 1})
    assert.deepEqual(reportsOf(null), {name: null, version: null, reports: 2})
    assert.equal(quality.clients.length, most + 1)
    const {quality: ofDay} = await factsOf(source, {range: {fromMs: nowMs - 2 * dayMs, toMs: nowMs - dayMs + 1}})
    assert.deepEqual(ofDay.clients, [{name: 'usage', version: '1.0.0', reports: 3}])
  })

  test('it counts uses by the values of declared details, with the chosen features and headers', async t => {
    const {store, source} = await make(t)
    const use = (number: number, details: FieldValues, changes: Partial<FeatureEvent> = {}) =>
      featureOf(number, nowMs - number * dayMs, {run: null, details, ...changes})
    await insert(store, [
      use(1, {depth: 1, kind: 'even', deep: true}, {count: 5}),
      use(2, {depth: 4, kind: `"odd' \\ \u{1f600}`}, {internal: true}),
      use(3, {kind: 7, depth: 'x', undeclared: 1}),
    ])
    await insert(store, [use(4, {depth: 1.5, kind: 'even'}, {name: 'Rebin.v1'})], {header: sampleHeader({user: null})})
    await insert(store, [use(5, {kind: 'even'})], {header: sampleHeader({ci: 'gitlab', user: null})})
    const rowsOf = async (filters: Partial<StatsFilters>) => {
      const {details} = await factsOf(source, {filters: {...noFilters, ...filters}})
      const rows = details!.map(({name, detail, value, count, users, usesWithoutUser, numbers}) =>
        [name, detail, value, count, users.high, usesWithoutUser, ...Object.values(numbers ?? {})].join(' '),
      )
      return rows.sort()
    }
    const odd = `Load.v1 kind "odd' \\ \u{1f600} 1 1 0`
    assert.deepEqual(await rowsOf({}), [
      'Load.v1 deep true 5 1 0',
      'Load.v1 depth  6 1 0 2.5 2.5 4',
      odd,
      'Load.v1 kind even 6 1 0',
      'Rebin.v1 depth  1 0 1 1.5 1.5 1.5',
      'Rebin.v1 kind even 1 0 1',
    ])
    assert.deepEqual(await rowsOf({internal: true}), ['Load.v1 depth  1 1 0 4 4 4', odd])
    assert.deepEqual(await rowsOf({ci: 'only'}), ['Load.v1 kind even 1 0 0'])
    assert.deepEqual(await rowsOf({field: 'mode=local'}), [])
  })

  test('it answers from the state before or after a concurrent write', async t => {
    const {store, source, knows} = await make(t)
    const writing = store.insert([batchOf(Array.from({length: 500}, (_, run) => startOf(run, nowMs)))])
    const {runs} = (await factsOf(source)).spans[0]!
    await writing
    assert.ok(runs === 0 || runs === 500 || knows.halves, String(runs))
    assert.equal((await factsOf(source)).spans[0]!.runs, 500)
  })
}
