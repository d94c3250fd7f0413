import {extname} from 'node:path'
import {Worker} from 'node:worker_threads'
import type {MonthOfRuns} from '../../totals/plan-run-totals.ts'
import type {CountedRuns} from './total-runs.ts'

/** What the thread is started with. */
export interface TotallingTask {
  /** The path of the database. */
  readonly path: string
  readonly project: number
  readonly asked: MonthOfRuns
}

// The extension of this file: .ts in the sources, .js in the build.
const workerFile = new URL(`./total-runs-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Totals runs like `totalRuns`, in a thread of their own on a connection of their own: many runs take seconds, in which
 * no report would be answered. Rejects if the thread dies.
 */
export async function totalRunsInThread(task: TotallingTask): Promise<CountedRuns> {
  // Options of the process may be for its main module only, such as --input-type.
  const worker = new Worker(workerFile, {workerData: task, execArgv: []})
  const {promise, resolve, reject} = Promise.withResolvers<CountedRuns>()
  worker.on('message', resolve)
  worker.on('error', reject)
  worker.on('exit', code => reject(new Error(`the thread that totals runs ended with code ${code}`)))
  try {
    return await promise
  } finally {
    await worker.terminate()
  }
}
