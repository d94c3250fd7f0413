import {UsageError} from '../../../errors.ts'

/** Bytes of request bodies that may be held at the same time. */
export const maxArrivingBytes = 64 * 1024 * 1024

/** What is held of one body. */
export interface BodyShare {
  /** Takes room for bytes that have arrived. Throws a `UsageError` USAGE_COLLECTOR_BUSY when there is none. */
  add(bytes: number): void
  /** Gives the room back, to be called once. */
  free(): void
}

/** Keeps the bodies that have arrived within a bound, however many connections there are. */
export interface BodyBudget {
  /** The share of a body of which nothing has arrived: whoever sends nothing takes nothing from others. */
  enter(): BodyShare
}

export function createBodyBudget(maxBytes: number = maxArrivingBytes): BodyBudget {
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
