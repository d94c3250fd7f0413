import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Erasure} from '../../../src/collector/store/store.ts'
import {dayMs, endOf, featureOf, hourMs, nowMs, pseudonym, sampleHeader, startOf, uuid} from '../samples.ts'
import {factsOf, insert, type MakeStore} from './contract-parts.ts'

const ann = pseudonym('ann')
const ofAnn = {header: sampleHeader()}
const ofBob = {header: sampleHeader({user: pseudonym('bob'), version: '2.0'})}
const erasure = (number: number, changes: Partial<Erasure> = {}): Erasure => ({
  project: 'parsl',
  receipt: uuid('q', number),
  users: [ann],
  receivedAtMs: nowMs,
  ...changes,
})
const receipt = (number: number, runs: number, features: number, atMs = nowMs) => ({
  receipt: uuid('q', number),
  erasedAt: new Date(atMs).toISOString(),
  runs,
  features,
})
const paired = (run: number, number: number) => featureOf(number, nowMs, {run: uuid('r', run)})

/** The erasure of a person's data. */
export function erasureContract(make: MakeStore): void {
  test('it erases all data of a person, and no data of others', async t => {
    const {store, source} = await make(t)
    const others = [startOf(11, nowMs), endOf(11, nowMs), paired(11, 11), featureOf(12, nowMs), endOf(13, nowMs)]
    await insert(store, others, ofBob)
    const before = await factsOf(source)
    await insert(store, [startOf(1, nowMs), startOf(1, nowMs, {id: uuid('t', 1), repeat: 1}), paired(1, 1)], ofAnn)
    await insert(store, [endOf(2, nowMs, {run: null}), featureOf(2, nowMs, {name: 'Fit.v1'})], ofAnn)
    await insert(store, [startOf(3, nowMs)], {header: sampleHeader({version: '3.0', host: null})})
    assert.deepEqual(await store.erase(erasure(1)), receipt(1, 2, 2))
    const after = await factsOf(source)
    const {storeBytes, freeBytes, tables} = after.quality
    const quality = {...before.quality, erased: {runs: 2, features: 2}, storeBytes, freeBytes, tables}
    assert.deepEqual(after, {...before, quality})
  })

  test("it erases a person's feature in the run of another, and keeps that run and its other features", async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, nowMs), paired(1, 1)], ofBob)
    await insert(store, [endOf(2, nowMs), paired(2, 2)], ofBob)
    const before = await factsOf(source)
    await insert(store, [paired(1, 3), paired(2, 4)], ofAnn)
    assert.deepEqual(await store.erase(erasure(1)), receipt(1, 0, 2))
    const after = await factsOf(source)
    assert.deepEqual([after.spans[0]!.runs, after.spans[0]!.users.high, after.features], [2, 1, before.features])
  })

  test('it erases the run of a person with all features in it, also those of others', async t => {
    const {store, source} = await make(t)
    const nextYear = {header: sampleHeader({user: pseudonym('ann in the next year')})}
    await insert(store, [startOf(1, nowMs), paired(1, 1)], ofAnn)
    await insert(store, [paired(1, 2), endOf(1, nowMs)], nextYear)
    assert.deepEqual(await store.erase(erasure(1)), receipt(1, 1, 2))
    const {spans, features} = await factsOf(source)
    assert.deepEqual([spans[0]!.runs, spans[0]!.users.high, features], [0, 0, []])
  })

  for (const [who, order] of [
    ['first', [ofAnn, ofBob]],
    ['second', [ofBob, ofAnn]],
  ] as const)
    test(`it keeps the features of another in a run without start and end, in which the person came ${who}`, async t => {
      const {store, source} = await make(t)
      for (const [index, of] of order.entries()) await insert(store, [paired(1, index + 1)], of)
      await insert(store, [paired(2, 3)], ofAnn)
      const alone = await make(t)
      await insert(alone.store, [paired(1, order.indexOf(ofBob) + 1)], ofBob)
      const {quality, ...expected} = await factsOf(alone.source)
      assert.deepEqual(await store.erase(erasure(1)), receipt(1, 1, 2))
      const {quality: own, ...facts} = await factsOf(source)
      assert.deepEqual(facts, expected)
      assert.deepEqual([own.erased, quality.erased.runs], [{runs: 1, features: 2}, 0])
      assert.deepEqual(await store.erase(erasure(2, {users: [pseudonym('bob')]})), receipt(2, 1, 1))
    })

  test('it erases the runs of old clients, also test runs, and keeps their number', async t => {
    const {store, source} = await make(t)
    const mark = {isOutcomeUntold: true, isTest: false}
    await insert(store, [startOf(1, nowMs), startOf(2, nowMs), endOf(2, nowMs)], {...ofAnn, mark})
    await insert(store, [startOf(3, nowMs)], {...ofAnn, mark: {...mark, isTest: true}})
    await insert(store, [startOf(4, nowMs)], {...ofBob, mark})
    assert.deepEqual(await store.erase(erasure(1)), receipt(1, 3, 0))
    const {spans, quality} = await factsOf(source)
    assert.deepEqual([spans[0]!.runs, spans[0]!.users.high, spans[0]!.outcomes.unknown], [1, 1, 1])
    assert.deepEqual(quality.erased, {runs: 2, features: 0})
  })

  test('it erases people in one project, and keeps their data in the others', async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, nowMs)], ofAnn)
    await insert(store, [startOf(1, nowMs)], {...ofAnn, project: 'mantid'})
    assert.deepEqual(await store.erase(erasure(1, {project: 'mantid'})), receipt(1, 1, 0))
    assert.equal((await factsOf(source)).spans[0]!.users.high, 1)
    assert.equal((await factsOf(source, {project: 'mantid'})).spans[0]!.users.high, 0)
    assert.deepEqual(await store.erase(erasure(1)), receipt(1, 1, 0))
  })

  test('it erases later events on another try, and returns the first time and the counts of all tries', async t => {
    const {store, source} = await make(t)
    const later = {receivedAtMs: nowMs + hourMs}
    await insert(store, [startOf(1, nowMs), featureOf(1, nowMs)], ofAnn)
    assert.deepEqual(await store.erase(erasure(1)), receipt(1, 1, 1))
    assert.deepEqual(await store.erase(erasure(1, later)), receipt(1, 1, 1))
    assert.deepEqual(await insert(store, [startOf(1, nowMs), startOf(2, nowMs)], ofAnn), ['accepted', 'accepted'])
    assert.equal((await factsOf(source)).spans[0]!.users.high, 1)
    assert.deepEqual(await store.erase(erasure(1, later)), receipt(1, 3, 1))
    assert.equal((await factsOf(source)).spans[0]!.runs, 0)
    assert.deepEqual(await store.erase(erasure(2, later)), receipt(2, 0, 0, later.receivedAtMs))
  })

  test('it erases several people in one request, and ignores unknown ones', async t => {
    const {store, source} = await make(t)
    await insert(store, [startOf(1, nowMs)], ofAnn)
    await insert(store, [startOf(2, nowMs)], ofBob)
    await insert(store, [startOf(3, nowMs)], {header: sampleHeader({user: null, ci: 'gitlab'})})
    assert.deepEqual(await store.erase(erasure(1, {users: [pseudonym('eve')]})), receipt(1, 0, 0))
    assert.deepEqual(await store.erase(erasure(2, {users: [ann, ann, pseudonym('bob')]})), receipt(2, 2, 0))
    assert.equal((await factsOf(source)).spans[0]!.runs, 1)
  })

  test('it keeps the number of erased rows, by their month', async t => {
    const {store, source} = await make(t)
    await insert(
      store,
      [startOf(1, nowMs), endOf(1, nowMs), startOf(2, nowMs - 31 * dayMs), featureOf(1, nowMs)],
      ofAnn,
    )
    await store.erase(erasure(1))
    const erasedIn = async (fromMs: number, toMs: number) =>
      (await factsOf(source, {range: {fromMs, toMs}})).quality.erased
    assert.deepEqual(await erasedIn(nowMs - dayMs, nowMs), {runs: 1, features: 1})
    assert.deepEqual(await erasedIn(nowMs - 40 * dayMs, nowMs - 30 * dayMs), {runs: 1, features: 0})
    assert.deepEqual(await erasedIn(nowMs - 40 * dayMs, nowMs), {runs: 2, features: 1})
  })
}
