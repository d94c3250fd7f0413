/**
 * Room `reading`: answers the questions that a running collector gets.
 *
 * A question to a SQLite store may take seconds, and the thread that accepts reports must not wait for it. The worker
 * starts with the first question and opens the store read-only on its own connection. If it dies, its open questions reject and the
 * next question starts another.
 * Read next: `stats-worker.ts`, which the thread runs, and `own-store.ts` for what a collector opens.
 */
import {extname} from 'node:path'
import {Worker} from 'node:worker_threads'
import {type ErrorCode, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {AccessPage} from '../../protocol/report/access.ts'
import type {StatsFacts, StatsQuestion, StatsSource, TableSize} from '../../stats/model/source.ts'
import {collectorLimits} from '../limits.ts'
import type {MeasuringSource} from '../store/sqlite/source.ts'
import type {HeldQuestion, HeldSource, Prepared} from '../store/store.ts'

/** A message to the worker. */
export interface WorkerQuestion {
  readonly id: number
  readonly question: StatsQuestion | 'projects' | 'tables' | 'prepare' | 'check' | {readonly held: HeldQuestion}
}

export interface WorkerAnswer {
  readonly id: number
  readonly value?: unknown
  readonly error?: {readonly code: ErrorCode; readonly message: string; readonly next: string}
}

interface Pending {
  readonly resolve: (value: unknown) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

// The extension of this file: .ts in the sources, .js in the build.
const workerFile = new URL(`./stats-worker${extname(import.meta.url)}`, import.meta.url)

const {maxOpenQuestions, maxQuestionSeconds} = collectorLimits

const busy = (why: string): UsageError => new UsageError('USAGE_COLLECTOR_BUSY', why)

interface WorkerRules {
  /** The module that the thread runs. */
  readonly file?: URL
  /** Called when the thread ended by itself or took too long. */
  readonly onDeath?: (error: unknown) => void
  /** The most questions that are answered or wait. One more is rejected with USAGE_COLLECTOR_BUSY. */
  readonly most?: number
  /** Seconds for an answer. Then the thread is ended, and its questions are rejected with USAGE_COLLECTOR_BUSY. */
  readonly seconds?: number
}

/** A reading thread and its open questions, by id. */
interface Reader {
  readonly worker: Worker
  /** Ends the thread and rejects its open questions. */
  readonly end: (error: unknown) => void
  readonly pending: Map<number, Pending>
}

/** Reads a collector's own store. Reading can be paused. */
export interface PausableSource extends StatsSource, HeldSource {
  /**
   * Pauses reading. Resolves when no question is being answered, to the function that resumes reading. Call that
   * function once. Questions in between wait. Do not pause twice at the same time.
   */
  pause(): Promise<() => void>
}

/** Reads a SQLite store in a thread. */
export interface WorkerSource extends PausableSource, MeasuringSource {
  /** Reads every page of the store once. Rejects with a `UsageError` USAGE_STORE_DAMAGED. */
  check(): Promise<void>
}

/**
 * Reads the store of a data folder in a separate thread, which the first question starts. If the thread dies, its open
 * questions reject and the next question starts another.
 */
export function createWorkerSource(
  dataDirectory: string,
  {file = workerFile, onDeath = () => {}, most = maxOpenQuestions, seconds = maxQuestionSeconds}: WorkerRules = {},
): WorkerSource {
  let reader: Reader | null = null
  let isClosed = false
  let lastId = 0
  let open = 0
  let pause: Promise<void> | null = null
  const reading = new Set<Promise<unknown>>()

  async function ask(question: WorkerQuestion['question']): Promise<unknown> {
    if (open >= most) throw busy(`${open} questions wait for their answers`)
    open++
    try {
      while (pause !== null) await pause
      const answer = post(question)
      reading.add(answer)
      try {
        return await answer
      } finally {
        reading.delete(answer)
      }
    } finally {
      open--
    }
  }

  function post(question: WorkerQuestion['question']): Promise<unknown> {
    if (isClosed) return Promise.reject(new Error('the reading thread is closed'))
    reader ??= startReader(file, dataDirectory, (ended, error) => {
      if (reader !== ended) return
      reader = null
      if (!isClosed) onDeath(error)
    })
    const {worker, pending, end} = reader
    const id = ++lastId
    const {promise, resolve, reject} = Promise.withResolvers<unknown>()
    // The oldest question is the one that the thread answers, and only ending the thread ends its work.
    const tooLate = (): void => end(busy(`a question took longer than ${seconds} seconds`))
    const timer = setTimeout(tooLate, seconds * 1000).unref()
    pending.set(id, {resolve, reject, timer})
    worker.postMessage({id, question} satisfies WorkerQuestion)
    return promise
  }

  return {
    projects: async () => (await ask('projects')) as readonly ProjectFile[],
    tables: async () => (await ask('tables')) as readonly TableSize[],
    prepare: async () => (await ask('prepare')) as Prepared | null,
    check: async () => void (await ask('check')),
    facts: async question => (await ask(question)) as StatsFacts,
    held: async question => (await ask({held: question})) as AccessPage,
    async pause() {
      let resume = (): void => {}
      pause = new Promise(resolve => {
        resume = resolve
      })
      await Promise.allSettled(reading)
      return () => {
        pause = null
        resume()
      }
    },
    async close() {
      isClosed = true
      await reader?.worker.terminate()
    },
  }
}

/** Checks the store of a data folder in a thread of its own, so that no question waits for it: see `check`. */
export async function checkStoreInThread(dataDirectory: string): Promise<void> {
  const checker = createWorkerSource(dataDirectory)
  try {
    await checker.check()
  } finally {
    await checker.close()
  }
}

function startReader(file: URL, dataDirectory: string, onEnd: (reader: Reader, error: unknown) => void): Reader {
  const worker = new Worker(file, {workerData: {dataDirectory}})
  const pending: Reader['pending'] = new Map()
  const end = (error: unknown): void => {
    onEnd(reader, error)
    for (const {reject, timer} of pending.values()) {
      clearTimeout(timer)
      reject(error)
    }
    pending.clear()
    void worker.terminate()
  }
  const reader: Reader = {worker, pending, end}
  worker.unref()
  worker.on('message', ({id, value, error}: WorkerAnswer) => {
    const asked = pending.get(id)
    pending.delete(id)
    clearTimeout(asked?.timer)
    if (error === undefined) asked?.resolve(value)
    else asked?.reject(new UsageError(error.code, error.message, {next: error.next}))
  })
  worker.on('error', end)
  worker.on('exit', () => end(new Error('the reading thread ended')))
  return reader
}
