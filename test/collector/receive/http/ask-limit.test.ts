import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {collectorLimits} from '../../../../src/collector/limits.ts'
import {createAskLimit} from '../../../../src/collector/receive/http/ask-limit.ts'

const {accessPerUser, accessOfAll, maxOpenAccessRequests} = collectorLimits

const tooMany = {code: 'USAGE_TOO_MANY_REQUESTS'}
/** Each pseudonym at an address of its own. */
const from = (user: string, source = user) => ({user, source})
const nothing = async (): Promise<void> => {}

describe('the limit of access requests', () => {
  it('runs them one at a time, in order, and goes on after one fails', async () => {
    const limit = createAskLimit()
    const order: string[] = []
    const {promise, resolve} = Promise.withResolvers<void>()
    const first = limit.run(from('ann'), 0, async () => {
      order.push('first begins')
      await promise
      order.push('first ends')
      throw new Error('a reader died')
    })
    const second = limit.run(from('bob'), 0, async () => order.push('second'))
    await new Promise(setImmediate)
    assert.deepEqual(order, ['first begins'])
    resolve()
    await assert.rejects(first, /a reader died/)
    await second
    assert.deepEqual(order, ['first begins', 'first ends', 'second'])
  })

  it(`lets ${maxOpenAccessRequests} wait and refuses one more, until one is answered`, async () => {
    const limit = createAskLimit()
    const {promise, resolve} = Promise.withResolvers<void>()
    const open = Array.from({length: maxOpenAccessRequests}, (_, index) =>
      limit.run(from(`user ${index}`), 0, () => promise),
    )
    await assert.rejects(limit.run(from('one more'), 0, nothing), tooMany)
    resolve()
    await Promise.all(open)
    await limit.run(from('one more'), 0, nothing)
  })

  it('lets a flood of one pseudonym take nothing of others', async () => {
    const limit = createAskLimit()
    for (let count = 0; count < accessPerUser.burst; count++) await limit.run(from('ann'), 0, nothing)
    for (let count = 0; count < 1000; count++) await assert.rejects(limit.run(from('ann'), 0, nothing), tooMany)
    for (let count = 0; count < accessOfAll.burst - accessPerUser.burst; count++)
      await limit.run(from(`u${count}`), 0, nothing)
    await assert.rejects(limit.run(from('bob'), 0, nothing), tooMany)
  })

  it('lets a flood of one address take only half of the rate of all, whatever keys it guesses', async () => {
    const limit = createAskLimit()
    const flood = async (nowMs: number): Promise<number> => {
      for (let count = 0; ; count++)
        try {
          await limit.run(from(`${nowMs} ${count}`, 'stranger'), nowMs, nothing)
        } catch {
          return count
        }
    }
    assert.equal(await flood(0), accessOfAll.burst)
    assert.equal(await flood(1_000), accessOfAll.perSecond / 2)
    await limit.run(from('ann'), 1_000, nothing)
  })

  it('allows more as time passes, and nothing when the clock moves back', async () => {
    const limit = createAskLimit()
    const drain = async (now: number): Promise<number> => {
      for (let count = 0; ; count++)
        try {
          await limit.run(from(`u${Math.floor(count / 10)}`), now, nothing)
        } catch {
          return count
        }
    }
    const start = 1_000_000
    assert.equal(await drain(start), accessOfAll.burst)
    assert.equal(await drain(start), 0)
    assert.equal(await drain(start + 1000), accessOfAll.perSecond)
    assert.equal(await drain(start - 100_000), 0)
    assert.equal(await drain(start - 99_000), accessOfAll.perSecond)
  })
})
