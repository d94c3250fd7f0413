import assert from 'node:assert/strict'
import {test} from 'node:test'
import {admit} from '../../../src/collector/intake/admit.ts'
import type {Store} from '../../../src/collector/store/store.ts'
import type {Event} from '../../../src/protocol/report/event.ts'
import {parseReport} from '../../../src/protocol/report/report.ts'
import {
  dayMs,
  endOf,
  featureOf,
  nowMs,
  pseudonym,
  reportOf,
  sampleHeader,
  sampleProject,
  startOf,
  uuid,
} from '../samples.ts'
import {exactly, factsOf, type MakeStore, reported} from './contract-parts.ts'

const older = sampleProject({fields: {}, features: {types: ['Algorithm'], names: ['Load.v1']}})
const newer = sampleProject()

/** Sends events to a collector that has the older project file. */
async function send(store: Store, events: readonly Event[], changes: Record<string, unknown> = {}) {
  const parsed = parseReport(reportOf(events, changes))
  if (!parsed.ok) throw new Error('invalid')
  const {batch} = admit(parsed.value, older, {receivedAtMs: nowMs, sentAtMs: nowMs})
  return (await store.insert([batch]))[0]
}

/** Events and values that wait until their project file declares them. */
export function pendingContract(make: MakeStore): void {
  test('it keeps an undeclared feature apart, and counts it once when it is declared', async t => {
    const {store, source, knows} = await make(t)
    const events = [
      featureOf(1, nowMs),
      featureOf(2, nowMs, {name: 'Fit.v1', count: 5, details: {depth: 3, path: 'x'}}),
    ]
    assert.deepEqual(await send(store, events), ['accepted', 'accepted'])
    assert.deepEqual(await send(store, events), reported(knows, ['duplicate', 'duplicate']))
    const before = await factsOf(source)
    assert.deepEqual([before.features.map(({name}) => name), before.quality.pending], [['Load.v1'], 1])
    assert.equal(before.quality.refused, 0)
    assert.equal(await store.releasePending(older), 0)
    assert.deepEqual([await store.releasePending(newer), await store.releasePending(newer)], [1, 0])
    assert.deepEqual(await send(store, events), reported(knows, ['duplicate', 'duplicate']))
    const after = await factsOf(source)
    const counts = new Map(after.features.map(({name, count}) => [name, count]))
    assert.deepEqual([counts.get('Fit.v1'), counts.get('Load.v1'), after.quality.pending], [5, 1, 0])
    assert.equal(after.quality.undeclaredFields, 1)
  })

  test('it adds undeclared values to their events when they are declared', async t => {
    const {store, source} = await make(t)
    const fields = {executors: 4, other: 'x'}
    const lone = endOf(3, nowMs, {run: null, fields: {mode: 'local'}})
    const events = [startOf(1, nowMs, {fields: {mode: 'remote'}}), endOf(1, nowMs, {fields}), lone]
    const feature = featureOf(1, nowMs, {details: {depth: 3}})
    const repeat = startOf(2, nowMs, {id: uuid('t', 2), repeat: 1, fields: {mode: 'local'}})
    await send(store, [...events, feature, repeat])
    const before = await factsOf(source)
    assert.deepEqual([before.quality.undeclaredFields, before.quality.pending, before.numberFields], [6, 0, []])
    assert.equal(await store.releasePending(newer), 5)
    const after = await factsOf(source)
    assert.equal(after.quality.undeclaredFields, 1)
    assert.deepEqual(
      [after.numberFields.map(({name, n}) => [name, n]), after.valueFields.flatMap(({value}) => value ?? []).sort()],
      [[['executors', 1]], ['local', 'remote']],
    )
    assert.equal(await store.releasePending(newer), 0)
  })

  test('it refuses what nobody declared in time', async t => {
    const {store, source} = await make(t)
    await send(store, [featureOf(2, nowMs, {name: 'Fit.v1'}), startOf(1, nowMs, {fields: {mode: 'local'}})])
    assert.equal(await store.expirePending('parsl', nowMs, nowMs), 0)
    assert.equal(await store.expirePending('other', nowMs + 1, nowMs), 0)
    assert.equal(await store.expirePending(null, nowMs + 1, nowMs), 1)
    assert.equal(await store.releasePending(newer), 0)
    const {quality} = await factsOf(source)
    assert.deepEqual([quality.pending, quality.refused, quality.undeclaredFields], [0, 1, 1])
  })

  test('it erases the pending events of a person and in the runs of a person', async t => {
    const {store} = await make(t)
    const pending = (number: number, run: string | null = null) => featureOf(number, nowMs, {name: 'Fit.v1', run})
    await send(store, [startOf(1, nowMs, {fields: {mode: 'local'}}), pending(1)])
    const bob = {header: sampleHeader({user: pseudonym('bob')})}
    await send(store, [pending(2, uuid('r', 1)), pending(3)], bob)
    const erasure = {project: 'parsl', receipt: uuid('q', 1), users: [pseudonym('ann')], receivedAtMs: nowMs}
    const {runs, features} = await store.erase(erasure)
    assert.deepEqual([runs, features], [1, 2])
    assert.equal(await store.releasePending(newer), 1)
  })

  test('it keeps the header of a pending event when single events are purged', async t => {
    const {store, source} = await make(t)
    await send(store, [featureOf(1, nowMs - 29 * dayMs, {name: 'Fit.v1'})])
    await store.purgeFeatures(older, '2026-09', false)
    await store.expirePending('parsl', nowMs - dayMs, nowMs)
    assert.equal(await store.releasePending(newer), 1)
    assert.deepEqual((await factsOf(source)).features[0]?.users, exactly(1))
  })
}
