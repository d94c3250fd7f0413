import assert from 'node:assert/strict'
import {test} from 'node:test'
import type {Store} from '../../../src/collector/store/store.ts'
import {admitted, dayMs, endOf, featureOf, nowMs, sampleProject, startOf, uuid} from '../samples.ts'
import {factsOf, insert, type MakeStore} from './contract-parts.ts'

const end = (store: Store, project: string, number = 1) =>
  store.endProject({project, receipt: uuid('q', number), atMs: nowMs}, async () => () => {})
const receipt = (project: string, runs: number, features: number) => ({
  ...{project, receipt: uuid('q', 1)},
  ...{erasedAt: new Date(nowMs).toISOString(), runs, features},
})

/** The end of a project. */
export function endContract(make: MakeStore): void {
  test('it deletes everything of a project, and nothing of another', async t => {
    const {store, source} = await make(t)
    const other = {project: 'other'}
    const events = [startOf(1, nowMs), endOf(1, nowMs), featureOf(1, nowMs), endOf(2, nowMs, {run: null})]
    const pending = [admitted(featureOf(7, nowMs, {name: 'New.v1'}))]
    for (const changes of [{}, other]) {
      await insert(store, [...events, featureOf(2, nowMs - 400 * dayMs)], {...changes, pending, refused: 2})
      await store.purgeFeatures(sampleProject(changes), '2025-10', false)
    }
    await store.saveProjects([sampleProject(), sampleProject(other)])
    const before = await factsOf(source, other)
    assert.deepEqual(await end(store, 'parsl'), receipt('parsl', 1, 1))
    const after = await factsOf(source, other)
    const {storeBytes, freeBytes, tables} = before.quality
    assert.deepEqual({...after, quality: {...after.quality, storeBytes, freeBytes, tables}}, before)
    assert.deepEqual(
      (await source.projects()).map(({project}) => project),
      ['other'],
    )
    const gone = await factsOf(source)
    const {refused, pending: waiting, featuresSinceMs} = gone.quality
    assert.deepEqual([gone.spans[0]!.runs, gone.features, gone.sinceMs], [0, [], null])
    assert.deepEqual([refused, waiting, featuresSinceMs], [0, 0, null])
    await assert.rejects(end(store, 'parsl', 2), {code: 'USAGE_PROJECT_UNKNOWN'})
  })

  test('it gives back the disk, and begins again with the same id', async t => {
    const {store, source} = await make(t)
    const many = Array.from({length: 12_000}, (_, number) => featureOf(number, nowMs, {details: {depth: number}}))
    await insert(store, many)
    const {storeBytes} = (await factsOf(source)).quality
    assert.equal((await end(store, 'parsl')).features, 12_000)
    const {quality} = await factsOf(source)
    assert.ok(quality.storeBytes < storeBytes / 4, `${quality.storeBytes} of ${storeBytes}`)
    assert.deepEqual(await insert(store, [featureOf(1, nowMs), startOf(1, nowMs)]), ['accepted', 'accepted'])
    const facts = await factsOf(source)
    assert.deepEqual([facts.features[0]?.count, facts.spans[0]!.runs], [1, 1])
  })
}
