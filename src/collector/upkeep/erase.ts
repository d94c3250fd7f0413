import type {ErasureReceipt} from '../../protocol/erasure.ts'
import type {GroupCommit} from '../intake/group-commit.ts'
import type {Erasure, Store} from '../store/store.ts'

/** Erases all data of some people. See `Store.erase` for the contract. */
export type Erase = (erasure: Erasure) => Promise<ErasureReceipt>

export interface EraseParts {
  readonly store: Pick<Store, 'erase'>
  readonly groupCommit: Pick<GroupCommit, 'settle'>
  /** Pauses the collector's own reading of the store. Resolves to the function that resumes it. */
  readonly pauseReading: () => Promise<() => void>
}

/**
 * Makes the function that erases. Erasures run one at a time, each after all reports that arrived before it. The
 * collector's own reading is paused meanwhile, because a reader of an old state keeps that state on disk. Reports are
 * still received.
 */
export function createErase({store, groupCommit, pauseReading}: EraseParts): Erase {
  let last: Promise<unknown> = Promise.resolve()

  async function eraseAlone(erasure: Erasure): Promise<ErasureReceipt> {
    await groupCommit.settle()
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
