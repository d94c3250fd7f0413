import type {Stats} from '../../../src/stats/model/model.ts'

/** An answer without what is of the disk of a store, and without what a store of many servers cannot know. */
export function withoutDisk({quality, ...answers}: Stats): unknown {
  const {storeBytes: _, freeBytes, growthBytes, diskFullOn, tables, bytesPerRun, bytesPerFeature, ...counters} = quality
  return rounded({...answers, counters: {...counters, duplicates: null}})
}

/** Numbers with a fraction as far as the order of their summands does not matter. */
function rounded(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (_key, one) =>
    typeof one === 'number' && !Number.isInteger(one) ? Number(one.toPrecision(9)) : one,
  )
}
