import {startOfNextPeriod, startOfPeriod} from '../../../../stats/model/period.ts'
import type {Span} from '../../../../stats/model/span.ts'
import type {Database} from './database.ts'

/** The `month` of the mark for the whole project. */
export const wholeProject = -1
/** The `month` of a mark that exists while a purge may have left unused headers. */
const unswept = -2
/** A run that lasted for more months changes the mark of the whole project. */
const maxMonths = 36

/** A new random mark for each change, at most 2^53, so that JavaScript reads it exactly. */
const random = 'abs(random() % 9007199254740991)'
const sql = {
  mark: `
    INSERT INTO month_marks (project, month, mark) VALUES (:project, :month, ${random})
    ON CONFLICT DO UPDATE SET mark = excluded.mark`,
  known: `
    INSERT INTO month_marks (project, month, mark) VALUES (:project, ${wholeProject}, ${random})
    ON CONFLICT DO NOTHING`,
} as const

/** Queries: whether unused headers of a project must be swept, and the note that they were. */
export const sweepSql = {
  isDue: `SELECT count(*) AS due FROM month_marks WHERE project = :project AND month = ${unswept}`,
  done: `DELETE FROM month_marks WHERE project = :project AND month = ${unswept}`,
} as const

/** Marks the months that a transaction changes, so that caches read them again. */
export interface MonthMarks {
  /** Marks the months from one instant to another, both included (Unix milliseconds). */
  touch(project: number, fromMs: number, toMs: number): void
  /** Marks all months. Call it if ids of headers may be used again, or if much has changed. */
  touchAll(project: number): void
  /** Marks all months, and that unused headers must be swept. */
  touchPurged(project: number): void
  /** Writes the marks. Call it at the end of the transaction. */
  flush(): void
  /** Forgets unwritten marks. Call it after a rollback. */
  forget(): void
}

export function createMonthMarks(database: Database): MonthMarks {
  const mark = database.prepare(sql.mark)
  const make = database.prepare(sql.known)
  const known = new Set<number>()
  const touched = new Map<number, Set<number>>()
  let last: Span & {readonly project: number} = {project: 0, fromMs: 0, toMs: 0}
  const monthsOf = (project: number): Set<number> => {
    const months = touched.get(project) ?? new Set()
    touched.set(project, months)
    return months
  }
  const clear = (): void => {
    touched.clear()
    last = {project: 0, fromMs: 0, toMs: 0}
  }
  return {
    touch(project, fromMs, toMs) {
      // Nearly every event is in the month of the previous one.
      if (project === last.project && fromMs >= last.fromMs && toMs < last.toMs) return
      const months = monthsOf(project)
      let monthMs = startOfPeriod(fromMs, 'month')
      for (let count = 0; monthMs <= toMs && count <= maxMonths; count++) {
        months.add(monthMs)
        last = {project, fromMs: monthMs, toMs: startOfNextPeriod(monthMs, 'month')}
        monthMs = last.toMs
      }
      if (monthMs <= toMs) months.add(wholeProject)
    },
    touchAll: project => void monthsOf(project).add(wholeProject),
    touchPurged: project => void monthsOf(project).add(wholeProject).add(unswept),
    flush() {
      for (const [project, months] of touched) {
        if (!known.has(project)) make.run({project})
        known.add(project)
        for (const month of months) mark.run({project, month})
      }
      clear()
    },
    forget() {
      known.clear()
      clear()
    },
  }
}

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
