import type {Span} from '../../../stats/model/span.ts'
import type {KnownHeaders} from '../columns/headers.ts'

/** What headers did in one piece of time, as columns. Days are UTC days since 1970. */
export interface PieceOfUse {
  /** Numbers of headers, each once. */
  readonly header: Int32Array
  /** Zero for uses of features and events without a run. */
  readonly runs: Int32Array
  readonly firstDay: Int32Array
  readonly lastDay: Int32Array
}

/** Every use of a question once, by the pieces of time that its spans are made of. */
export interface Uses {
  /** In order, without overlap. */
  readonly pieces: readonly Span[]
  /** By the place of the piece. */
  readonly ofPiece: readonly PieceOfUse[]
  readonly headers: KnownHeaders
}

/** Cuts time at every edge of some spans; what lies in none of them is left out. Pure. */
export function cutPieces(spans: readonly Span[]): Span[] {
  const edges = [...new Set(spans.flatMap(({fromMs, toMs}) => [fromMs, toMs]))].sort((a, b) => a - b)
  const places = new Map(edges.map((edge, place) => [edge, place]))
  // How many spans begin at an edge, less those that end: the sum so far is how many are open.
  const opened = edges.map(() => 0)
  for (const {fromMs, toMs} of spans)
    if (fromMs < toMs) {
      opened[places.get(fromMs)!]!++
      opened[places.get(toMs)!]!--
    }
  let open = 0
  return edges.slice(0, -1).flatMap((fromMs, place) => {
    open += opened[place]!
    return open > 0 ? [{fromMs, toMs: edges[place + 1]!}] : []
  })
}

/** The uses of a span that is made of whole pieces, piece by piece. */
export function* usesIn(
  {pieces, ofPiece}: Pick<Uses, 'pieces' | 'ofPiece'>,
  {fromMs, toMs}: Span,
): Generator<PieceOfUse> {
  for (let place = firstAt(pieces, fromMs); place < pieces.length && pieces[place]!.toMs <= toMs; place++)
    yield ofPiece[place]!
}

/** The place of the first piece that does not begin before an instant. */
function firstAt(pieces: readonly Span[], fromMs: number): number {
  let [low, high] = [0, pieces.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (pieces[middle]!.fromMs < fromMs) low = middle + 1
    else high = middle
  }
  return low
}
