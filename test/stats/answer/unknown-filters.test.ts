import assert from 'node:assert/strict'
import {join} from 'node:path'
import {suite, type TestContext, test} from 'node:test'
import {openSqliteSource} from '../../../src/collector/store/sqlite/source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {shownSystem} from '../../../src/protocol/values/system-names.ts'
import {answerStats} from '../../../src/stats/answer/answer.ts'
import {parseStatsQuery, type WrittenStatsQuery} from '../../../src/stats/model/query.ts'
import {plainPaint} from '../../../src/stats/write/text/paint.ts'
import {writeStats} from '../../../src/stats/write/text.ts'
import {batchOf, featureOf, nowMs, sampleHeader, sampleProject, startOf} from '../../collector/samples.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'

async function ask(t: TestContext, written: Omit<WrittenStatsQuery, 'project'>) {
  const directory = join(temporaryDirectory(t), 'data')
  const store = openSqliteStore(directory)
  const os = (name: string) => ({os: {name, version: null, arch: null, readable: null}})
  await store.insert([
    batchOf([startOf(1, nowMs), featureOf(1, nowMs)], {header: sampleHeader({version: '2.0', ...os('Darwin')})}),
    batchOf([startOf(2, nowMs), startOf(3, nowMs)], {header: sampleHeader({version: '2.1', ...os('Windows_NT')})}),
  ])
  await store.close()
  const source = openSqliteSource(directory)
  t.after(() => source.close())
  return answerStats(source, sampleProject(), parseStatsQuery({project: 'parsl', ...written}, nowMs), nowMs)
}

suite('a filter', () => {
  test('whose value nobody reported names those that were reported, the most frequent first', async t => {
    const stats = await ask(t, {'app-version': '9.9', system: 'Linux'})
    assert.deepEqual(stats.unknownFilters, [
      {name: 'appVersion', value: '9.9', known: ['2.1', '2.0']},
      {name: 'system', value: 'Linux', known: ['Windows_NT', 'Darwin']},
    ])
    assert.match(
      writeStats(stats, {paint: plainPaint, width: 80}),
      /Nobody reported the version 9\.9\. Reported: 2\.1, 2\.0/,
    )
  })

  test('on a type of features nobody used names the types', async t => {
    const {unknownFilters} = await ask(t, {'feature-type': 'Model'})
    assert.deepEqual(unknownFilters, [{name: 'featureType', value: 'Model', known: ['Algorithm']}])
  })

  test('that finds something, and filters that only exclude each other, name nothing', async t => {
    assert.deepEqual((await ask(t, {'app-version': '2.0'})).unknownFilters, [])
    assert.deepEqual((await ask(t, {'app-version': '2.0', system: 'Windows_NT'})).unknownFilters, [])
    assert.deepEqual((await ask(t, {from: '2020-01-01', to: '2020-12-31'})).unknownFilters, [])
  })

  test('on a system takes the name that people know', async t => {
    for (const name of ['macOS', 'macos', 'Darwin'])
      assert.deepEqual((await ask(t, {system: name})).runs?.total, 1, name)
    assert.equal((await ask(t, {system: 'windows'})).runs?.total, 2)
    const all = await ask(t, {})
    const text = writeStats(all, {paint: plainPaint, width: 80})
    assert.match(text, /Windows .*2/)
    assert.match(text, /macOS .*1/)
    assert.deepEqual(
      all.systems?.map(({name}) => name),
      ['Windows_NT', 'Darwin'],
    )
    assert.equal(shownSystem('constructor'), 'constructor')
  })
})
