import {isolatedHome} from '../../support/isolated-home.ts'
import {collectorHere} from '../../support/running-collector.ts'
import {fuzz, fuzzedProjects} from './fuzz.ts'

/** A collector in this process that counts for the clients of Parsl and Mantid too. */
export async function fuzzHere(t: Ends, seed: number, indexes: readonly number[]) {
  const options = {parsl: 'parsl', mantid: 'mantid', front: {isProxy: () => true}}
  return fuzz({seed, indexes, collector: await collectorHere(t, isolatedHome(t), fuzzedProjects, options)})
}

type Ends = Parameters<typeof isolatedHome>[0]

/** Runs with a new collector. Resolves to the error, or null. */
async function failureOf(seed: number, indexes: readonly number[]): Promise<Error | null> {
  const ends: (() => unknown)[] = []
  try {
    await fuzzHere({after: end => void ends.push(end as () => unknown)} as Ends, seed, indexes)
    return null
  } catch (error) {
    return error as Error
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

/**
 * Finds a mutant that alone makes a collector fail, or a small set that does together, by trying halves. Resolves to the
 * numbers and the error, or null if a collector in this process does not fail.
 */
export async function shrink(seed: number, all: readonly number[]) {
  let indexes = all
  let error = await failureOf(seed, indexes)
  if (error === null) return null
  while (indexes.length > 1) {
    const middle = indexes.length >> 1
    const halves = [indexes.slice(0, middle), indexes.slice(middle)]
    let smaller: readonly number[] | null = null
    for (const half of halves) {
      const failed = await failureOf(seed, half)
      if (failed === null) continue
      ;[smaller, error] = [half, failed]
      break
    }
    if (smaller === null) break
    indexes = smaller
  }
  return {indexes, error}
}
