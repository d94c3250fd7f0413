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
