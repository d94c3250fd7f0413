import fc from 'fast-check'
import {seededRandom} from '../collector/random-use.ts'
import {chanceOf} from '../long/fuzz/mutate.ts'
import {mutateText} from '../long/fuzz/mutate-bytes.ts'
import {mutateValue} from '../long/fuzz/mutate-value.ts'
import {share} from './share.ts'

/** Any value of JSON, and values that differ from one of the samples in a few places. */
export const nearJson = (...samples: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.oneof({weight: 1, arbitrary: fc.jsonValue()}, {weight: 4, arbitrary: mutated(samples)})

const mutated = (samples: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc.tuple(fc.constantFrom(...samples), fc.nat(), fc.integer({min: 0, max: 3})).map(([sample, seed, changes]) => {
    const chance = chanceOf(seededRandom(seed))
    let value: unknown = structuredClone(sample)
    for (let times = changes; times > 0; times--) value = mutateValue(chance, value)
    // What a parser gets has been text, so it has no value that JSON has not.
    return JSON.parse(JSON.stringify(value) ?? 'null')
  })

/** Any text, and the JSON of such values, sometimes damaged. */
export const nearText = (...samples: readonly unknown[]): fc.Arbitrary<string> =>
  fc.oneof(
    {weight: 1, arbitrary: fc.string({unit: 'binary'})},
    {
      weight: 4,
      arbitrary: fc.tuple(nearJson(...samples), fc.option(fc.nat())).map(([value, seed]) => {
        const text = JSON.stringify(value)
        return seed === null ? text : mutateText(chanceOf(seededRandom(seed)), text)
      }),
    },
  )

/**
 * Checks a property, with many more values in `npm run test:long`. On a failure, fast-check prints the smallest value that
 * it found, and the seed.
 */
export const holds = <T>(values: fc.Arbitrary<T>, check: (value: T) => void): void =>
  fc.assert(fc.property(values, check), {numRuns: share === 'some' ? 60 : 2_000})
