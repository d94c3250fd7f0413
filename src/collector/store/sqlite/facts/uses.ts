import type {Span} from '../../../../stats/model/span.ts'
import type {KnownHeaders} from '../columns/headers.ts'

/** The uses in one piece of time, grouped by header, as columns. Days are UTC days since 1970. */
export interface PieceOfUse {
  /** The number of the rotation period, by time: for pseudonyms that do not say theirs. */
  readonly period: number
  /** When its month begins, Unix milliseconds. */
  readonly month: number
  /** The ids of different headers. */
  readonly header: Int32Array
  /** The number of runs. 0 for uses of features and events without a run. */
  readonly runs: Int32Array
  /** The number of runs and other events, or of the counted uses of features: at most so many people. */
  readonly uses: Float64Array
  readonly firstDay: Int32Array
  readonly lastDay: Int32Array
  /** The days of uses that do not say who: headers, and twice the UTC day, plus one for a run. Some may be repeated. */
  readonly unknownHeader: Int32Array
  readonly unknownDay: Int32Array
}

/** All uses of a question, each once, by pieces of time. The spans of the question consist of whole pieces. */
export interface Uses {
  /** In order, without overlap. */
  readonly pieces: readonly Span[]
  /** The uses of each piece, in the same order. */
  readonly ofPiece: readonly PieceOfUse[]
  readonly headers: KnownHeaders
}

/** Yields the uses of a span, piece by piece. The span must consist of whole pieces. */
export function* usesIn(
  {pieces, ofPiece}: Pick<Uses, 'pieces' | 'ofPiece'>,
  {fromMs, toMs}: Span,
): Generator<PieceOfUse> {
  for (let place = firstAt(pieces, fromMs); place < pieces.length && pieces[place]!.toMs <= toMs; place++)
    yield ofPiece[place]!
}

/** The index of the first piece that does not begin before an instant (binary search). */
function firstAt(pieces: readonly Span[], fromMs: number): number {
  let [low, high] = [0, pieces.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (pieces[middle]!.fromMs < fromMs) low = middle + 1
    else high = middle
  }
  return low
}
