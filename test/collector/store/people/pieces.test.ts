import assert from 'node:assert/strict'
import {test} from 'node:test'
import {cutPieces} from '../../../../src/collector/store/people/pieces.ts'

const span = (fromMs: number, toMs: number) => ({fromMs, toMs})

test('it cuts spans at every edge of another one, and leaves out the time between them', () => {
  assert.deepEqual(cutPieces([]), [])
  assert.deepEqual(cutPieces([span(5, 5)]), [])
  assert.deepEqual(cutPieces([span(0, 10), span(0, 10), span(4, 6), span(10, 12), span(20, 21)]), [
    span(0, 4),
    span(4, 6),
    span(6, 10),
    span(10, 12),
    span(20, 21),
  ])
  // An empty span between two others adds no piece.
  assert.deepEqual(cutPieces([span(0, 2), span(3, 3), span(4, 6)]), [span(0, 2), span(4, 6)])
  assert.deepEqual(cutPieces([span(0, 2), span(4, 6)], [1, 3, 4]), [span(0, 1), span(1, 2), span(4, 6)])
})
