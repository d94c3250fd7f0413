import {UsageError} from '../../../../errors.ts'
import {collectorLimits} from '../../../limits.ts'
import {createHeldShares} from './held-shares.ts'

/** The bytes of one body. */
export interface BodyShare {
  /** Counts bytes that have arrived. Throws a `UsageError` USAGE_COLLECTOR_BUSY when they exceed the budget. */
  add(bytes: number): void
  /** Releases all bytes of this body. */
  free(): void
}

/** Limits the memory that request bodies use, whatever the number of connections. One address leaves half to others. */
export interface BodyBudget {
  /**
   * The share of a new body. It is empty until bytes arrive, so an idle connection uses nothing.
   *
   * @param source the key of its address
   */
  enter(source: string): BodyShare
}

export function createBodyBudget(maxBytes: number = collectorLimits.maxArrivingBytes): BodyBudget {
  const shares = createHeldShares(maxBytes)
  return {
    enter(source) {
      let own = 0
      return {
        add(bytes) {
          if (!shares.take(source, bytes))
            throw new UsageError(
              'USAGE_COLLECTOR_BUSY',
              `no memory left for another body: ${shares.held()} bytes are being received`,
            )
          own += bytes
        },
        free() {
          shares.giveBack(source, own)
          own = 0
        },
      }
    },
  }
}
