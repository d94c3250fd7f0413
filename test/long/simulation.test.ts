import assert from 'node:assert/strict'
import {test} from 'node:test'
import {simulate} from './simulation/simulate.ts'

/** Worlds that between them, and with the one in `test/e2e/simulation.test.ts`, see every kind of trouble; in the first a quota overflows. */
const seeds = [206, 203, 217, 209]

for (const seed of seeds)
  test(`a world from seed ${seed} agrees with the truth about it`, async () => {
    const {events, stored} = await simulate({seed, users: 5, years: 0.4})
    assert.ok(events > 100 && stored > 100, `expected a world in which much happens: ${stored} of ${events} stored`)
  })
