import {collectorLimits} from '../limits.ts'

/** How many are allowed at once, and how many more each second. */
export interface Rate {
  readonly burst: number
  readonly perSecond: number
}

/** Counts what a rate still allows. Instants are Unix milliseconds. */
export interface TokenBucket {
  /** Whether so many are left. */
  has(count: number, nowMs: number): boolean
  /** Takes so many and returns true if that many are left. Otherwise takes none. */
  take(count: number, nowMs: number): boolean
  /** Returns what was taken and not used. */
  giveBack(count: number): void
}

/** Makes a full bucket. A clock that was moved back adds nothing. */
export function tokenBucket({burst, perSecond}: Rate): TokenBucket {
  let tokens = burst
  let atMs = 0
  const has = (count: number, nowMs: number): boolean => {
    tokens = Math.min(burst, tokens + (Math.max(0, nowMs - atMs) / 1000) * perSecond)
    atMs = nowMs
    return tokens >= count
  }
  return {
    has,
    take(count, nowMs) {
      if (!has(count, nowMs)) return false
      tokens -= count
      return true
    },
    giveBack(count) {
      tokens = Math.min(burst, tokens + count)
    },
  }
}

/** A rate that several senders share, so that one of them leaves a half to the others. */
export interface FairBucket {
  /** Takes so many for a sender and returns true if that many are left, of all and of its share. Otherwise takes none. */
  take(source: string, count: number, nowMs: number): boolean
  /** Returns what a sender took and did not use. */
  giveBack(source: string, count: number): void
}

/**
 * Makes a full bucket. One sender may use up the burst, because many people can be behind one address. After that it gets
 * half of the rate. It is told apart by a key that is kept in memory; the one that was not seen for the longest time is forgotten.
 */
export function fairBucket(rate: Rate, maxSources: number = collectorLimits.maxSharingSources): FairBucket {
  const all = tokenBucket(rate)
  const shares = new Map<string, TokenBucket>()
  const shareOf = (source: string): TokenBucket => {
    const share = shares.get(source) ?? tokenBucket({burst: rate.burst, perSecond: rate.perSecond / 2})
    shares.delete(source)
    shares.set(source, share)
    if (shares.size > maxSources) shares.delete(shares.keys().next().value!)
    return share
  }
  return {
    take(source, count, nowMs) {
      const share = shareOf(source)
      return share.has(count, nowMs) && all.take(count, nowMs) && share.take(count, nowMs)
    },
    giveBack(source, count) {
      all.giveBack(count)
      shareOf(source).giveBack(count)
    },
  }
}
