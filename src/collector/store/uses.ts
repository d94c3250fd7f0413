import type {HeaderWord} from '../../stats/source.ts'
import type {Span} from '../../stats/span.ts'

/** A header as the answers need it: people are numbers from 0, -1 is nobody (unknown, or of CI). */
export interface KnownHeader {
  readonly user: number
  readonly host: number
  readonly names: Readonly<Record<HeaderWord, string | null>>
}

/** What one header did in one piece of time. Days are UTC days since 1970. */
export interface Use {
  readonly header: KnownHeader
  /** Zero for uses of features and events without a run. */
  readonly runs: number
  readonly firstDay: number
  readonly lastDay: number
}

/** Every use of a question once, by the pieces of time that its spans are made of. */
export interface Uses {
  /** In order, without overlap. */
  readonly pieces: readonly Span[]
  /** By the place of the piece. */
  readonly ofPiece: readonly (readonly Use[])[]
  /** How many different numbers of people and of machines there are. */
  readonly users: number
  readonly hosts: number
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

/** The uses of a span that is made of whole pieces. */
export function* usesIn({pieces, ofPiece}: Uses, {fromMs, toMs}: Span): Generator<Use> {
  for (let place = firstAt(pieces, fromMs); place < pieces.length && pieces[place]!.toMs <= toMs; place++)
    yield* ofPiece[place]!
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
