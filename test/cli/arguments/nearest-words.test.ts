import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {nearestWords, writeProposal} from '../../../src/cli/arguments/nearest-words.ts'

const known = ['optout', 'optin', 'start', 'stats', 'status', 'project check', 'log', 'end', 'run']

describe('the nearest words', () => {
  const cases: readonly (readonly [typed: string, ...words: string[]])[] = [
    ['optot', 'optout'],
    ['otpout', 'optout'],
    ['OPTOUT', 'optout'],
    ['opt-out', 'optout'],
    ['stat', 'start', 'stats'],
    ['statsu', 'stats', 'status'],
    ['project chek', 'project check'],
    ['logs', 'log'],
    ['xyzzy'],
    ['q'],
    ['zz'],
    [''],
  ]
  for (const [typed, ...words] of cases)
    it(`of "${typed}" are ${words.join(', ') || 'none'}`, () => assert.deepEqual(nearestWords(typed, known), words))

  it('are at most three, and none for a text that is longer than any word', () => {
    assert.equal(nearestWords('ab', ['aa', 'ac', 'ad', 'ae']).length, 3)
    assert.deepEqual(nearestWords('a'.repeat(65), ['a'.repeat(65)]), [])
  })

  it('are proposed in one sentence', () => {
    assert.equal(writeProposal([]), null)
    assert.equal(writeProposal(['a']), 'Did you mean `a`?')
    assert.equal(writeProposal(['a', 'b', 'c']), 'Did you mean `a`, `b` or `c`?')
  })
})
