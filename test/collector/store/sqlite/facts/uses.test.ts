import assert from 'node:assert/strict'
import {test} from 'node:test'
import {cutPieces, usesIn} from '../../../../../src/collector/store/sqlite/facts/uses.ts'

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

test('it finds the uses of a span in exactly its pieces', () => {
  const pieces = [span(0, 4), span(4, 6), span(8, 10)]
  const column = (value: number) => Int32Array.of(value)
  const ofPiece = pieces.map((_, place) => ({
    period: 0,
    month: 0,
    header: column(0),
    runs: column(place + 1),
    uses: Float64Array.of(place + 1),
    unknownHeader: column(0),
    unknownDay: column(0),
    firstDay: column(0),
    lastDay: column(0),
  }))
  const uses = {pieces, ofPiece}
  const runsIn = (fromMs: number, toMs: number): number[] =>
    [...usesIn(uses, span(fromMs, toMs))].flatMap(({runs}) => [...runs])
  assert.deepEqual(runsIn(0, 10), [1, 2, 3])
  assert.deepEqual(runsIn(4, 6), [2])
  assert.deepEqual(runsIn(6, 8), [])
  assert.deepEqual(runsIn(10, 20), [])
})
