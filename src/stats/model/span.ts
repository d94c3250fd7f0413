/** A time span in Unix milliseconds: `fromMs` is included, `toMs` is not. */
export interface Span {
  readonly fromMs: number
  readonly toMs: number
}

export const dayMs = 86_400_000

/** Cuts a span at the instants inside it. The parts are in order, without gaps. Pure. */
export function cutSpan(span: Span, instantsMs: readonly number[]): Span[] {
  const inside = instantsMs.filter(instant => instant > span.fromMs && instant < span.toMs).sort((a, b) => a - b)
  const edges = [span.fromMs, ...inside, span.toMs]
  return edges.slice(0, -1).map((fromMs, index) => ({fromMs, toMs: edges[index + 1]!}))
}
