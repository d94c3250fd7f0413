/**
 * Room `writing`: the thread that writes the store of a collector.
 *
 * While it inserts events and waits for the disk, the main thread reads and checks the next reports. Whoever has the
 * `Store` notices nothing of it: each method is one message to the thread and one back. Several calls begin in the order
 * in which they were made.
 * Read next: `calls.ts`, `store-worker.ts`, which the thread runs.
 */
import {extname} from 'node:path'
import {Worker} from 'node:worker_threads'
import type {SqliteStore} from '../store/sqlite/sqlite.ts'
import {connectCalls} from './calls.ts'

/** What the thread is started with. */
export interface WritingTask {
  readonly dataDirectory: string
}

// The extension of this file: .ts in the sources, .js in the build.
const workerFile = new URL(`./store-worker${extname(import.meta.url)}`, import.meta.url)

/**
 * Opens the store of a data folder like `openSqliteStore`, in a thread of its own. Rejects with the same errors. A thread
 * that dies ends the process, as an error would that nobody catches: nothing that was answered is lost.
 */
export async function openStoreInThread(
  dataDirectory: string,
  onUpdate: (version: number) => void = () => {},
): Promise<SqliteStore> {
  const worker = new Worker(workerFile, {workerData: {dataDirectory} satisfies WritingTask})
  const calls = connectCalls(worker, {})
  // Without a listener for its errors, an error that nobody catches there ends the process.
  const exited = new Promise<void>(resolve => worker.once('exit', () => resolve()))
  void exited.then(() => calls.end(new Error('the store is closed')))
  const leave = async (): Promise<void> => {
    await calls.call('leave', [])
    await exited
  }
  try {
    const names = (await calls.call('open', [onUpdate])) as readonly string[]
    const methods = names.map(name => [name, (...values: unknown[]) => calls.call(name, values)])
    const store = Object.fromEntries(methods) as SqliteStore
    const close = async (): Promise<void> => {
      await store.close()
      await leave()
    }
    let closed: Promise<void> | null = null
    return {...store, close: () => (closed ??= close())}
  } catch (error) {
    await leave()
    throw error
  }
}
