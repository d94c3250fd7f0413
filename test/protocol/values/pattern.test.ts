import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {isSafePattern} from '../../../src/protocol/values/pattern.ts'

const safe = [
  'v?\\d+\\.\\d+(?:\\.\\d+)?',
  '[a-z]+',
  '(?:slurm|pbs|lsf)',
  'a{3}b',
  '[^*+]+',
  '\\(\\)+',
  '',
  '(alpha|beta)?',
  '[0-9]{1,4}',
]
const unsafe = [
  '(a|a)*b',
  '(a+)+',
  '(?:a|b){2,}',
  '(a)\\1',
  '(?=a)a',
  '(?<!a)b',
  'a*a*a*a*b',
  'a?a?a?a?a?a?a?b',
  '(',
  '[a',
  'a{1,20}a{1,20}a{1,20}a{1,20}',
]

describe('a declared pattern', () => {
  for (const pattern of safe) it(`may be ${JSON.stringify(pattern)}`, () => assert.ok(isSafePattern(pattern)))
  for (const pattern of unsafe) it(`may not be ${JSON.stringify(pattern)}`, () => assert.ok(!isSafePattern(pattern)))

  it('is checked in less than a second for the most expensive value', () => {
    const costly = /^(?:[a-z]*[a-z]*[a-z]*\d?\d?\d?!)$/u
    assert.ok(isSafePattern('[a-z]*[a-z]*[a-z]*\\d?\\d?\\d?!'))
    const before = process.cpuUsage()
    assert.equal(costly.test('a'.repeat(256)), false)
    assert.ok(process.cpuUsage(before).user < 1_000_000)
  })
})
