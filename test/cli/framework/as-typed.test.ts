import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {readTyped} from '../../../src/cli/framework/as-typed.ts'

const cases: readonly (readonly [typed: string, read: string])[] = [
  ['-h', '--help'],
  ['help', '--help'],
  ['help project add', 'project add --help'],
  ['start -h', 'start --help'],
  ['-v', '--version'],
  ['-V', '--version'],
  ['version', '--version'],
  ['version --json', '--version --json'],
  ['project list', 'project list'],
  ['start -- -h', 'start -- -h'],
  ['run -h', 'run --help'],
  ['run grep -h x', 'run -- grep -h x'],
  ['run --app-version 2 -- grep -v x', 'run --app-version 2 -- grep -v x'],
]

describe('what is typed', () => {
  for (const [typed, read] of cases)
    it(`as usage ${typed} is read as usage ${read}`, () => {
      assert.deepEqual(readTyped(typed.split(' ')), read.split(' '))
    })
})
