/** The thread that totals many runs. `total-runs-thread.ts` starts it. It posts the totals, or dies of its error. */
import {parentPort, workerData} from 'node:worker_threads'
import {openForReading} from '../tables/database.ts'
import {totalRuns} from './total-runs.ts'
import type {TotallingTask} from './total-runs-thread.ts'

const {path, project, asked} = workerData as TotallingTask
const database = openForReading(path)
try {
  database.exec('BEGIN')
  parentPort?.postMessage(totalRuns(database, project, asked))
} finally {
  database.close()
}
