/** Which part of many cases of one kind a test file runs: `npm test` some of them, `npm run test:long` the others. */
export type Share = 'some' | 'others'

/** One case of so many, beginning with the one at `offset`, or all the others. */
export function pick<T>(cases: readonly T[], share: Share, oneOf: number, offset = 0): T[] {
  return cases.filter((_, index) => ((index + oneOf - (offset % oneOf)) % oneOf === 0) === (share === 'some'))
}
