/** The thread that writes the store. `thread-store.ts` starts it. It ends when the store is closed. */
import {parentPort, workerData} from 'node:worker_threads'
import {openSqliteStore} from '../store/sqlite/sqlite.ts'
import {type Call, connectCalls} from './calls.ts'
import type {WritingTask} from './thread-store.ts'

const {dataDirectory} = workerData as WritingTask
const own: Record<string, Call> = {
  /** Opens the store, and returns the names of its methods, which can be called from now on. */
  open(onUpdate: (version: number) => void): readonly string[] {
    const store = openSqliteStore(dataDirectory, onUpdate)
    Object.assign(own, store)
    return Object.keys(store)
  },
  /** Ends the thread, after the answer to this call. */
  leave: () => void setImmediate(() => parentPort?.close()),
}
if (parentPort !== null) connectCalls(parentPort, own)
