import assert from 'node:assert/strict'
import {it} from 'node:test'
import {readSize} from '../../../../src/cli/arguments/operator/size.ts'

it('reads a size in bytes, with a unit of 1024', () => {
  for (const [written, bytes] of [
    [undefined, null],
    ['0', 0],
    ['1500', 1_500],
    ['2k', 2_048],
    ['500M', 500 * 1024 * 1024],
    ['1G', 1024 ** 3],
  ] as const)
    assert.equal(readSize(written), bytes)
})

it('rejects other texts', () => {
  for (const written of ['', '-1', '1.5G', 'M', '5 %', '1e9', '500MB'])
    assert.throws(() => readSize(written), {code: 'USAGE_WRONG_USE', message: /--min-free: must be a size/})
})
