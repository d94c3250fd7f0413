import assert from 'node:assert/strict'
import {test} from 'node:test'
import {createWorkerSource} from '../../../src/collector/reading/worker-source.ts'
import {openSqliteStore} from '../../../src/collector/store/sqlite/sqlite.ts'
import {temporaryDirectory} from '../../support/temporary-directory.ts'
import {batchOf, nowMs, sampleProject, startOf} from '../samples.ts'
import {question} from '../store/contract-parts.ts'

test('it answers many questions at once, with the facts of the store and of later writes', async t => {
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

test('it pauses after the open questions are answered, and lets later questions wait', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  const source = createWorkerSource(directory)
  t.after(() => source.close())
  t.after(() => store.close())
  const order: string[] = []
  const ask = (name: string) => source.facts(question).then(() => order.push(name))
  const first = [ask('first'), ask('second')]
  const resume = await source.pause()
  order.push('paused')
  const held = ask('held')
  // In this time another thread starts and answers, so a question that did not wait would be answered.
  const other = createWorkerSource(directory)
  await other.facts(question)
  await other.close()
  order.push('resumed')
  resume()
  await Promise.all([...first, held])
  assert.deepEqual(order, ['first', 'second', 'paused', 'resumed', 'held'])
})

test('it rejects a question while there is no store, and answers when there is one', async t => {
  const directory = temporaryDirectory(t)
  const source = createWorkerSource(directory)
  t.after(() => source.close())
  await assert.rejects(source.facts(question), {code: 'USAGE_STORE_UNREADABLE'})
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  assert.equal((await source.facts(question)).spans[0]!.runs, 0)
})

test('it rejects open questions when the thread dies, and starts another for the next question', async t => {
  const dying = "import {parentPort} from 'node:worker_threads'; parentPort.once('message', () => process.exit(1))"
  const deaths: unknown[] = []
  const source = createWorkerSource(temporaryDirectory(t), {
    file: new URL(`data:text/javascript,${encodeURIComponent(dying)}`),
    onDeath: error => deaths.push(error),
  })
  for (let time = 0; time < 3; time++) await assert.rejects(source.facts(question), /the reading thread ended/)
  await source.close()
  assert.equal(deaths.length, 3)
})

test('it rejects open and new questions when it closes', async t => {
  const directory = temporaryDirectory(t)
  const store = openSqliteStore(directory)
  t.after(() => store.close())
  const source = createWorkerSource(directory)
  const waiting = assert.rejects(source.facts(question))
  await source.close()
  await waiting
  await assert.rejects(source.projects())
})

/** A thread that never answers. */
const silent = new URL(
  `data:text/javascript,${encodeURIComponent("import {parentPort} from 'node:worker_threads'; parentPort.on('message', () => {})")}`,
)

test('it has as many open questions as its limit, rejects one more, and accepts one when another is answered', async t => {
  const source = createWorkerSource(temporaryDirectory(t), {file: silent, most: 2})
  const open = [source.facts(question), source.facts(question)]
  await assert.rejects(source.facts(question), {code: 'USAGE_COLLECTOR_BUSY'})
  await source.close()
  await Promise.allSettled(open)
  await assert.rejects(source.facts(question), /closed/)
})

test('it ends a thread that takes too long, rejects its questions, and asks another thread', async t => {
  const deaths: unknown[] = []
  const rules = {file: silent, seconds: 0.05, onDeath: (error: unknown) => deaths.push(error)}
  const source = createWorkerSource(temporaryDirectory(t), rules)
  t.after(() => source.close())
  for (let time = 1; time <= 2; time++) {
    const asked = [source.facts(question), source.facts(question)]
    for (const one of asked) await assert.rejects(one, {code: 'USAGE_COLLECTOR_BUSY'})
    assert.equal(deaths.length, time)
  }
})
