import assert from 'node:assert/strict'
import {describe, it} from 'node:test'
import {sha256 as leanSha256} from '../../src/lean/sha256.ts'
import {sha256} from '../../src/protocol/values/sha256.ts'

describe('the lean SHA-256', () => {
  it('gives what node:crypto gives, for every length around the bounds of a block and beyond those made here', () => {
    const lengths = [...Array(260).keys(), 1000, 16_383, 16_384, 16_385, 100_000]
    for (const length of lengths) assert.equal(leanSha256('x'.repeat(length)), sha256('x'.repeat(length)), `${length}`)
  })

  it('reads text as UTF-8', () => {
    for (const text of ['Größe', '漢字', '🎈'.repeat(40), '\u0000', '\ud800'])
      assert.equal(leanSha256(text), sha256(text))
  })

  it('hashes bytes, also of a part of a larger buffer', () => {
    const bytes = Uint8Array.from({length: 300}, (_, index) => index % 256)
    for (const part of [bytes, bytes.subarray(7), bytes.subarray(200, 265)])
      assert.equal(leanSha256(part), sha256(part))
  })
})
