import assert from 'node:assert/strict'
import {isDeepStrictEqual} from 'node:util'
import {parseReport, readReport} from '../../../src/protocol/report/report.ts'

/** Asserts that a text from outside is the same report with and without the quick check. Other texts are ignored. */
export function assertReadAlike(content: Uint8Array): void {
  let input: unknown
  try {
    input = JSON.parse(new TextDecoder().decode(content))
  } catch {
    return
  }
  const [quick, slow] = [parseReport(input), readReport(input, () => false)]
  // A message of `assert` about large values takes seconds, so it is made only for a failure.
  if (!isDeepStrictEqual(quick, slow)) assert.deepEqual(quick, slow)
}
