import {UsageError} from '../../../errors.ts'
import {collectorLimits} from '../../limits.ts'

/** A number of requests at once, and how many more are allowed each second. */
interface Rate {
  readonly burst: number
  readonly perSecond: number
}

const {accessPerUser: ratePerUser, accessOfAll: rateOfAll, maxOpenAccessRequests} = collectorLimits

/** Limits access requests in memory. It knows digests of keys (pseudonyms), never addresses, and writes nothing. */
export interface AskLimit {
  /**
   * Runs work after that of earlier requests, if the rates and the number of open requests allow it. Rejects with a `UsageError`
   * USAGE_TOO_MANY_REQUESTS otherwise, and with the error of the work.
   */
  run<T>(user: string, nowMs: number, work: () => Promise<T>): Promise<T>
}

interface Bucket {
  tokens: number
  atMs: number
}

/** Makes a limit. A pseudonym is forgotten when its burst is full again, so the rate of all bounds the memory. */
export function createAskLimit(): AskLimit {
  const users = new Map<string, Bucket>()
  const all = fullBucket(rateOfAll, 0)
  let open = 0
  let last: Promise<unknown> = Promise.resolve()

  function take(user: string, nowMs: number): void {
    const own = users.get(user) ?? fullBucket(ratePerUser, nowMs)
    refill(own, ratePerUser, nowMs)
    if (own.tokens < 1) throw tooMany('for this pseudonym')
    refill(all, rateOfAll, nowMs)
    if (all.tokens < 1) throw tooMany('in total')
    all.tokens--
    own.tokens--
    // The order of the map is the order of the last request.
    users.delete(user)
    users.set(user, own)
    forgetFull(users, nowMs)
  }

  return {
    async run(user, nowMs, work) {
      if (open >= maxOpenAccessRequests) throw tooMany('at this moment')
      take(user, nowMs)
      open++
      const mine = last.then(work)
      last = mine.catch(() => {})
      try {
        return await mine
      } finally {
        open--
      }
    },
  }
}

const fullBucket = ({burst}: Rate, atMs: number): Bucket => ({tokens: burst, atMs})

/** A clock that was moved back adds nothing. */
function refill(bucket: Bucket, {burst, perSecond}: Rate, nowMs: number): void {
  bucket.tokens = Math.min(burst, bucket.tokens + (Math.max(0, nowMs - bucket.atMs) / 1000) * perSecond)
  bucket.atMs = nowMs
}

function forgetFull(users: Map<string, Bucket>, nowMs: number): void {
  const fullAfterMs = (ratePerUser.burst / ratePerUser.perSecond) * 1000
  for (const [user, {atMs}] of users) {
    if (nowMs - atMs < fullAfterMs) return
    users.delete(user)
  }
}

const tooMany = (what: string): UsageError =>
  new UsageError('USAGE_TOO_MANY_REQUESTS', `too many access requests ${what}`)
