import assert from 'node:assert/strict'
import {createHash} from 'node:crypto'
import {describe, it} from 'node:test'
import {sha256} from '../../src/protocol/sha256.ts'

const expected = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('SHA-256', () => {
  it('gives what node:crypto gives, for every length around the bounds of a block and beyond those made here', () => {
    const lengths = [...Array(260).keys(), 1000, 16_383, 16_384, 16_385, 100_000]
    for (const length of lengths) assert.equal(sha256('x'.repeat(length)), expected('x'.repeat(length)), `${length}`)
  })

  it('reads text as UTF-8', () => {
    for (const text of ['Größe', '漢字', '🎈'.repeat(40), '\u0000', '\ud800'])
      assert.equal(sha256(text), expected(text))
  })
})
