import * as runner from 'node:test'

/** Which of many similar cases run: some of them in `npm test`, the others in `npm run test:long`, all in `npm run test:client`. */
export type Share = 'some' | 'others' | 'all'

/**
 * The share of the test file that this process runs: the others in `test/long`. A file there that only imports a file of
 * `npm test` runs what that one leaves out.
 */
export const share: Share = shareOf(process.argv[1] ?? '')

function shareOf(path: string): Share {
  if (/[\\/]test[\\/]clients[\\/]/.test(path)) return 'all'
  return /[\\/]test[\\/]long[\\/]/.test(path) ? 'others' : 'some'
}

/** Returns each `oneOf`-th case, beginning at `offset`, or all the others. */
export function pick<T>(cases: readonly T[], share: Share, oneOf: number, offset = 0): T[] {
  if (share === 'all') return [...cases]
  return cases.filter((_, index) => ((index + oneOf - (offset % oneOf)) % oneOf === 0) === (share === 'some'))
}

/** Returns the cases of the share of this process. */
export const ofShare = <T>(cases: readonly T[], oneOf: number, offset = 0): T[] => pick(cases, share, oneOf, offset)

const nothing = (() => {}) as unknown as typeof runner.it

/** A suite and a test that run in `npm test` alone, where the rest of their file is divided. */
export const describeOnce = share !== 'others' ? runner.describe : (nothing as typeof runner.describe)
export const itOnce = share !== 'others' ? runner.it : nothing
/** A test that takes so long that it runs in `npm run test:long` alone. */
export const itLong = share !== 'some' ? runner.it : nothing
