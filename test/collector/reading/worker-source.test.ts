import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createWorkerSource} from '../../../src/collector/reading/worker-source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {batchOf, nowMs, sampleProject, startOf} from '../samples.ts'
import {question} from '../store/contract-parts.ts'

test('it answers as the store does, many questions at once, and sees what was written since', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = createWorkerSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  await store.saveProjects([sampleProject()])
  await store.insert([batchOf([startOf(1, nowMs)])])
  const answers = await Promise.all([source.projects(), source.facts(question), source.facts(question)])
  assert.deepEqual(answers[0], [sampleProject()])
  assert.deepEqual([answers[1].spans[0]!.runs, answers[2].spans[0]!.runs], [1, 1])
  await store.insert([batchOf([startOf(2, nowMs)])])
  assert.equal((await source.facts(question)).spans[0]!.runs, 2)
})

test('it holds the reading: resolves when nothing is read, and lets what is asked meanwhile wait', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = createWorkerSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  const said: string[] = []
  const ask = (name: string) => source.facts(question).then(() => said.push(name))
  const first = [ask('first'), ask('second')]
  const resume = await source.pause()
  said.push('paused')
  const held = ask('held')
  // Another thread starts and answers in this time: long enough for one that was not held.
  const other = createWorkerSource(directory)
  await other.facts(question)
  await other.close()
  said.push('resumed')
  resume()
  await Promise.all([...first, held])
  assert.deepEqual(said, ['first', 'second', 'paused', 'resumed', 'held'])
})

test('it rejects what cannot be answered, and answers when it can', async t => {
  const directory = temporaryDirectory(t)
  const source = createWorkerSource(directory)
  t.after(() => source.close())
  await assert.rejects(source.facts(question), {code: 'USAGE_STORE_UNREADABLE'})
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  assert.equal((await source.facts(question)).spans[0]!.runs, 0)
})

test('it rejects what it was asked when the thread dies, and starts another for the next question', async t => {
  const dying = "import {parentPort} from 'node:worker_threads'; parentPort.once('message', () => process.exit(1))"
  const source = createWorkerSource(temporaryDirectory(t), new URL(`data:text/javascript,${encodeURIComponent(dying)}`))
  t.after(() => source.close())
  for (let time = 0; time < 3; time++) await assert.rejects(source.facts(question), /the reading thread ended/)
})

test('it rejects what is asked, or waits, when it closes', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const source = createWorkerSource(directory)
  const waiting = assert.rejects(source.facts(question))
  await source.close()
  await waiting
  await assert.rejects(source.projects())
})
