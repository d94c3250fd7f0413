import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {collectorLimits} from '../../../../src/collector/limits.ts'
import {createAskLimit} from '../../../../src/collector/receive/http/ask-limit.ts'

const {accessPerUser, accessOfAll, maxOpenAccessRequests} = collectorLimits

const tooMany = {code: 'USAGE_TOO_MANY_REQUESTS'}
const nothing = async (): Promise<void> => {}

describe('the limit of access requests', () => {
  it('runs them one at a time, in order, and goes on after one fails', async () => {
    const limit = createAskLimit()
    const order: string[] = []
    const {promise, resolve} = Promise.withResolvers<void>()
    const first = limit.run('ann', 0, async () => {
      order.push('first begins')
      await promise
      order.push('first ends')
      throw new Error('a reader died')
    })
    const second = limit.run('bob', 0, async () => order.push('second'))
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
    const open = Array.from({length: maxOpenAccessRequests}, (_, index) => limit.run(`user ${index}`, 0, () => promise))
    await assert.rejects(limit.run('one more', 0, nothing), tooMany)
    resolve()
    await Promise.all(open)
    await limit.run('one more', 0, nothing)
  })

  it('lets a flood of one pseudonym take nothing of others', async () => {
    const limit = createAskLimit()
    for (let count = 0; count < accessPerUser.burst; count++) await limit.run('ann', 0, nothing)
    for (let count = 0; count < 1000; count++) await assert.rejects(limit.run('ann', 0, nothing), tooMany)
    for (let count = 0; count < accessOfAll.burst - accessPerUser.burst; count++)
      await limit.run(`u${count}`, 0, nothing)
    await assert.rejects(limit.run('bob', 0, nothing), tooMany)
  })

  it('allows more as time passes, and nothing when the clock moves back', async () => {
    const limit = createAskLimit()
    const drain = async (now: number): Promise<number> => {
      for (let count = 0; ; count++)
        try {
          await limit.run(`u${Math.floor(count / 10)}`, now, nothing)
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
