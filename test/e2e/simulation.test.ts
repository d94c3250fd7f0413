import assert from 'node:assert/strict'
import {test} from 'node:test'
import {simulate} from '../long/simulation/simulate.ts'

test('a simulated world agrees with the truth about it', async () => {
  const {events, stored} = await simulate({seed: 213, users: 5, years: 0.4})
  assert.ok(events > 100 && stored > 100, `expected a world in which much happens: ${stored} of ${events} stored`)
})
