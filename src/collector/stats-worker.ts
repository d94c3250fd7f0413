/**
 * The thread in which a collector reads its own store, so that a slow question does not stall what comes in. Started
 * by `worker-source.ts`; answers each message with one.
 */
import {parentPort, workerData} from 'node:worker_threads'
import {toUsageError} from '../errors.ts'
import type {StatsSource} from '../stats/source.ts'
import {openStatsSource} from './read-store.ts'
import type {WorkerAnswer, WorkerQuestion} from './worker-source.ts'

let source: StatsSource | null = null

parentPort?.on('message', async ({id, question}: WorkerQuestion) => {
  let answer: WorkerAnswer
  try {
    source ??= openStatsSource(workerData.dataDirectory)
    answer = {id, value: question === null ? await source.projects() : await source.facts(question)}
  } catch (thrown) {
    const {code, message, next} = toUsageError(thrown)
    answer = {id, error: {code, message, next}}
  }
  parentPort?.postMessage(answer)
})
