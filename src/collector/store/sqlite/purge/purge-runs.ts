import {reach} from '../../../../fault-points.ts'
import type {Store} from '../../store.ts'
import type {MonthOfRuns} from '../../totals/plan-run-totals.ts'
import {spanOf} from '../../totals/span-of.ts'
import {readSince} from '../facts/quality.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {stateBefore} from '../tables/month-marks.ts'
import {readRunsBefore} from '../totals/read-run-totals.ts'
import {deleteTotalledRuns} from './delete-totalled.ts'
import {inPieces} from './in-pieces.ts'
import type {PurgerParts} from './purge-features.ts'
import {type CountedRuns, totalRuns} from './total-runs.ts'
import {totalRunsInThread} from './total-runs-thread.ts'

/** More rows are counted in a thread of their own. So many take some tens of milliseconds. */
const maxRowsHere = 2_000
/** If the months change each time, the last count is made inside the transaction. */
const maxCounts = 3
const hourMs = 3_600_000

const sql = {
  // Without the index of uses without a run, SQLite reads all uses.
  oldest: `
    SELECT min(atMs) AS atMs FROM (
      SELECT min(counted_at) AS atMs FROM runs WHERE project = :project AND counted_at >= :from
      UNION ALL SELECT min(last_sign_at) FROM runs
        WHERE project = :project AND counted_at < :purged AND last_sign_at >= :from
      UNION ALL SELECT min(ended_at) FROM unpaired_ends WHERE project = :project AND ended_at >= :from
      UNION ALL SELECT min(used_at) FROM presences WHERE project = :project AND used_at >= :from
      UNION ALL SELECT min(used_at) FROM features INDEXED BY unpaired_features_by_time
        WHERE project = :project AND run IS NULL AND used_at >= :from)`,
  nextRun: `
    SELECT min(counted_at) AS atMs FROM runs WHERE project = :project AND counted_at >= :from AND counted_at < :to`,
  count: `
    SELECT count(*) AS runs, count(*) FILTER (WHERE result IS NULL AND last_sign_at > :lost) AS running
    FROM run_results WHERE project = :project AND counted_at >= :from AND counted_at < :to`,
  some: `
    SELECT (SELECT count(*) FROM (SELECT 1 FROM runs
        WHERE project = :project AND counted_at < :to LIMIT ${maxRowsHere}))
      + (SELECT count(*) FROM (SELECT 1 FROM features
        WHERE project = :project AND used_at >= :from AND used_at < :to LIMIT ${maxRowsHere})) AS count`,
  keep: `
    INSERT INTO run_totals (project, span, facts) VALUES (:project, :span, :facts)
    ON CONFLICT DO UPDATE SET facts = excluded.facts`,
  note: `
    INSERT INTO run_purges (project, runs_before, first_at) VALUES (:project, :to, :first)
    ON CONFLICT DO UPDATE SET runs_before = max(runs_before, excluded.runs_before), first_at = excluded.first_at`,
} as const

type RunPurger = Pick<Store, 'nextRunMonth' | 'countRuns' | 'purgeRuns'>

/** Makes the functions that purge runs. Only the process that writes the database may call them. */
export function createRunPurger(
  database: Database,
  dictionary: Dictionary,
  {path, marks, onPurged}: PurgerParts,
): RunPurger {
  const idOf = (name: string): number => inTransaction(database, () => dictionary.projectId(name))

  async function count(project: number, asked: MonthOfRuns): Promise<CountedRuns> {
    const {to} = spanOf(asked.month)
    const read = spanOf(asked.withYear ? asked.month.slice(0, 4) : asked.month)
    const isLarge = Number(database.prepare(sql.some).get({project, ...read})?.['count']) >= maxRowsHere
    let counted: CountedRuns
    for (let turn = 0; ; turn++) {
      counted = isLarge
        ? await totalRunsInThread({path, project, asked})
        : inTransaction(database, () => totalRuns(database, project, asked))
      if (turn + 1 >= maxCounts || counted.state === stateBefore(database, project, to)) return counted
    }
  }

  /** Stores the totals. From its commit on, no answer counts the single runs. */
  function store(project: number, asked: MonthOfRuns, counted: CountedRuns): number {
    const {to} = spanOf(asked.month)
    try {
      return inTransaction(database, () => {
        const isCurrent = counted.state === stateBefore(database, project, to)
        const {runs, totals} = isCurrent ? counted : totalRuns(database, project, asked)
        for (const [span, facts] of totals) database.prepare(sql.keep).run({project, span, facts})
        database.prepare(sql.note).run({project, to, first: readSince(database, project)})
        marks.touchPurged(project)
        marks.flush()
        reach('collector: a month totalled')
        return runs
      })
    } catch (error) {
      dictionary.forget()
      throw error
    } finally {
      onPurged()
    }
  }

  return {
    async nextRunMonth(name, after) {
      const project = idOf(name)
      const purged = readRunsBefore(database, project) ?? 0
      const from = Math.max(purged, after === null ? 0 : spanOf(after).to)
      const atMs = database.prepare(sql.oldest).get({project, from, purged})?.['atMs']
      return atMs == null ? null : new Date(Number(atMs)).toISOString().slice(0, 7)
    },
    async countRuns(name, label, lostBeforeMs) {
      const [project, span] = [idOf(name), spanOf(label)]
      const counts = {runs: 0, running: 0}
      let {from} = span
      await inPieces(() => {
        const atMs = database.prepare(sql.nextRun).get({project, from, to: span.to})?.['atMs']
        if (atMs == null) return false
        const to = Math.min((Math.floor(Number(atMs) / hourMs) + 1) * hourMs, span.to)
        const row = database.prepare(sql.count).get({project, lost: lostBeforeMs, from, to})
        counts.runs += Number(row?.['runs'])
        counts.running += Number(row?.['running'])
        from = to
        return true
      })
      return counts
    },
    async purgeRuns(file, month, withYear, nowMs) {
      const project = idOf(file.project)
      const asked = {file, month, withYear, nowMs}
      // A call that was interrupted has stored the totals already.
      const isTotalled = (readRunsBefore(database, project) ?? 0) >= spanOf(month).to
      const runs = isTotalled ? 0 : store(project, asked, await count(project, asked))
      await deleteTotalledRuns(database, project)
      return runs
    },
  }
}
