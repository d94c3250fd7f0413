import assert from 'node:assert/strict'
import {test} from 'node:test'
import {simulate} from './simulate.ts'

/** Worlds that between them see every kind of trouble; in the first a quota overflows. */
const seeds = [206, 203, 213, 217, 209]

for (const seed of seeds)
  test(`a world from seed ${seed} agrees with the truth about it`, async () => {
    const {events, stored} = await simulate({seed, users: 5, years: 0.4})
    assert.ok(events > 100 && stored > 100, `wanted a world in which much happens, got ${stored} of ${events} stored`)
  })
