import {UsageError} from '../../errors.ts'
import type {Batch, InsertOutcome, Store} from '../store/store.ts'

/** Bytes of report bodies that may wait for a transaction: the memory of a burst, a fraction of a second of writing. */
export const maxWaitingBytes = 16 * 1024 * 1024

/** Writes batches so that many share one transaction. */
export interface GroupCommit {
  /**
   * Resolves with the outcome of each event when the transaction that holds them is on disk. Rejects with a
   * `UsageError` USAGE_COLLECTOR_BUSY, at once and with nothing kept, when too much waits already.
   *
   * @param bytes the size of the report's body
   */
  write(batch: Batch, bytes: number): Promise<readonly InsertOutcome[]>
  /** Resolves when what waits at this moment is on disk or rejected; what comes later may still wait. */
  settle(): Promise<void>
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>
}

interface Waiting {
  readonly batch: Batch
  readonly bytes: number
  readonly resolve: (outcomes: readonly InsertOutcome[]) => void
  readonly reject: (error: unknown) => void
}

/**
 * Makes the group commit of a store. A transaction takes everything that arrived while the one before it was written,
 * so a lone report waits for nobody and a crowd shares one fsync.
 */
export function createGroupCommit(store: Pick<Store, 'insert'>, {maxBytes = maxWaitingBytes} = {}): GroupCommit {
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let running: Promise<void> | null = null
  let last: Promise<unknown> = Promise.resolve()

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // All requests that have come in with this turn of the event loop join.
      await new Promise(setImmediate)
      const group = waiting
      waiting = []
      await commit(store, group)
      for (const {bytes} of group) waitingBytes -= bytes
    }
    running = null
  }

  return {
    write(batch, bytes) {
      if (waitingBytes + bytes > maxBytes) return Promise.reject(busy(waitingBytes))
      waitingBytes += bytes
      const written = new Promise<readonly InsertOutcome[]>((resolve, reject) => {
        waiting.push({batch, bytes, resolve, reject})
        running ??= run()
      })
      // Groups are written in their order, so the newest is the last.
      last = written.then(
        () => undefined,
        () => undefined,
      )
      return written
    },
    async settle() {
      await last
    },
    async drain() {
      while (running !== null) await running
    },
  }
}

async function commit(store: Pick<Store, 'insert'>, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await store.insert(group.map(({batch}) => batch))
    for (const [index, {resolve}] of group.entries()) resolve(outcomes[index]!)
  } catch (error) {
    // What one report brings must not cost the others their answer: each once more, alone.
    if (group.length > 1) for (const member of group) await commit(store, [member])
    else group[0]!.reject(error)
  }
}

const busy = (bytes: number): UsageError =>
  new UsageError('USAGE_COLLECTOR_BUSY', `no memory left for another report: ${bytes} bytes are waiting to be written`)
