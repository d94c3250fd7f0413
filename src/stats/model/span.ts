/** A stretch of time in Unix milliseconds: from `fromMs` on, up to but without `toMs`. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export const dayMs = 86_400_000

/** Cuts a span at those of the given instants that lie inside it. The parts come in order and leave no gap. */
export function cutSpan(span: Span, instantsMs: readonly number[]): Span[] {
  const inside = instantsMs.filter(instant => instant > span.fromMs && instant < span.toMs).sort((a, b) => a - b)
  const edges = [span.fromMs, ...inside, span.toMs]
  return edges.slice(0, -1).map((fromMs, index) => ({fromMs, toMs: edges[index + 1]!}))
}
