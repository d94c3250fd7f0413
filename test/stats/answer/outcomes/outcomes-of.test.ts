import assert from 'node:assert/strict'
import {it} from 'node:test'
import {versionOutcomes} from '../../../../src/stats/answer/outcomes/outcomes-of.ts'
import type {VersionEnding} from '../../../../src/stats/model/source.ts'

const ending = (
  version: string | null,
  outcome: VersionEnding['outcome'],
  exit: number | string | null,
  runs: number,
) => ({
  ...{version, outcome, runs},
  ...{exitCode: typeof exit === 'number' ? exit : null, signal: typeof exit === 'string' ? exit : null},
})

it('shows the share of each fault among the runs with a known result, the most frequent first', () => {
  const [row] = versionOutcomes([
    ending('2.3.0', 'ok', 0, 50),
    ending('2.3.0', 'failed', 1, 8),
    ending('2.3.0', 'signal', 'SIGSEGV', 42),
    ending('2.3.0', 'lost', null, 900),
  ])!
  assert.deepEqual(row, {
    version: '2.3.0',
    ...{runs: 1000, ok: 50, failed: 8, signal: 42, lost: 900, running: 0, unknown: 0, successRate: 0.5},
    faults: [
      {exitCode: null, signal: 'SIGSEGV', runs: 42, share: 0.42},
      {exitCode: 1, signal: null, runs: 8, share: 0.08},
    ],
  })
})

it('lists three faults at most, the version with the most runs first, and an unknown version last', () => {
  const codes = [1, 2, 3, 4].map(code => ending('1.0', 'failed', code, 1))
  const rows = versionOutcomes([ending(null, 'running', null, 1), ...codes, ending('0.9', 'unknown', null, 1)])!
  assert.deepEqual(
    rows.map(({version, runs, successRate, faults}) => [version, runs, successRate, faults.map(one => one.exitCode)]),
    [
      ['1.0', 4, 0, [1, 2, 3]],
      ['0.9', 1, null, []],
      [null, 1, null, []],
    ],
  )
})

it('is unknown if the outcomes of a part of the range are', () => assert.equal(versionOutcomes(null), null))
