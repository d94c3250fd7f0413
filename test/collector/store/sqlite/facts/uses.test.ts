import assert from 'node:assert/strict'
import {test} from 'node:test'
import {usesIn} from '../../../../../src/collector/store/sqlite/facts/uses.ts'

const span = (fromMs: number, toMs: number) => ({fromMs, toMs})

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
