import {UsageError} from '../errors.ts'
import {limits} from '../protocol/limits.ts'

/** Bytes of request bodies that may be arriving at the same time. */
export const maxArrivingBytes = 64 * 1024 * 1024

/** Keeps the bodies that are arriving within a bound, however many connections there are. */
export interface BodyRoom {
  /**
   * Takes the room of one body and gives the function that frees it, to be called once. Throws a `UsageError`
   * USAGE_COLLECTOR_BUSY when there is none.
   *
   * @param contentLength the header; without one a body may be as large as any
   */
  take(contentLength: string | undefined): () => void
}

export function createBodyRoom(maxBytes: number = maxArrivingBytes): BodyRoom {
  let taken = 0
  return {
    take(contentLength) {
      const claimed = Number(contentLength ?? limits.maxBodyBytes)
      // A larger body is refused before it is read.
      const bytes = claimed >= 0 && claimed <= limits.maxBodyBytes ? claimed : 0
      if (taken + bytes > maxBytes)
        throw new UsageError('USAGE_COLLECTOR_BUSY', `wanted room for a body, got ${taken} bytes arriving`)
      taken += bytes
      return () => {
        taken -= bytes
      }
    },
  }
}
