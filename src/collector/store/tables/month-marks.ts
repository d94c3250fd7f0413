import {startOfNextPeriod, startOfPeriod} from '../../../stats/model/period.ts'
import type {Span} from '../../../stats/model/span.ts'
import type {Database} from './database.ts'

/** Stands for all months of a project among its marks. */
export const wholeProject = -1
/** Stands for headers that a purge may have left without rows, until they are swept. */
const unswept = -2
/** Runs that lived for more months than this change all. */
const maxMonths = 36

/** A number that no other change has. JavaScript reads it without loss. */
const random = 'abs(random() % 9007199254740991)'
const sql = {
  mark: `
    INSERT INTO month_marks (project, month, mark) VALUES (:project, :month, ${random})
    ON CONFLICT DO UPDATE SET mark = excluded.mark`,
  known: `
    INSERT INTO month_marks (project, month, mark) VALUES (:project, ${wholeProject}, ${random})
    ON CONFLICT DO NOTHING`,
} as const

/** Whether headers of a project are to be swept, and that they were. */
export const sweepSql = {
  isDue: `SELECT count(*) AS due FROM month_marks WHERE project = :project AND month = ${unswept}`,
  done: `DELETE FROM month_marks WHERE project = :project AND month = ${unswept}`,
} as const

/** Notes which months a transaction changes, so that what was read of them is read anew. */
export interface MonthMarks {
  /** Something changed at these times, both included, or in what is read of the months between them. */
  touch(project: number, fromMs: number, toMs: number): void
  /** Numbers of headers may be given anew, or much has changed. */
  touchAll(project: number): void
  /** A purge changes much, and leaves headers to be swept. */
  touchPurged(project: number): void
  /** Writes the marks; to be called at the end of the transaction. */
  flush(): void
  /** To be called when the transaction was rolled back. */
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
      // Nearly every event is of the month of the one before it.
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
