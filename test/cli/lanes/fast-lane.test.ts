import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {isReportingName} from '../../../src/cli/arguments/flag-table.ts'
import {readFast} from '../../../src/cli/lanes/read-fast.ts'
import {bothLanesAgree, others, plain} from './lanes-contract.ts'

bothLanesAgree('some')

describe('a command line', () => {
  it('is read by the fast lane where it is plain, and only there', () => {
    const isTaken = ([command = '', ...args]: readonly string[]): boolean => {
      try {
        if (isReportingName(command)) return readFast(command, args) !== null
        const dashes = args.indexOf('--')
        return dashes !== -1 && args.length > dashes + 1 && readFast('run', args.slice(0, dashes)) !== null
      } catch {
        return false
      }
    }
    assert.deepEqual(
      plain.filter(args => !isTaken(args)),
      [],
    )
    const late = ['/nowhere.json', 'nobody', 'executors', '=2', 'TERM']
    const lastOf = (args: readonly string[]) => args.at(args[0] === 'run' ? args.indexOf('--') - 1 : -1) ?? ''
    assert.deepEqual(
      others.filter(args => isTaken(args) && !late.includes(lastOf(args)) && lastOf(args) !== ''),
      [],
    )
  })
})
