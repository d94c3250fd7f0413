import type {Database} from '../tables/database.ts'

/**
 * The state of all months of a project before an instant. It changes when an event of them arrives or is erased: totals
 * that were counted in another state must be counted again.
 */
export function stateBefore(database: Database, project: number, toMs: number): string {
  const row = database.prepare(`
    SELECT group_concat(month || ' ' || mark) AS state FROM (
      SELECT month, mark FROM month_marks WHERE project = :project AND month < :to ORDER BY month)`)
  return String(row.get({project, to: toMs})?.['state'])
}
