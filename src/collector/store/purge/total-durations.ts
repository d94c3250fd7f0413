import {Durations} from '../../../protocol/durations.ts'
import type {Database} from '../tables/database.ts'
import {decodeDurations, decodeTimings, encodeDurations} from '../tables/timings-blob.ts'

const sql = {
  uses: `
    SELECT feature, is_internal AS isInternal, duration_seconds AS seconds, timings FROM features
    WHERE project = :project AND used_at >= :from AND used_at < :to
      AND (timings IS NOT NULL OR (duration_seconds IS NOT NULL AND count = 1))`,
  before: `
    SELECT durations FROM feature_totals
    WHERE project = :project AND span = :span AND use = :use AND feature = :feature`,
  keep: `
    UPDATE feature_totals SET durations = :durations
    WHERE project = :project AND span = :span AND use = :use AND feature = :feature`,
  runs: `
    SELECT seconds FROM run_results
    WHERE project = :project AND counted_at >= :from AND counted_at < :to AND seconds IS NOT NULL`,
} as const

/** The histogram of the durations of the runs in a span, encoded as a text. */
export function encodeRunDurations(
  database: Database,
  values: {readonly project: number; readonly from: number; readonly to: number},
): string {
  const durations = new Durations()
  for (const {seconds} of database.prepare(sql.runs).iterate(values)) durations.record(Number(seconds))
  return Buffer.from(encodeDurations(durations.toParts())).toString('base64')
}

interface Use {
  readonly feature: number
  readonly isInternal: number
  readonly seconds: number
  readonly timings: Uint8Array | null
}

interface TotalKeys {
  readonly project: number
  /** A month `YYYY-MM` or a year `YYYY`. */
  readonly span: string
}

/**
 * Adds the durations of single uses in a span to the totals of their features, which must exist. Several uses with one
 * duration are left out: only their sum is known.
 */
export function addDurations(
  database: Database,
  keys: TotalKeys,
  within: {readonly from: number; readonly to: number},
): void {
  const all = new Map<string, {use: string; feature: number; durations: Durations}>()
  const sumOf = (use: string, feature: number): Durations => {
    const key = `${use} ${feature}`
    const sum = all.get(key) ?? {use, feature, durations: new Durations()}
    all.set(key, sum)
    return sum.durations
  }
  for (const row of database.prepare(sql.uses).iterate({project: keys.project, ...within})) {
    const {feature, isInternal, seconds, timings} = row as unknown as Use
    for (const use of ['all', isInternal === 1 ? 'internal' : 'direct']) {
      const sum = sumOf(use, feature)
      if (timings === null) sum.record(seconds)
      else sum.addTimings(decodeTimings(timings, seconds))
    }
  }
  const [before, keep] = [database.prepare(sql.before), database.prepare(sql.keep)]
  for (const {use, feature, durations} of all.values()) {
    const own = {...keys, use, feature}
    const kept = before.get(own)?.['durations'] as Uint8Array | null | undefined
    if (kept != null) durations.add(Durations.of(decodeDurations(kept)))
    keep.run({...own, durations: encodeDurations(durations.toParts())})
  }
}
