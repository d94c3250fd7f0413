import {toUsageError, UsageError} from '../../errors.ts'
import {collectorLimits} from '../limits.ts'
import type {Batch, InsertOutcome, Store} from '../store/store.ts'
import {oneAtATime} from './one-at-a-time.ts'

/** Writes batches. Batches that arrive together share one transaction. */
export interface GroupCommit {
  /**
   * Resolves with the outcome of each event when their transaction is on disk. If too many bytes wait already, it
   * immediately rejects with a `UsageError` USAGE_COLLECTOR_BUSY and keeps nothing. It rejects with what the gate throws.
   *
   * @param bytes the size of the report's body
   */
  write(batch: Batch, bytes: number): Promise<readonly InsertOutcome[]>
  /** Bytes of report bodies that wait for a transaction. */
  waitingBytes(): number
  /** Resolves when all batches that wait at the time of the call are on disk or rejected. */
  settle(): Promise<void>
  /** Resolves when no batch waits. */
  drain(): Promise<void>
}

interface Waiting {
  readonly batch: Batch
  readonly bytes: number
  readonly resolve: (outcomes: readonly InsertOutcome[]) => void
  readonly reject: (error: unknown) => void
}

/** Decides whether anything may be written now, and hears whether it was. */
export interface WriteGate {
  /** Throws a `UsageError` with the status 503 if nothing may be written now. */
  require(): void
  /** Hears the outcome of a transaction: its error, or null. */
  noteWrite(error: unknown): void
}
const openGate: WriteGate = {require: () => {}, noteWrite: () => {}}

/** Milliseconds for which a transaction waits at most while further batches arrive. */
const usualGatheringMs = 10

/**
 * Makes the group commit of a store. A transaction contains all batches that arrived while the previous one was
 * written, and those that arrive in the turns of the event loop right before it. A turn without a further batch begins
 * it, so a single report does not wait for others, and the thread is never idle.
 */
export function createGroupCommit(
  store: Pick<Store, 'insert'>,
  {maxBytes = collectorLimits.maxWaitingBytes, gate = openGate, maxGatheringMs = usualGatheringMs} = {},
): GroupCommit {
  let waiting: Waiting[] = []
  let waitingBytes = 0
  let last: Promise<unknown> = Promise.resolve()

  const writing = oneAtATime(async () => {
    while (waiting.length > 0) {
      await gathered(() => waiting.length, maxGatheringMs)
      const group = waiting
      waiting = []
      await commit(store, gate, group)
      for (const {bytes} of group) waitingBytes -= bytes
    }
  })

  return {
    write(batch, bytes) {
      try {
        gate.require()
        if (waitingBytes + bytes > maxBytes) throw busy(waitingBytes)
      } catch (error) {
        return Promise.reject(error)
      }
      waitingBytes += bytes
      const written = new Promise<readonly InsertOutcome[]>((resolve, reject) => {
        waiting.push({batch, bytes, resolve, reject})
        writing.wake()
      })
      // Groups are written in order, so the newest batch settles last.
      last = written
      return written
    },
    waitingBytes: () => waitingBytes,
    async settle() {
      await last.catch(() => undefined)
    },
    drain: writing.settled,
  }
}

/** Resolves when a turn of the event loop brought no further batch, and after `mostMs` in any case. */
async function gathered(count: () => number, mostMs: number): Promise<void> {
  const latestMs = performance.now() + mostMs
  for (let before = -1; count() > before && performance.now() < latestMs; ) {
    before = count()
    await new Promise(setImmediate)
  }
}

async function commit(store: Pick<Store, 'insert'>, gate: WriteGate, group: readonly Waiting[]): Promise<void> {
  try {
    const outcomes = await store.insert(group.map(({batch}) => batch))
    gate.noteWrite(null)
    for (const [index, {resolve}] of group.entries()) resolve(outcomes[index]!)
  } catch (error) {
    gate.noteWrite(error)
    // One bad report must not fail the others: each is tried again alone, unless the store itself is the reason.
    if (group.length > 1 && toUsageError(error).http !== 503)
      for (const member of group) await commit(store, gate, [member])
    else for (const {reject} of group) reject(error)
  }
}

const busy = (bytes: number): UsageError =>
  new UsageError('USAGE_COLLECTOR_BUSY', `no memory left for another report: ${bytes} bytes are waiting to be written`)
