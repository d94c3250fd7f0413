import {leavesHalf} from '../../../store/rules/room-shares.ts'

/** What senders hold of a room of fixed size until they give it back. */
export interface HeldShares {
  /** What all hold together. */
  held(): number
  /**
   * Takes so much for a sender and returns true, if it is free and the sender leaves half to others. Otherwise takes
   * nothing.
   *
   * @param source the key of the sender. Null: it does not share.
   */
  take(source: string | null, size: number): boolean
  giveBack(source: string | null, size: number): void
}

/** Makes shares in memory. A sender that holds nothing is not remembered. */
export function createHeldShares(room: number): HeldShares {
  const shares = new Map<string, number>()
  let taken = 0
  const add = (source: string | null, size: number): void => {
    taken += size
    if (source === null) return
    const own = (shares.get(source) ?? 0) + size
    if (own === 0) shares.delete(source)
    else shares.set(source, own)
  }
  return {
    held: () => taken,
    take(source, size) {
      if (taken + size > room) return false
      if (source !== null && !leavesHalf({own: shares.get(source) ?? 0, size, room, taken})) return false
      add(source, size)
      return true
    },
    giveBack: (source, size) => add(source, -size),
  }
}
