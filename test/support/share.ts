/** Which of many similar cases run: some of them in `npm test`, the others in `npm run test:long`. */
export type Share = 'some' | 'others'

/** Returns each `oneOf`-th case, beginning at `offset`, or all the others. */
export function pick<T>(cases: readonly T[], share: Share, oneOf: number, offset = 0): T[] {
  return cases.filter((_, index) => ((index + oneOf - (offset % oneOf)) % oneOf === 0) === (share === 'some'))
}
