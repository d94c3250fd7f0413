/**
 * Room `moving`: what an export carries beside events.
 *
 * `read-parts.ts` reads it for `usage export`. This file restores it for `usage import`. Every part can be restored again
 * and changes nothing then: counters are noted with the store that they come from, and rows have the same keys.
 * Read next: `../../parts.ts` for the parts.
 */
import {UsageError} from '../../../../errors.ts'
import type {OtherPart, PartOf} from '../../parts.ts'
import {lastReport} from '../../rules/last-report.ts'
import type {Store} from '../../store.ts'
import {spanOf} from '../../totals/span-of.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import type {MonthMarks} from '../tables/month-marks.ts'
import type {PreparedStatements} from '../write/statements.ts'

const sql = {
  isKnown: 'SELECT 1 FROM imported_stores WHERE project = :project AND store = :store',
  anyKnown: 'SELECT 1 FROM imported_stores WHERE project = :project',
  know: 'INSERT INTO imported_stores (project, store) VALUES (:project, :store)',
  ownRuns: `
    SELECT 1 FROM run_purges WHERE project = :project
    UNION ALL SELECT 1 FROM runs WHERE project = :project AND counted_at < :before
    UNION ALL SELECT 1 FROM unpaired_ends WHERE project = :project AND ended_at < :before
    UNION ALL SELECT 1 FROM presences WHERE project = :project AND used_at < :before LIMIT 1`,
  ownFeatures: `
    SELECT 1 FROM purges WHERE project = :project
    UNION ALL SELECT 1 FROM features WHERE project = :project AND used_at < :before LIMIT 1`,
  clamp: 'UPDATE runs SET is_clamped = 1 WHERE project = :project AND run = :run',
  day: 'INSERT INTO presences (project, used_at, header) VALUES (:project, :at, :header) ON CONFLICT DO NOTHING',
  pending: `
    INSERT INTO pending_events (project, event, run, header, received_at, is_stored, content)
    VALUES (:project, :event, :run, :header, :at, :stored, :content) ON CONFLICT DO NOTHING`,
  imported: `
    SELECT count FROM imported_counts WHERE project = :project AND store = :store AND kind = :of AND day = :day AND name = :name`,
  note: `
    INSERT INTO imported_counts (project, store, kind, day, name, count) VALUES (:project, :store, :of, :day, :name, :count)
    ON CONFLICT DO UPDATE SET count = excluded.count`,
  erased: `
    INSERT INTO erased (project, month, kind, count) VALUES (:project, :day, :name, :count)
    ON CONFLICT DO UPDATE SET count = count + excluded.count`,
  runTotals: `
    INSERT INTO run_totals (project, span, facts) VALUES (:project, :span, :facts)
    ON CONFLICT DO UPDATE SET facts = excluded.facts`,
  featureTotal: `
    INSERT OR REPLACE INTO feature_totals (project, span, use, feature, count, internal_count, runs, users, users_low,
      uses_without_user, days_without_user, unpaired, seconds, timed, durations)
    VALUES (:project, :span, :use, :feature, :count, :internal, :runs, :users, :usersLow, :usesWithoutUser,
      :daysWithoutUser, :unpaired, :seconds, :timed, :durations)`,
  runsBefore: 'SELECT runs_before AS beforeMs FROM run_purges WHERE project = :project',
  featuresBefore: 'SELECT features_before AS beforeMs FROM purges WHERE project = :project',
  endRuns: `
    INSERT INTO run_purges (project, runs_before, first_at) VALUES (:project, :beforeMs, :firstMs)
    ON CONFLICT DO UPDATE SET runs_before = max(runs_before, excluded.runs_before),
      first_at = coalesce(min(first_at, excluded.first_at), first_at, excluded.first_at)`,
  endFeatures: `
    INSERT INTO purges (project, features_before, first_at) VALUES (:project, :beforeMs, :firstMs)
    ON CONFLICT DO UPDATE SET features_before = max(features_before, excluded.features_before),
      first_at = coalesce(min(first_at, excluded.first_at), first_at, excluded.first_at)`,
} as const

export interface RestoreParts {
  readonly database: Database
  readonly dictionary: Dictionary
  readonly marks: MonthMarks
  readonly statements: PreparedStatements
  /** Forgets everything in memory that a part may have changed. */
  readonly onRestored: () => void
}

/** Makes the function that restores parts. Only the process that writes the database may call it. */
export function createRestorer(parts: RestoreParts): Pick<Store, 'restore'> {
  const {database, dictionary, marks, onRestored} = parts
  return {
    async restore(name, part) {
      try {
        inTransaction(database, () => {
          const project = dictionary.projectId(name)
          if (part.part === 'begin') begin(database, project, part)
          else {
            requireBegun(database, project, part)
            restoreOther(parts, project, part)
          }
          marks.touchAll(project)
          marks.flush()
        })
      } finally {
        // Totals and purges change what is refused, and the transaction may have been rolled back.
        onRestored()
      }
    },
  }
}

function begin(database: Database, project: number, {store, runs, features}: PartOf<'begin'>): void {
  if (database.prepare(sql.isKnown).get({project, store}) !== undefined) return
  for (const [text, purge] of [
    [sql.ownRuns, runs],
    [sql.ownFeatures, features],
  ] as const)
    if (purge !== null && database.prepare(text).get({project, before: purge.beforeMs}) !== undefined)
      throw conflict(purge.beforeMs)
  database.prepare(sql.know).run({project, store})
}

const conflict = (beforeMs: number): UsageError =>
  new UsageError(
    'USAGE_IMPORT_CONFLICT',
    `the store has data of its own before ${new Date(beforeMs).toISOString().slice(0, 10)}, where the export has only totals`,
  )

function requireBegun(database: Database, project: number, part: OtherPart): void {
  const row =
    'store' in part
      ? database.prepare(sql.isKnown).get({project, store: part.store})
      : database.prepare(sql.anyKnown).get({project})
  if (row === undefined) throw new UsageError('USAGE_IMPORT_UNREADABLE', 'an export must begin with its first line')
}

const restoreOther = (parts: RestoreParts, project: number, part: OtherPart): void =>
  (restorers[part.part] as (...of: [RestoreParts, number, OtherPart]) => void)(parts, project, part)

type Restore<Kind extends OtherPart['part']> = (parts: RestoreParts, project: number, part: PartOf<Kind>) => void

const restorers: {readonly [Kind in OtherPart['part']]: Restore<Kind>} = {
  runs: restoreRuns,
  days({database, dictionary}, project, part) {
    const header = dictionary.headerId(project, part.header)
    for (const at of part.usedMs) database.prepare(sql.day).run({project, at, header})
  },
  pending: restorePending,
  counters: restoreCounters,
  'run-totals'({database}, project, {span, facts}) {
    if (isTotalled(database, project, sql.runsBefore, span)) return
    database.prepare(sql.runTotals).run({project, span, facts: JSON.stringify(facts)})
  },
  'feature-totals'({database, dictionary}, project, {span, totals}) {
    if (isTotalled(database, project, sql.featuresBefore, span)) return
    for (const {type, name, durations, ...total} of totals)
      database.prepare(sql.featureTotal).run({
        ...{...total, project, span, feature: dictionary.featureId(project, type, name)},
        durations: durations === null ? null : Buffer.from(durations, 'base64'),
      })
  },
  end({database}, project, {runs, features}) {
    if (runs !== null) database.prepare(sql.endRuns).run({project, ...runs})
    if (features !== null) database.prepare(sql.endFeatures).run({project, ...features})
  },
}

/** Answers use the totals of this span: they stay as they are. */
const isTotalled = (database: Database, project: number, text: string, span: string): boolean =>
  Number(database.prepare(text).get({project})?.['beforeMs'] ?? Number.NEGATIVE_INFINITY) >= spanOf(span).to

function restoreRuns({database, dictionary, statements}: RestoreParts, project: number, part: PartOf<'runs'>): void {
  const header = dictionary.headerId(project, part.header)
  for (const {run: id, rank, firstSignMs, lastSignMs, isClamped, isOutcomeUntold, isTest} of part.runs) {
    const run = toBlob(id)
    statements.sign.get({project, run, header, rank, first: firstSignMs, last: lastSignMs})
    statements.mark.get({project, run, untold: Number(isOutcomeUntold), test: Number(isTest)})
    if (isClamped) database.prepare(sql.clamp).run({project, run})
  }
}

function restorePending({database, dictionary}: RestoreParts, project: number, part: PartOf<'pending'>): void {
  const header = dictionary.headerId(project, part.header)
  for (const {event, timeMs, isClamped, isStored, receivedMs} of part.events)
    database.prepare(sql.pending).run({
      ...{project, event: toBlob(event.id), run: event.run === null ? null : toBlob(event.run), header},
      ...{at: receivedMs, stored: Number(isStored), content: JSON.stringify({event, timeMs, isClamped})},
    })
}

/** Adds what the same store has counted since the last import of it. */
function restoreCounters(
  {database, statements}: RestoreParts,
  ofPart: number,
  {store, of, counters}: PartOf<'counters'>,
): void {
  const project = of === 'store' ? 0 : ofPart
  const [imported, note, erased] = [sql.imported, sql.note, sql.erased].map(text => database.prepare(text))
  for (const [day, name, count] of counters) {
    const keys = {project, store, of, day, name}
    const before = Number(imported!.get(keys)?.['count'] ?? 0)
    if (count === before) continue
    note!.run({...keys, count})
    if (of === 'erased') erased!.run({project, day, name, count: count - before})
    else statements.quality.run({project, day, counter: name, count: name === lastReport ? count : count - before})
  }
}

const toBlob = (uuid: string): Uint8Array => Buffer.from(uuid.replaceAll('-', ''), 'hex')
