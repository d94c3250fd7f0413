import assert from 'node:assert/strict'
import {it} from 'node:test'
import {exitCodes, maxExitCodes} from '../../../src/stats/answer/derive.ts'

it('lists the most frequent exit codes, and of invented ones not more than its bound', () => {
  const exits = Array.from({length: maxExitCodes + 1}, (_, exitCode) => ({exitCode, signal: null, runs: exitCode + 1}))
  const listed = exitCodes(exits)!
  assert.deepEqual([listed.length, listed[0]!.exitCode, listed.at(-1)!.exitCode], [maxExitCodes, maxExitCodes, 1])
})
