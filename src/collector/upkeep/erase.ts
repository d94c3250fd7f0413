import type {ErasureReceipt} from '../../protocol/erasure.ts'
import type {GroupCommit} from '../intake/group-commit.ts'
import type {Erasure, Store} from '../store/store.ts'

/** Erases what a collector holds about people; see `Store.erase` for what it promises. */
export type Erase = (erasure: Erasure) => Promise<ErasureReceipt>

export interface EraseParts {
  readonly store: Pick<Store, 'erase'>
  readonly groupCommit: Pick<GroupCommit, 'settle'>
  /** Holds the collector's own reading of the store and gives the function that lets it go on. */
  readonly pauseReading: () => Promise<() => void>
}

/**
 * Makes the erasing of a collector: one at a time, after every report that had arrived before it, and while the
 * collector itself reads nothing, because who reads an old state keeps it on disk. Reports are received meanwhile.
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
