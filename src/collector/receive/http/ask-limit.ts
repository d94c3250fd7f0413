import {UsageError} from '../../../errors.ts'
import {fairBucket, type TokenBucket, tokenBucket} from '../../intake/token-bucket.ts'
import {collectorLimits} from '../../limits.ts'

const {accessPerUser: ratePerUser, accessOfAll: rateOfAll, maxOpenAccessRequests} = collectorLimits

/** Limits access requests in memory. It knows digests of keys (pseudonyms) and of addresses, and writes nothing. One address leaves half of the rate of all to the others. */
export interface AskLimit {
  /**
   * Runs work after that of earlier requests, if the rates and the number of open requests allow it. Rejects with a `UsageError`
   * USAGE_TOO_MANY_REQUESTS otherwise, and with the error of the work.
   */
  run<T>(asking: Asking, nowMs: number, work: () => Promise<T>): Promise<T>
}

/** Who asks: the pseudonym, and the key of the address. */
export interface Asking {
  readonly user: string
  readonly source: string
}

interface User {
  readonly bucket: TokenBucket
  atMs: number
}

/** Makes a limit. A pseudonym is forgotten when its burst is full again, so the rate of all bounds the memory. */
export function createAskLimit(): AskLimit {
  const users = new Map<string, User>()
  const all = fairBucket(rateOfAll)
  let open = 0
  let last: Promise<unknown> = Promise.resolve()

  function take({user, source}: Asking, nowMs: number): void {
    const own = users.get(user) ?? {bucket: tokenBucket(ratePerUser), atMs: nowMs}
    if (!own.bucket.has(1, nowMs)) throw tooMany('for this pseudonym')
    if (!all.take(source, 1, nowMs)) throw tooMany('in total')
    own.bucket.take(1, nowMs)
    own.atMs = nowMs
    // The order of the map is the order of the last request.
    users.delete(user)
    users.set(user, own)
    forgetFull(users, nowMs)
  }

  return {
    async run(asking, nowMs, work) {
      if (open >= maxOpenAccessRequests) throw tooMany('at this moment')
      take(asking, nowMs)
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

function forgetFull(users: Map<string, User>, nowMs: number): void {
  const fullAfterMs = (ratePerUser.burst / ratePerUser.perSecond) * 1000
  for (const [user, {atMs}] of users) {
    if (nowMs - atMs < fullAfterMs) return
    users.delete(user)
  }
}

const tooMany = (what: string): UsageError =>
  new UsageError('USAGE_TOO_MANY_REQUESTS', `too many access requests ${what}`)
