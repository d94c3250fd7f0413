import type {Database} from '../tables/database.ts'

/**
 * The newest day on which a collector noted the size, or the newest event after it: both are read from the end of an
 * index. Null without such a day: a store of imported history says nothing about the present.
 */
export function readNewest(database: Database): number | null {
  const row = database
    .prepare(
      `SELECT max(at) AS newest, (SELECT unixepoch(max(day)) * 1000 FROM sizes) AS noted FROM (
        SELECT (SELECT max(used_at) FROM features f WHERE f.project = p.id) AS at FROM projects p UNION ALL
        SELECT (SELECT max(counted_at) FROM runs r WHERE r.project = p.id) FROM projects p)`,
    )
    .get()
  return row?.['noted'] == null ? null : Math.max(Number(row['noted']), Number(row['newest'] ?? 0))
}
