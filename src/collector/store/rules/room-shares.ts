import {collectorLimits} from '../../limits.ts'

/** A room of fixed size that several senders fill. */
export interface RoomShares {
  /**
   * Whether a sender may take so much more: at most half of what the others have left, so that no single one fills the
   * room. Takes nothing.
   *
   * @param room what all may take together
   * @param taken what all have taken
   * @param source the key of the sender. Null: it does not share.
   */
  admits(source: string | null, size: number, room: number, taken: number): boolean
  /** Notes what a sender has taken. */
  add(source: string | null, size: number): void
  /** Begins to count anew if all together have less than the senders took: something was deleted. */
  compare(taken: number): void
}

/**
 * Whether a sender that has `own` of a room may take `size` more, if all have `taken`: at most half of what the others
 * have left. A sender that has nothing may always take what is free. Pure.
 */
export function leavesHalf(ask: {own: number; size: number; room: number; taken: number}): boolean {
  const {own, size, room, taken} = ask
  return own + size <= Math.max(size, (room - (taken - own)) / 2)
}

/** Makes shares in memory. Beyond the number of senders that are told apart, the one that took first is forgotten. */
export function createRoomShares(maxSources: number = collectorLimits.maxSharingSources): RoomShares {
  const shares = new Map<string, number>()
  let total = 0
  return {
    admits(source, size, room, taken) {
      if (taken + size > room) return false
      if (source === null) return true
      return leavesHalf({own: shares.get(source) ?? 0, size, room, taken})
    },
    add(source, size) {
      if (source === null) return
      total += size
      shares.set(source, (shares.get(source) ?? 0) + size)
      if (shares.size > maxSources) shares.delete(shares.keys().next().value!)
    },
    compare(taken) {
      if (taken >= total) return
      total = 0
      shares.clear()
    },
  }
}
