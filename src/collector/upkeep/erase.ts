import {UsageError} from '../../errors.ts'
import type {ErasureReceipt} from '../../protocol/report/erasure.ts'
import type {GroupCommit} from '../intake/group-commit.ts'
import {fairBucket} from '../intake/token-bucket.ts'
import {collectorLimits} from '../limits.ts'
import type {Erasure, Store} from '../store/store.ts'

/**
 * Erases all data of some people. See `Store.erase` for the contract.
 *
 * @param source the key of the sender's address: one sender leaves half of the rates to the others
 */
export type Erase = (erasure: Erasure, source: string) => Promise<ErasureReceipt>

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
  const [erasures, ofNobody] = [fairBucket(collectorLimits.erasures), fairBucket(collectorLimits.erasuresOfNobody)]

  async function eraseAlone(erasure: Erasure, source: string): Promise<ErasureReceipt> {
    await groupCommit.settle()
    const nothingToDo = await store.findErased(erasure)
    const bucket = nothingToDo === null ? erasures : ofNobody
    if (!bucket.take(source, 1, erasure.receivedAtMs))
      throw new UsageError('USAGE_TOO_MANY_REQUESTS', 'too many requests to erase')
    if (nothingToDo !== null) return nothingToDo
    const resumeReading = await pauseReading()
    try {
      return await store.erase(erasure)
    } finally {
      resumeReading()
    }
  }

  return (erasure, source) => {
    const erased = last.then(() => eraseAlone(erasure, source))
    last = erased.catch(() => undefined)
    return erased
  }
}
