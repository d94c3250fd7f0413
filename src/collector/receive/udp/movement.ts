import type {RingCounts} from './datagram-ring.ts'

/** Notices when an intake stands still. */
export interface Movement {
  /** Milliseconds since the thread was last seen alive and the waiting datagrams last moved. 0 if both do now. */
  stillForMs(): number
}

/**
 * Makes a watch over the counts of an intake. It knows what it has seen: call `stillForMs` about once a second.
 *
 * @param now milliseconds of a clock that never jumps
 */
export function watchMovement(counts: () => RingCounts, handled: () => number, now: () => number): Movement {
  const thread = stillness(now)
  const intake = stillness(now)
  return {
    stillForMs() {
      const {received, dropped, looks} = counts()
      const done = handled()
      const isWaiting = ((received - dropped - done) | 0) > 0
      return Math.max(thread(looks, true), intake(done, isWaiting))
    },
  }
}

/** Returns for how long a counter has not changed although it should. */
function stillness(now: () => number): (counter: number, isDue: boolean) => number {
  let before = -1
  let movedAt = now()
  return (counter, isDue) => {
    if (counter !== before || !isDue) movedAt = now()
    before = counter
    return now() - movedAt
  }
}
