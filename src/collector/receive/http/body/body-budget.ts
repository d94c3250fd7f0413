import {UsageError} from '../../../../errors.ts'
import {collectorLimits} from '../../../limits.ts'

/** The bytes of one body. */
export interface BodyShare {
  /** Counts bytes that have arrived. Throws a `UsageError` USAGE_COLLECTOR_BUSY when they exceed the budget. */
  add(bytes: number): void
  /** Releases all bytes of this body. */
  free(): void
}

/** Limits the memory that request bodies use, whatever the number of connections. */
export interface BodyBudget {
  /** The share of a new body. It is empty until bytes arrive, so an idle connection uses nothing. */
  enter(): BodyShare
}

export function createBodyBudget(maxBytes: number = collectorLimits.maxArrivingBytes): BodyBudget {
  let taken = 0
  return {
    enter() {
      let own = 0
      return {
        add(bytes) {
          if (taken + bytes > maxBytes)
            throw new UsageError(
              'USAGE_COLLECTOR_BUSY',
              `no memory left for another body: ${taken} bytes are being received`,
            )
          taken += bytes
          own += bytes
        },
        free() {
          taken -= own
          own = 0
        },
      }
    },
  }
}
