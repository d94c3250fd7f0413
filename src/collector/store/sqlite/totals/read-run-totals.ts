/**
 * Room `totals` of the SQLite store: reads the totals of purged runs and features.
 *
 * What totals mean and how they add up is in `../../totals/run-totals.ts`, the same for every store.
 * Read next: `read-feature-totals.ts`.
 */
import type {StatsQuestion} from '../../../../stats/model/source.ts'
import {findKeptRuns, type KeptRuns} from '../../totals/kept-runs.ts'
import type {Database} from '../tables/database.ts'

/** The instant before which single runs of a project are purged, in Unix milliseconds. Null if none are. */
export function readRunsBefore(database: Database, project: number): number | null {
  const row = database.prepare('SELECT runs_before AS beforeMs FROM run_purges WHERE project = ?').get(project)
  return row === undefined ? null : Number(row['beforeMs'])
}

/** Finds the totals of purged runs: `findKeptRuns`. */
export function readKeptRuns(database: Database, project: number, question: StatsQuestion): KeptRuns {
  const facts = database.prepare('SELECT facts FROM run_totals WHERE project = ? AND span = ?')
  const oldest = database.prepare('SELECT min(span) AS label FROM run_totals WHERE project = ?')
  const textOf = (value: unknown): string | null => (value == null ? null : String(value))
  return findKeptRuns(
    {
      sinceMs: readRunsBefore(database, project),
      oldest: () => textOf(oldest.get(project)?.['label']),
      read: label => textOf(facts.get(project, label)?.['facts']),
    },
    question,
  )
}
