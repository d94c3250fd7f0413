import {setTimeout as sleep} from 'node:timers/promises'
import {toUsageError, type UsageError} from '../../../errors.ts'
import {reach} from '../../../fault-points.ts'
import type {Log} from '../../monitoring/log.ts'
import type {Batch} from '../store.ts'
import type {Block, Blocks} from './blocks.ts'

/** What was shipped since the start. */
export interface ShipperFigures {
  readonly blocks: number
  readonly events: number
  /** Tries that failed. */
  readonly retries: number
  /** Blocks that the store refused for good. */
  readonly setAside: number
  /** Why the last try failed. Null: it did not. */
  readonly failure: UsageError | null
}

/** Ships blocks, the oldest first, one at a time. */
export interface Shipper {
  /** Tells that a batch was written. */
  noteWritten(): void
  /**
   * Resolves when everything that was written before the call is in the store, or was set aside. Rejects with the error of
   * the next try that fails.
   */
  flush(): Promise<void>
  figures(): ShipperFigures
  /** Ships what there is for at most so many milliseconds, and stops. The rest is shipped at the next start. */
  stop(maxMs: number): Promise<void>
}

export interface ShipperParts {
  readonly blocks: Blocks
  /** Writes a block. Resolves when every table has it. */
  readonly insert: (batches: readonly Batch[], block: string) => Promise<unknown>
  /** Resolves if the store can be written: then a block that it refuses is the reason itself. */
  readonly probe: () => Promise<void>
  readonly log: Pick<Log, 'info' | 'warn' | 'error'>
  /** Unix milliseconds. */
  readonly now: () => number
  /** Milliseconds after which a block is shipped that is not full. */
  readonly shipAfterMs: number
  /** Milliseconds until a try that failed is repeated: at first, and at most. */
  readonly retryMs: {readonly first: number; readonly most: number}
}

/** Tries after which a block that the store refuses, while it can be written, is set aside. */
const triesOfRefused = 3

/** Errors that say: later. Any other one may come from the block. */
const passing = ['USAGE_STORE_UNREACHABLE', 'USAGE_COLLECTOR_BUSY', 'USAGE_STORE_UNWRITABLE']

interface Waiter {
  readonly upTo: Block
  readonly resolve: () => void
  readonly reject: (error: unknown) => void
}

export function startShipper(parts: ShipperParts): Shipper {
  const {blocks, log, now, shipAfterMs, retryMs} = parts
  const figures = {blocks: 0, events: 0, retries: 0, setAside: 0, failure: null as UsageError | null}
  let waiters: Waiter[] = []
  let isStopping = false
  let isAborted = false
  let delayMs = retryMs.first
  let refusals = 0
  let alarm = new AbortController()
  let isIdle = false

  const ring = (): void => alarm.abort()
  const rest = async (ms: number | undefined): Promise<void> => {
    alarm = new AbortController()
    // The longest time of a timer: until somebody rings.
    await sleep(ms ?? 2 ** 31 - 1, undefined, {signal: alarm.signal, ref: false}).catch(() => undefined)
  }
  const isWanted = (): boolean => isStopping || waiters.length > 0

  async function run(): Promise<void> {
    while (!isAborted) {
      const sinceMs = blocks.fillingSinceMs()
      const dueInMs = sinceMs === null ? undefined : sinceMs + shipAfterMs - now()
      if (blocks.oldest() === null && sinceMs !== null && (isWanted() || dueInMs! <= 0)) await blocks.seal()
      const block = blocks.oldest()
      if (block !== null) await tryToShip(block)
      else if (isStopping && blocks.fillingSinceMs() === null) return
      else {
        isIdle = true
        await rest(dueInMs)
        isIdle = false
      }
    }
  }

  async function tryToShip(block: Block): Promise<void> {
    try {
      if (await ship(block)) settle()
      if (figures.failure !== null) log.info('shipping again', {blocks: blocks.count()})
      figures.failure = null
      delayMs = retryMs.first
    } catch (thrown) {
      const error = toUsageError(thrown)
      figures.retries++
      if (figures.failure?.code !== error.code) log.error('shipping failed', {code: error.code, error})
      figures.failure = error
      for (const {reject} of waiters.splice(0)) reject(error)
      if (isAborted) return
      // Collectors that lost the same server must not come back at the same moment.
      await rest(delayMs * (0.5 + Math.random() / 2))
      delayMs = Math.min(delayMs * 2, retryMs.most)
    }
  }

  async function ship(block: Block): Promise<boolean> {
    const {batches, tornBytes, damaged} = await blocks.read(block)
    if (tornBytes > 0) log.warn('incomplete report dropped', {bytes: tornBytes})
    if (batches.length > 0 && !(await isTaken(block, batches))) return true
    reach('spool: block shipped')
    if (damaged > 0) {
      log.error('block set aside', {block: block.id, damaged})
      figures.setAside++
      await blocks.setAside(block)
    } else await blocks.remove(block)
    figures.blocks++
    figures.events += batches.reduce((sum, {events, pending = []}) => sum + events.length + pending.length, 0)
    refusals = 0
    return true
  }

  /** False: the store refuses this block, and only it, so it was set aside. */
  async function isTaken(block: Block, batches: readonly Batch[]): Promise<boolean> {
    try {
      await parts.insert(batches, block.id)
      return true
    } catch (error) {
      if (passing.includes(toUsageError(error).code)) throw error
      // An address that is wrong, or a user that may not write, is no fault of the block.
      await parts.probe()
      if (++refusals < triesOfRefused) throw error
      refusals = 0
      figures.setAside++
      log.error('block set aside', {block: block.id, error})
      await blocks.setAside(block)
      return false
    }
  }

  /** Resolves the waiters whose blocks are gone. */
  function settle(): void {
    const oldest = blocks.oldest()
    const isDone = ({upTo}: Waiter): boolean => oldest === null || oldest.path > upTo.path
    for (const {resolve} of waiters.filter(isDone)) resolve()
    waiters = waiters.filter(waiter => !isDone(waiter))
  }

  const running = run()
  return {
    noteWritten() {
      if (isIdle) ring()
    },
    async flush() {
      await blocks.seal()
      const upTo = blocks.newest()
      if (upTo === null) return
      const {promise, resolve, reject} = Promise.withResolvers<void>()
      waiters.push({upTo, resolve, reject})
      ring()
      await promise
    },
    figures: () => ({...figures}),
    async stop(maxMs) {
      isStopping = true
      ring()
      const late = new AbortController()
      const tooLate = sleep(maxMs, undefined, {signal: late.signal}).catch(() => undefined)
      await Promise.race([running, tooLate])
      late.abort()
      // A try that is on its way may still end well: the block is then shipped once more, with the same id.
      isAborted = true
      ring()
      await blocks.close()
    },
  }
}
