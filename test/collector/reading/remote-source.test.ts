import assert from 'node:assert/strict'
import {describe, it, type TestContext} from 'node:test'
import {createRemoteSource} from '../../../src/collector/reading/remote-source.ts'
import {openHeld, openSource} from '../../../src/collector/store/open.ts'
import {storeInFolder} from '../../../src/collector/store/place.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {UsageError} from '../../../src/errors.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {batchOf, featureOf, nowMs, pseudonym, sampleProject} from '../samples.ts'
import {question} from '../store/contract-parts.ts'

/** A real store that is opened when it is asked, and that somebody may cut off. */
function make(t: TestContext) {
  const place = storeInFolder(temporaryDirectory(t))
  const store = openSqliteStore(place.dataDirectory)
  t.after(() => store.close())
  const self = {isAway: false, elapsedMs: 0, opened: 0}
  const unlessAway = async <T>(open: () => Promise<T>): Promise<T> => {
    if (self.isAway) throw new UsageError('USAGE_STORE_UNREACHABLE', 'no server answers')
    self.opened++
    return open()
  }
  const source = createRemoteSource({
    openSource: () => unlessAway(() => openSource(place)),
    openHeld: () => unlessAway(() => openHeld(place)),
    elapsedMs: () => self.elapsedMs,
  })
  t.after(() => source.close())
  const add = (number: number) => store.insert([batchOf([featureOf(number, nowMs)])])
  const count = async () => (await source.facts(question)).features[0]?.count ?? 0
  return {self, source, store, add, count}
}

describe('createRemoteSource', () => {
  it('opens the store with the first question, and again after that failed', async t => {
    const {self, source, store} = make(t)
    await store.saveProjects([sampleProject()])
    self.isAway = true
    await assert.rejects(source.projects(), {code: 'USAGE_STORE_UNREACHABLE'})
    self.isAway = false
    for (let time = 0; time < 2; time++) assert.equal((await source.projects()).length, 1)
    assert.equal(self.opened, 1)
    const page = await source.held({project: 'parsl', user: pseudonym('ann'), cursor: null})
    assert.deepEqual(page.groups, [])
  })

  it('keeps an answer for five minutes, whatever the time since when runs are lost', async t => {
    const {self, source, add, count} = make(t)
    await add(1)
    assert.equal(await count(), 1)
    await add(2)
    self.elapsedMs = 299_999
    assert.equal(await count(), 1)
    const later = await source.facts({...question, lostBeforeMs: question.lostBeforeMs + 1})
    assert.equal(later.features[0]!.count, 1)
    const untilNow = {...question, spans: [{fromMs: question.range.fromMs, toMs: nowMs + 1}]}
    const [first, second] = await Promise.all([
      source.facts(untilNow),
      source.facts({...untilNow, spans: [{...untilNow.spans[0]!, toMs: nowMs + 2_000}]}),
    ])
    assert.equal(first, second)
    self.elapsedMs = 300_000
    assert.equal(await count(), 2)
  })

  it('asks again after an error', async t => {
    const {self, add, count} = make(t)
    await add(1)
    self.isAway = true
    await assert.rejects(count(), {code: 'USAGE_STORE_UNREACHABLE'})
    self.isAway = false
    assert.equal(await count(), 1)
  })

  it('forgets its answers when somebody is erased', async t => {
    const {source, add, count} = make(t)
    await add(1)
    assert.equal(await count(), 1)
    const resume = await source.pause()
    await add(2)
    resume()
    assert.equal(await count(), 2)
  })
})
