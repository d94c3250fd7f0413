/**
 * Room `purge`: deletes rows of the store.
 *
 * Retention replaces the features (this file) and runs (`purge-runs.ts`) of a month by totals in one transaction. An
 * erasure (`erasure.ts`) deletes all data of a person, overwrites the pages and truncates the log. Each marks the
 * changed months, so that caches read them again. A kill at any step leaves a store that answers correctly.
 * Read next: `../totals/run-totals.ts` for what is kept.
 */
import type {ProjectFile} from '../../../protocol/project-file.ts'
import {formatDay} from '../../../stats/model/period.ts'
import {rotationPeriods} from '../../../stats/model/rotation.ts'
import {readSince} from '../facts/quality.ts'
import type {Store} from '../store.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {type MonthMarks, sweepSql} from '../tables/month-marks.ts'
import {addDurations} from './total-durations.ts'

const inSpan = 'f.project = :project AND f.used_at >= :from AND f.used_at < :to'

/**
 * Totals the uses of a span by feature: all uses, direct ones or internal ones. Different users are counted in each
 * rotation period: that of their report, or else that of the time of the use. An old store, which did not refuse late
 * uses, may have single uses in a month with totals. They are added. Of the numbers of users, which do not add up, the
 * larger one is stored.
 */
const addTotals = (use: 'all' | 'direct' | 'internal'): string => `
  WITH uses AS (
    SELECT f.*, iif(h.ci IS NULL, h.user, NULL) AS user, h.ci IS NULL AND h.user IS NULL AS is_without_user,
      ${periodOfHeader} AS period
    FROM features f JOIN headers h ON h.id = f.header
    WHERE ${inSpan} ${use === 'all' ? '' : `AND f.is_internal = ${use === 'internal' ? 1 : 0}`}),
  periods AS (
    SELECT feature, count(*) AS users FROM (SELECT feature, user, min(period) AS period FROM uses WHERE user IS NOT NULL
      GROUP BY feature, user) GROUP BY feature, period),
  people AS (SELECT feature, max(users) AS low FROM periods GROUP BY feature)
  INSERT INTO feature_totals (project, span, use, feature, count, internal_count, runs, users, users_low,
    uses_without_user, days_without_user, unpaired, seconds, timed)
  SELECT :project, :span, '${use}', u.feature, sum(u.count), sum(iif(u.is_internal, u.count, 0)),
    count(DISTINCT u.run), count(DISTINCT u.user), coalesce(max(p.low), 0),
    sum(iif(u.is_without_user, u.count, 0)),
    count(DISTINCT iif(u.is_without_user, u.used_at / 86400000, NULL)), count(*) FILTER (WHERE u.run IS NULL),
    sum(u.duration_seconds), sum(iif(u.duration_seconds IS NULL, NULL, coalesce(u.timed, u.count)))
  FROM uses u LEFT JOIN people p ON p.feature = u.feature
  GROUP BY u.feature
  ON CONFLICT DO UPDATE SET count = count + excluded.count, internal_count = internal_count + excluded.internal_count,
    runs = runs + excluded.runs, users = max(users, excluded.users),
    users_low = max(coalesce(users_low, users), excluded.users_low),
    uses_without_user = uses_without_user + excluded.uses_without_user,
    days_without_user = max(days_without_user, excluded.days_without_user), unpaired = unpaired + excluded.unpaired,
    seconds = coalesce(seconds + excluded.seconds, seconds, excluded.seconds),
    timed = coalesce(timed + excluded.timed, timed, excluded.timed)`

/** The first instant of the rotation period of a use. */
const periodOfHeader = `
      coalesce(unixepoch(h.period) * 1000, (SELECT max(value) FROM json_each(:periods) WHERE value <= f.used_at))`

const sql = {
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
        return inTransaction(database, () => {
          const project = dictionary.projectId(file.project)
          const span = spanOf(month)
          const year = month.slice(0, 4)
          const purgedBeforeMs = numberOf(sql.purged, {project}, 'beforeMs') ?? 0
          if (withYear && purgedBeforeMs <= spanOf(year).from) total(database, project, file, year)
          total(database, project, file, month)
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

function total(database: Database, project: number, {identity}: ProjectFile, span: string): void {
  const {from, to} = spanOf(span)
  const periods = JSON.stringify(rotationPeriods({fromMs: from, toMs: to}, identity).map(({fromMs}) => fromMs))
  for (const use of ['all', 'direct', 'internal'] as const)
    database.prepare(addTotals(use)).run({project, span, from, to, periods})
  addDurations(database, {project, span}, {from, to})
}

/** The span of a month `YYYY-MM` or a year `YYYY`, in Unix milliseconds. Pure. */
export function spanOf(label: string): {readonly from: number; readonly to: number} {
  const [year, month] = label.split('-').map(Number) as [number, number | undefined]
  if (month === undefined) return {from: Date.UTC(year, 0, 1), to: Date.UTC(year + 1, 0, 1)}
  return {from: Date.UTC(year, month - 1, 1), to: Date.UTC(year, month, 1)}
}
