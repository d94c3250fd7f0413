import assert from 'node:assert/strict'
import {it} from 'node:test'
import {growing, moved} from '../../../../../src/collector/store/sqlite/columns/growing.ts'

it('keeps all values when it grows, and has no spare room at the end', () => {
  const column = growing(Int32Array)
  for (let value = 0; value < 5_000; value++) column.push(-value)
  const values = column.column()
  assert.deepEqual([values.length, values[0], values[1_024], values[4_999]], [5_000, 0, -1_024, -4_999])
  assert.equal(values.buffer.byteLength, 20_000)
})

it('moves each value to its place', () => {
  assert.deepEqual(moved(Uint8Array.of(7, 8, 9), Uint32Array.of(2, 0, 1)), Uint8Array.of(8, 9, 7))
})
