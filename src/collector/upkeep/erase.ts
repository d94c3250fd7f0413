import {UsageError} from '../../errors.ts'
import type {ErasureReceipt} from '../../protocol/erasure.ts'
import type {GroupCommit} from '../intake/group-commit.ts'
import {tokenBucket} from '../intake/token-bucket.ts'
import {collectorLimits} from '../limits.ts'
import type {Erasure, Store} from '../store/store.ts'

/** Erases all data of some people. See `Store.erase` for the contract. */
export type Erase = (erasure: Erasure) => Promise<ErasureReceipt>

export interface EraseParts {
  readonly store: Pick<Store, 'erase' | 'findErased'>
  readonly groupCommit: Pick<GroupCommit, 'settle'>
  /** Pauses the collector's own reading of the store. Resolves to the function that resumes it. */
  readonly pauseReading: () => Promise<() => void>
}

/**
 * Makes the function that erases. Erasures run one at a time, each after all reports that arrived before it. The
 * collector's own reading is paused meanwhile, because a reader of an old state keeps that state on disk. Reports are
 * still received. An erasure of nobody pauses nothing. Beyond its rates it rejects with a `UsageError`
 * USAGE_TOO_MANY_REQUESTS. Keys that nobody has cannot use up the rate of those that somebody has.
 */
export function createErase({store, groupCommit, pauseReading}: EraseParts): Erase {
  let last: Promise<unknown> = Promise.resolve()
  const [erasures, ofNobody] = [tokenBucket(collectorLimits.erasures), tokenBucket(collectorLimits.erasuresOfNobody)]

  async function eraseAlone(erasure: Erasure): Promise<ErasureReceipt> {
    await groupCommit.settle()
    const nothingToDo = await store.findErased(erasure)
    const bucket = nothingToDo === null ? erasures : ofNobody
    if (!bucket.take(1, erasure.receivedAtMs))
      throw new UsageError('USAGE_TOO_MANY_REQUESTS', 'too many requests to erase')
    if (nothingToDo !== null) return nothingToDo
    const resumeReading = await pauseReading()
    try {
      return await store.erase(erasure)
    } finally {
      resumeReading()
    }
  }

  return erasure => {
    const erased = last.then(() => eraseAlone(erasure))
    last = erased.catch(() => undefined)
    return erased
  }
}
