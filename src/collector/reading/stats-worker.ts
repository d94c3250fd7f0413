/**
 * The thread in which a collector reads its own store, so that a slow question does not delay incoming reports.
 * `worker-source.ts` starts it. It answers each message with one message.
 */
import {parentPort, workerData} from 'node:worker_threads'
import {toUsageError} from '../../errors.ts'
import type {MeasuringSource} from '../store/sqlite.ts'
import {openStatsSource} from './read-store.ts'
import type {WorkerAnswer, WorkerQuestion} from './worker-source.ts'

let source: MeasuringSource | null = null

function answerFrom(from: MeasuringSource, question: WorkerQuestion['question']): Promise<unknown> {
  if (question === 'projects') return from.projects()
  return question === 'tables' ? from.tables() : from.facts(question)
}

parentPort?.on('message', async ({id, question}: WorkerQuestion) => {
  let answer: WorkerAnswer
  try {
    source ??= openStatsSource(workerData.dataDirectory)
    answer = {id, value: await answerFrom(source, question)}
  } catch (thrown) {
    const {code, message, next} = toUsageError(thrown)
    answer = {id, error: {code, message, next}}
  }
  parentPort?.postMessage(answer)
})
