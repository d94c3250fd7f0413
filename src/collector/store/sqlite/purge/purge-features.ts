/**
 * Room `purge`: deletes rows of the store.
 *
 * Retention replaces the features (this file) and runs (`purge-runs.ts`) of a month by totals. They are counted first,
 * uses in pieces (`count-uses.ts`) and runs in a thread (`total-runs-thread.ts`), so that reports do not wait. One small
 * transaction stores the totals, and from then on no answer counts the single rows. They are deleted in pieces
 * (`delete-totalled.ts`). An erasure (`erasure.ts`) finds all data of a person in pieces (`find-erased.ts`), deletes it in
 * one transaction, overwrites the pages and truncates the log. Each marks the changed months, so that caches read them again. A kill at any step leaves a store that answers correctly.
 * Read next: `../totals/run-totals.ts` for what is kept.
 */
import {reach} from '../../../../fault-points.ts'
import type {ProjectFile} from '../../../../protocol/project/project-file.ts'
import {formatDay} from '../../../../stats/model/period.ts'
import type {Store} from '../../store.ts'
import {spanOf} from '../../totals/span-of.ts'
import {readSince} from '../facts/quality.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {type MonthMarks, stateBefore} from '../tables/month-marks.ts'
import {readUnfinishedPurge} from '../tables/unfinished-purge.ts'
import {countUses, type UseCounting, type UseTotal} from './count-uses.ts'
import {deleteTotalledFeatures, deleteTotalledRuns} from './delete-totalled.ts'
import {inPieces} from './in-pieces.ts'
import {sweepHeadersOf} from './sweep-headers.ts'
import {addDurations} from './total-durations.ts'

const dayMs = 86_400_000
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
  begin: 'INSERT INTO unfinished_purges (project, from_at, to_at) VALUES (:project, :from, :to)',
  note: `
    INSERT INTO purges (project, features_before, first_at) VALUES (:project, :to, :first)
    ON CONFLICT DO UPDATE SET features_before = max(features_before, excluded.features_before),
      first_at = excluded.first_at`,
  purged: 'SELECT features_before AS beforeMs FROM purges WHERE project = :project',
  oldest: `
    SELECT min(used_at) AS atMs FROM features WHERE project = :project AND used_at >= :from AND NOT EXISTS (
      SELECT 1 FROM unfinished_purges u WHERE u.project = :project AND used_at >= from_at AND used_at < to_at)`,
  count: `SELECT count(*) AS events FROM features f WHERE ${inSpan}`,
} as const

/** What a purge works on beside the database. */
export interface PurgerParts {
  /** The path of the database. */
  readonly path: string
  readonly marks: MonthMarks
  /** Called after every purge, also after a failed one. */
  readonly onPurged: () => void
}

interface Purger extends Pick<Store, 'nextFeatureMonth' | 'purgeFeatures' | 'finishPurge'> {
  /** Deletes headers, and so pseudonyms, that no row uses. Does nothing unless a purge has left such headers. */
  sweepHeaders(): Promise<void>
}

/** Makes the functions that purge features. Only the process that writes the database may call them. */
export function createPurger(database: Database, dictionary: Dictionary, {marks, onPurged}: PurgerParts): Purger {
  const numberOf = (text: string, values: Record<string, number>, column: string): number | null => {
    const value = database.prepare(text).get(values)?.[column]
    return value == null ? null : Number(value)
  }

  /** Stores the totals. From its commit on, no answer counts the single uses. */
  function storeTotals(project: number, file: ProjectFile, spans: readonly string[], counted: Counted): void {
    const span = spanOf(spans.at(-1)!)
    try {
      inTransaction(database, () => {
        const isCurrent = stateBefore(database, project, endOf(spans)) === counted.state
        const totals = isCurrent ? counted.totals : spans.map(label => countNow(database, project, file, label))
        for (const [index, label] of spans.entries()) writeTotals(database, project, label, totals[index]!)
        database.prepare(sql.begin).run({project, ...span})
        database.prepare(sql.note).run({project, to: span.to, first: readSince(database, project)})
        marks.touchPurged(project)
        marks.flush()
        reach('collector: a month totalled')
      })
    } catch (error) {
      dictionary.forget()
      throw error
    } finally {
      onPurged()
    }
  }

  return {
    async nextFeatureMonth(name, after) {
      const project = inTransaction(database, () => dictionary.projectId(name))
      const atMs = numberOf(sql.oldest, {project, from: after === null ? 0 : spanOf(after).to}, 'atMs')
      if (atMs === null) return null
      const month = formatDay(atMs).slice(0, 7)
      return {month, events: await countEvents(database, project, month)}
    },
    async purgeFeatures(file, month, withYear) {
      const project = inTransaction(database, () => dictionary.projectId(file.project))
      const year = month.slice(0, 4)
      const unfinished = readUnfinishedPurge(database, project)
      // A call that was interrupted has stored the totals already.
      const left = await deleteTotalledFeatures(database, project)
      if (unfinished?.from === spanOf(month).from) return left
      const purgedBeforeMs = numberOf(sql.purged, {project}, 'beforeMs') ?? 0
      const spans = withYear && purgedBeforeMs <= spanOf(year).from ? [year, month] : [month]
      storeTotals(project, file, spans, await countSpans(database, project, file, spans))
      return deleteTotalledFeatures(database, project)
    },
    async finishPurge(name) {
      const project = inTransaction(database, () => dictionary.projectId(name))
      await deleteTotalledFeatures(database, project)
      await deleteTotalledRuns(database, project)
    },
    async sweepHeaders() {
      for (const {id} of database.prepare('SELECT id FROM projects').all())
        await sweepHeadersOf(database, Number(id), {dictionary, marks})
    },
  }
}

async function countEvents(database: Database, project: number, month: string): Promise<number> {
  const count = database.prepare(sql.count)
  const span = spanOf(month)
  let [events, {from}] = [0, span]
  await inPieces(() => {
    events += Number(count.get({project, from, to: Math.min(from + dayMs, span.to)})?.['events'])
    from += dayMs
    return from < span.to
  })
  return events
}

/** If the months change each time, the last count is made inside the transaction. */
const maxCounts = 3

interface Counted {
  /** The state that was counted: `stateBefore` the end of the spans. */
  readonly state: string
  /** Of each span. */
  readonly totals: readonly UseTotal[][]
}

/** Counts the uses of spans in pieces. Reports are written between them. */
async function countSpans(
  database: Database,
  project: number,
  file: ProjectFile,
  labels: readonly string[],
): Promise<Counted> {
  const toMs = endOf(labels)
  for (let turn = 1; ; turn++) {
    const state = stateBefore(database, project, toMs)
    const totals: UseTotal[][] = []
    for (const label of labels) {
      const counting = beginCounting(database, project, file, label)
      await inPieces(() => counting.countNext())
      totals.push(counting.totals())
    }
    if (turn >= maxCounts || state === stateBefore(database, project, toMs)) return {state, totals}
  }
}

const endOf = (labels: readonly string[]): number => Math.max(...labels.map(label => spanOf(label).to))

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
