/**
 * Room `export`: reads all events of a project, for `usage export`.
 *
 * Events are read in the order of their keys, in pages, so memory is bounded. Events of a page that share a header form
 * a group. No transaction stays open between pages: events that are written or erased meanwhile may be missing or
 * included. What there is beside events is in `moving/read-parts.ts`.
 * Read next: `src/collector/history/export-lines.ts`, which writes the lines.
 */
import {join} from 'node:path'
import {setImmediate as nextTurn} from 'node:timers/promises'
import type {Event} from '../../../protocol/report/event.ts'
import type {EventSource, ExportedGroup, RunMark} from '../store.ts'
import {readBegin, readOthers} from './moving/read-parts.ts'
import {endOf, featureOf, headerOf, headerSql, isKept, type Row, startOf, toUuid} from './moving/rows.ts'
import {databaseName, openForReading, orUnreadable} from './tables/database.ts'
import {requireCurrentVersion} from './tables/schema.ts'

/** Rows of one page. Between two pages the store may be written and erased. */
const pageRows = 1_000

/** Each query reads the page after a key. Its column `key` is the key of a row. */
const sql = {
  runs: `SELECT r.run AS key, r.*, ${headerSql} FROM runs r JOIN headers h ON h.id = r.header
    WHERE r.project = :project AND r.run > :after AND ${isKept('max(r.counted_at, r.last_sign_at)')}
    ORDER BY r.run LIMIT ${pageRows}`,
  repeats: `SELECT p.event AS key, p.event, p.run, p.repeat, p.repeated_at, r.script, r.start_fields,
      r.is_outcome_untold, r.is_test, r.header, ${headerSql}
    FROM repeats p JOIN runs r ON r.project = p.project AND r.run = p.run JOIN headers h ON h.id = r.header
    WHERE p.project = :project AND p.event > :after ORDER BY p.event LIMIT ${pageRows}`,
  features: `SELECT f.event AS key, f.*, n.type, n.name, ${headerSql}
    FROM features f JOIN feature_names n ON n.id = f.feature JOIN headers h ON h.id = f.header
    WHERE f.project = :project AND f.event > :after AND NOT EXISTS (
      SELECT 1 FROM unfinished_purges u WHERE u.project = :project AND f.used_at >= u.from_at AND f.used_at < u.to_at)
    ORDER BY f.event LIMIT ${pageRows}`,
  unpairedEnds: `SELECT e.event AS key, e.event AS end_event, NULL AS run, e.ended_at, e.duration_seconds, e.exit_code,
      e.signal, e.fields AS end_fields, e.header, ${headerSql}
    FROM unpaired_ends e JOIN headers h ON h.id = e.header
    WHERE e.project = :project AND e.event > :after AND ${isKept('e.ended_at')} ORDER BY e.event LIMIT ${pageRows}`,
} as const

const eventsOf: Readonly<Record<keyof typeof sql, (row: Row) => Event[]>> = {
  runs: row => [
    ...(row['start_event'] === null ? [] : [startOf(row)]),
    ...(row['end_event'] === null ? [] : [endOf(row)]),
  ],
  repeats: row => [
    {...startOf({...row, start_event: row['event'], started_at: row['repeated_at']}), repeat: Number(row['repeat'])},
  ],
  features: row => [featureOf(row)],
  unpairedEnds: row => [endOf(row)],
}

/**
 * Opens the store of a data folder to read its events, also while a collector writes it. Throws a `UsageError`
 * USAGE_STORE_UNREADABLE.
 */
export function openSqliteEvents(dataDirectory: string): EventSource {
  const path = join(dataDirectory, databaseName)
  const database = openForReading(path)
  orUnreadable(path, () => requireCurrentVersion(database, path))
  // No row has the project -1, so an unknown project is exported as an empty one.
  const find = database.prepare('SELECT id FROM projects WHERE project = ?')
  const idOf = (project: string): number => Number(find.get(project)?.['id'] ?? -1)
  return {
    begin: async project => readBegin(database, idOf(project)),
    async *others(project, begin) {
      yield* readOthers(database, idOf(project), begin)
    },
    async *groups(projectId) {
      const project = idOf(projectId)
      for (const [name, text] of Object.entries(sql)) {
        const page = database.prepare(text)
        let after: unknown = Buffer.alloc(0)
        for (;;) {
          const rows: Row[] = page.all({project, after: after as Uint8Array})
          if (rows.length === 0) break
          after = rows.at(-1)?.['key']
          yield* groupRows(rows, eventsOf[name as keyof typeof sql])
          await nextTurn()
        }
      }
    },
    async close() {
      if (database.isOpen) database.close()
    },
  }
}

/** Groups the events of rows by header and mark. */
function groupRows(rows: readonly Row[], events: (row: Row) => Event[]): ExportedGroup[] {
  const groups = Map.groupBy(rows, row => `${row['header']} ${row['is_outcome_untold'] ?? 0} ${row['is_test'] ?? 0}`)
  return [...groups.values()].map(([first, ...others]) => ({
    header: headerOf(first!),
    mark: markOf(first!),
    events: [first!, ...others].flatMap(events),
    clamped: [first!, ...others].flatMap(row => (isClampedFeature(row) ? [toUuid(row['event'])!] : [])),
  }))
}

const isClampedFeature = (row: Row): boolean => row['used_at'] !== undefined && row['is_clamped'] === 1

function markOf(row: Row): RunMark | null {
  const [isOutcomeUntold, isTest] = [row['is_outcome_untold'] === 1, row['is_test'] === 1]
  return isOutcomeUntold || isTest ? {isOutcomeUntold, isTest} : null
}
