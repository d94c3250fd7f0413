import type {Span} from '../../../stats/model/span.ts'

/** Cuts spans at every edge of any of them, and at more instants. Time outside all spans is left out. Pure. */
export function cutPieces(spans: readonly Span[], instantsMs: readonly number[] = []): Span[] {
  const all = spans.flatMap(({fromMs, toMs}) => [fromMs, toMs])
  const edges = [...new Set([...all, ...instantsMs])].sort((a, b) => a - b)
  const places = new Map(edges.map((edge, place) => [edge, place]))
  // At each edge: the spans that begin minus those that end. The running sum is the number of open spans.
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
