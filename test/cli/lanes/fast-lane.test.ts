import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {isReportingName, reportingRows, runRows} from '../../../src/cli/arguments/flag-table.ts'
import {splitRun} from '../../../src/cli/arguments/read-arguments.ts'
import {isPlain} from '../../../src/cli/lanes/is-plain.ts'
import {bothLanesAgree, others, plain} from './lanes-contract.ts'

bothLanesAgree('some')

describe('a command line', () => {
  it('is read by the fast lane where it is plain, and only there', () => {
    const isTaken = ([command = '', ...args]: readonly string[]): boolean =>
      isReportingName(command)
        ? isPlain({}, reportingRows[command], args)
        : isPlain({}, runRows, splitRun(runRows, args).own)
    assert.deepEqual(
      plain.filter(args => !isTaken(args)),
      [],
    )
    assert.deepEqual(
      others.filter(args => isTaken(args)),
      [],
    )
  })
})
