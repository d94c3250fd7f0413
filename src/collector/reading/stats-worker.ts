/**
 * The thread in which a collector reads its SQLite store, so that a slow question does not delay incoming reports.
 * `worker-source.ts` starts it. It answers each message with one message.
 */
import {parentPort, workerData} from 'node:worker_threads'
import {toUsageError} from '../../errors.ts'
import {checkStoreQuickly} from '../store/sqlite/copy/quick-check.ts'
import {openSqliteHeld} from '../store/sqlite/held.ts'
import {type MeasuringSource, openSqliteSource} from '../store/sqlite/source.ts'
import type {HeldSource} from '../store/store.ts'
import type {WorkerAnswer, WorkerQuestion} from './worker-source.ts'

const {dataDirectory} = workerData as {readonly dataDirectory: string}
let stats: MeasuringSource | null = null
let people: HeldSource | null = null

async function answer(question: WorkerQuestion['question']): Promise<unknown> {
  if (typeof question === 'object' && 'held' in question) {
    people ??= openSqliteHeld(dataDirectory)
    return people.held(question.held)
  }
  if (question === 'check') return checkStoreQuickly(dataDirectory)
  stats ??= openSqliteSource(dataDirectory)
  if (question === 'projects') return stats.projects()
  if (question === 'prepare') return stats.prepare()
  return question === 'tables' ? stats.tables() : stats.facts(question)
}

parentPort?.on('message', async ({id, question}: WorkerQuestion) => {
  let message: WorkerAnswer
  try {
    message = {id, value: await answer(question)}
  } catch (thrown) {
    const {code, message: what, next} = toUsageError(thrown)
    message = {id, error: {code, message: what, next}}
  }
  parentPort?.postMessage(message)
})
