import {Durations} from '../../../../protocol/durations/durations.ts'
import {decodeDurations, encodeDurations} from '../../totals/timings-blob.ts'
import type {Database} from '../tables/database.ts'

const sql = {
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

/** A row of the totals of features. */
interface TotalKeys {
  readonly project: number
  /** A month `YYYY-MM` or a year `YYYY`. */
  readonly span: string
  readonly use: string
  readonly feature: number
}

/** Adds durations of single uses to a total, which must exist. */
export function addDurations(database: Database, {project, span, use, feature}: TotalKeys, durations: Durations): void {
  const keys = {project, span, use, feature}
  const kept = database.prepare(sql.before).get(keys)?.['durations'] as Uint8Array | null | undefined
  if (kept != null) durations.add(Durations.of(decodeDurations(kept)))
  database.prepare(sql.keep).run({...keys, durations: encodeDurations(durations.toParts())})
}
