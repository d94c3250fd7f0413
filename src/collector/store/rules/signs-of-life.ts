/** The event with the smallest rank gives a run its header. With equal ranks, the earlier sign of life wins. */
export const headerRank = {start: 1, repeat: 2, end: 3, feature: 4} as const

/** Unix milliseconds. */
export interface Signs {
  readonly firstMs: number
  readonly lastMs: number
}

/**
 * Adds a feature to the signs of life of its run: from its start to its end, but not in the future.
 *
 * @param durationSeconds null: unknown
 */
export function noteSign(
  signs: Map<string, Signs>,
  run: string,
  startMs: number,
  durationSeconds: number | null,
  receivedAtMs: number,
): void {
  const sign = signs.get(run)
  const endMs = startMs + (durationSeconds ?? 0) * 1000
  signs.set(run, {
    firstMs: Math.min(sign?.firstMs ?? startMs, startMs),
    lastMs: Math.max(sign?.lastMs ?? startMs, Math.min(Math.round(endMs), receivedAtMs)),
  })
}
