/**
 * Room `purge`: deletes rows of the store.
 *
 * Retention replaces the features (this file) and runs (`purge-runs.ts`) of a month by totals in one transaction. The
 * uses of features are counted in pieces before it (`count-uses.ts`), so that reports do not wait for it. An
 * erasure (`erasure.ts`) deletes all data of a person, overwrites the pages and truncates the log. Each marks the
 * changed months, so that caches read them again. A kill at any step leaves a store that answers correctly.
 * Read next: `../totals/run-totals.ts` for what is kept.
 */
import type {ProjectFile} from '../../../protocol/project-file.ts'
import {formatDay} from '../../../stats/model/period.ts'
import {readSince} from '../facts/quality.ts'
import type {Store} from '../store.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {type MonthMarks, sweepSql} from '../tables/month-marks.ts'
import {countUses, type UseCounting, type UseTotal} from './count-uses.ts'
import {addDurations} from './total-durations.ts'

const inSpan = 'f.project = :project AND f.used_at >= :from AND f.used_at < :to'

const sql = {
  // An old store, which did not refuse late uses, may have single uses in a month with totals. They are added. Of the
  // numbers of users, which do not add up, the larger one is stored.
  total: `
    INSERT INTO feature_totals (project, span, use, feature, count, internal_count, runs, users, users_low,
      uses_without_user, days_without_user, unpaired, seconds, timed)
    VALUES (:project, :span, :use, :feature, :count, :internal, :runs, :users, :usersLow, :usesWithoutUser,
      :daysWithoutUser, :unpaired, :seconds, :timed)
    ON CONFLICT DO UPDATE SET count = count + excluded.count, internal_count = internal_count + excluded.internal_count,
      runs = runs + excluded.runs, users = max(users, excluded.users),
      users_low = max(coalesce(users_low, users), excluded.users_low),
      uses_without_user = uses_without_user + excluded.uses_without_user,
      days_without_user = max(days_without_user, excluded.days_without_user), unpaired = unpaired + excluded.unpaired,
      seconds = coalesce(seconds + excluded.seconds, seconds, excluded.seconds),
      timed = coalesce(timed + excluded.timed, timed, excluded.timed)`,
  presences: `
    INSERT INTO presences (project, used_at, header)
    SELECT :project, min(f.used_at), f.header FROM features f WHERE ${inSpan} AND f.run IS NULL
      AND NOT EXISTS (SELECT 1 FROM run_purges WHERE project = :project AND runs_before >= :to)
    GROUP BY f.header, f.used_at / 86400000
    ON CONFLICT DO NOTHING`,
  delete: 'DELETE FROM features WHERE project = :project AND used_at >= :from AND used_at < :to',
  note: `
    INSERT INTO purges (project, features_before, first_at) VALUES (:project, :to, :first)
    ON CONFLICT DO UPDATE SET features_before = max(features_before, excluded.features_before),
      first_at = excluded.first_at`,
  purged: 'SELECT features_before AS beforeMs FROM purges WHERE project = :project',
  oldest: 'SELECT min(used_at) AS atMs FROM features WHERE project = :project AND used_at >= :from',
  count: `SELECT count(*) AS events FROM features f WHERE ${inSpan}`,
  state: `SELECT group_concat(month || ' ' || mark) AS state FROM (
    SELECT month, mark FROM month_marks WHERE project = :project AND month < :to ORDER BY month)`,
  sweep: `
    DELETE FROM headers WHERE project = :project AND id NOT IN (
      SELECT header FROM runs WHERE project = :project UNION SELECT header FROM features WHERE project = :project
      UNION SELECT header FROM unpaired_ends WHERE project = :project
      UNION SELECT header FROM presences WHERE project = :project
      UNION SELECT header FROM pending_events WHERE project = :project)`,
} as const

/** The caches that a purge changes. */
export interface OnPurge {
  readonly marks: MonthMarks
  /** Called after every purge, also after a failed one. */
  readonly onPurged: () => void
}

type Purger = Pick<Store, 'nextFeatureMonth' | 'purgeFeatures' | 'sweepHeaders'>

/** Makes the functions that purge features. Only the process that writes the database may call them. */
export function createPurger(database: Database, dictionary: Dictionary, {marks, onPurged}: OnPurge): Purger {
  const numberOf = (text: string, values: Record<string, number>, column: string): number | null => {
    const value = database.prepare(text).get(values)?.[column]
    return value == null ? null : Number(value)
  }
  return {
    async nextFeatureMonth(name, after) {
      const project = inTransaction(database, () => dictionary.projectId(name))
      const atMs = numberOf(sql.oldest, {project, from: after === null ? 0 : spanOf(after).to}, 'atMs')
      if (atMs === null) return null
      const month = formatDay(atMs).slice(0, 7)
      return {month, events: numberOf(sql.count, {project, ...spanOf(month)}, 'events') ?? 0}
    },
    async purgeFeatures(file, month, withYear) {
      try {
        const project = inTransaction(database, () => dictionary.projectId(file.project))
        const year = month.slice(0, 4)
        const purgedBeforeMs = numberOf(sql.purged, {project}, 'beforeMs') ?? 0
        const spans = withYear && purgedBeforeMs <= spanOf(year).from ? [year, month] : [month]
        const counted = await countSpans(database, project, file, spans)
        return inTransaction(database, () => {
          const span = spanOf(month)
          const isCurrent = stateOf(database, project, spans) === counted.state
          const totals = isCurrent ? counted.totals : spans.map(label => countNow(database, project, file, label))
          for (const [index, label] of spans.entries()) writeTotals(database, project, label, totals[index]!)
          const first = readSince(database, project)
          database.prepare(sql.presences).run({project, ...span})
          const {changes} = database.prepare(sql.delete).run({project, ...span})
          database.prepare(sql.note).run({project, to: span.to, first})
          marks.touchPurged(project)
          marks.flush()
          return Number(changes)
        })
      } catch (error) {
        dictionary.forget()
        throw error
      } finally {
        onPurged()
      }
    },
    async sweepHeaders(name) {
      inTransaction(database, () => {
        const project = dictionary.projectId(name)
        if (numberOf(sweepSql.isDue, {project}, 'due') === 0) return
        marks.touchAll(project)
        marks.flush()
        database.prepare(sql.sweep).run({project})
        database.prepare(sweepSql.done).run({project})
      })
      // Deleted ids of headers must not be used again.
      dictionary.forget()
    },
  }
}

/** Milliseconds for which reports wait while uses are counted. */
const pieceMs = 20

/** Counts the uses of spans in pieces. Reports are written between them. */
async function countSpans(database: Database, project: number, file: ProjectFile, labels: readonly string[]) {
  const state = stateOf(database, project, labels)
  const totals: UseTotal[][] = []
  for (const label of labels) {
    const counting = beginCounting(database, project, file, label)
    let pauseAt = performance.now() + pieceMs
    while (counting.countNext()) {
      if (performance.now() < pauseAt) continue
      await new Promise(setImmediate)
      pauseAt = performance.now() + pieceMs
    }
    totals.push(counting.totals())
  }
  return {state, totals}
}

/** Changes when an event arrives in the spans, or is erased. */
function stateOf(database: Database, project: number, labels: readonly string[]): string {
  const to = Math.max(...labels.map(label => spanOf(label).to))
  return String(database.prepare(sql.state).get({project, to})?.['state'])
}

function countNow(database: Database, project: number, file: ProjectFile, label: string): UseTotal[] {
  const counting = beginCounting(database, project, file, label)
  while (counting.countNext());
  return counting.totals()
}

function beginCounting(database: Database, project: number, file: ProjectFile, label: string): UseCounting {
  const {from, to} = spanOf(label)
  return countUses(database, project, file, {fromMs: from, toMs: to})
}

function writeTotals(database: Database, project: number, span: string, totals: readonly UseTotal[]): void {
  const insert = database.prepare(sql.total)
  for (const {durations, ...total} of totals) {
    insert.run({project, span, ...total})
    if (durations !== null) addDurations(database, {project, span, use: total.use, feature: total.feature}, durations)
  }
}

/** The span of a month `YYYY-MM` or a year `YYYY`, in Unix milliseconds. Pure. */
export function spanOf(label: string): {readonly from: number; readonly to: number} {
  const [year, month] = label.split('-').map(Number) as [number, number | undefined]
  if (month === undefined) return {from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1)}
  return {from: Date.UTC(year, month - 1, 1), to: Date.UTC(year, month, 1)}
}
