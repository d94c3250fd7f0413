/**
 * Room `export`: reads all events of a project, for `usage export`.
 *
 * Events are read in the order of their keys, in pages, so memory is bounded. Events of a page that share a header form
 * a group. No transaction stays open between pages: events that are written or erased meanwhile may be missing or
 * included. Totals and counters are not exported.
 * Read next: `src/collector/history/export-lines.ts`, which writes the lines.
 */
import {join} from 'node:path'
import {setImmediate as nextTurn} from 'node:timers/promises'
import type {EndEvent, Event, FeatureEvent, StartEvent} from '../../../protocol/event.ts'
import type {Header} from '../../../protocol/header.ts'
import {type HeaderValues, headerColumns, headerOfValues} from '../../../protocol/header-columns.ts'
import type {EventSource, ExportedGroup, RunMark} from '../store.ts'
import {decodeTimings} from '../totals/timings-blob.ts'
import {databaseName, openForReading, orUnreadable} from './tables/database.ts'
import {requireCurrentVersion} from './tables/schema.ts'

/** Rows of one page. Between two pages the store may be written and erased. */
const pageRows = 1_000

/** The columns of the header, with a prefix that no other column of a row has. */
export const headerSql = headerColumns.map(column => `h."${column}" AS header_${column}`).join(', ')

/** Each query reads the page after a key. Its column `key` is the key of a row. */
const sql = {
  runs: `SELECT r.run AS key, r.*, ${headerSql} FROM runs r JOIN headers h ON h.id = r.header
    WHERE r.project = :project AND r.run > :after ORDER BY r.run LIMIT ${pageRows}`,
  repeats: `SELECT p.event AS key, p.event, p.run, p.repeat, p.repeated_at, r.script, r.start_fields,
      r.is_outcome_untold, r.is_test, r.header, ${headerSql}
    FROM repeats p JOIN runs r ON r.project = p.project AND r.run = p.run JOIN headers h ON h.id = r.header
    WHERE p.project = :project AND p.event > :after ORDER BY p.event LIMIT ${pageRows}`,
  features: `SELECT f.event AS key, f.*, n.type, n.name, ${headerSql}
    FROM features f JOIN feature_names n ON n.id = f.feature JOIN headers h ON h.id = f.header
    WHERE f.project = :project AND f.event > :after ORDER BY f.event LIMIT ${pageRows}`,
  unpairedEnds: `SELECT e.event AS key, e.event AS end_event, NULL AS run, e.ended_at, e.duration_seconds, e.exit_code,
      e.signal, e.fields AS end_fields, e.header, ${headerSql}
    FROM unpaired_ends e JOIN headers h ON h.id = e.header
    WHERE e.project = :project AND e.event > :after ORDER BY e.event LIMIT ${pageRows}`,
} as const

/** A row of a table, with the columns of its header. */
export type Row = Readonly<Record<string, unknown>>

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
  return {
    async *groups(projectId) {
      const project = Number(database.prepare('SELECT id FROM projects WHERE project = ?').get(projectId)?.['id'] ?? 0)
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
  }))
}

function markOf(row: Row): RunMark | null {
  const [isOutcomeUntold, isTest] = [row['is_outcome_untold'] === 1, row['is_test'] === 1]
  return isOutcomeUntold || isTest ? {isOutcomeUntold, isTest} : null
}

export function headerOf(row: Row): Header {
  const values = headerColumns.map(column => [column, row[`header_${column}`]])
  return headerOfValues(Object.fromEntries(values) as HeaderValues)
}

export function startOf(row: Row): StartEvent {
  const script = row['script'] as string | null
  const common = {id: toUuid(row['start_event'])!, run: toUuid(row['run'])!, time: toTime(row['started_at'])}
  return {...common, type: 'start', script, repeat: 0, fields: fromJson(row['start_fields']) ?? {}}
}

export function endOf(row: Row): EndEvent {
  return {
    id: toUuid(row['end_event'])!,
    type: 'end',
    run: toUuid(row['run']),
    time: toTime(row['ended_at']),
    durationSeconds: row['duration_seconds'] as number | null,
    exitCode: row['exit_code'] as number | null,
    signal: row['signal'] as string | null,
    fields: fromJson(row['end_fields']) ?? {},
  }
}

export function featureOf(row: Row): FeatureEvent {
  const sumSeconds = row['duration_seconds'] as number | null
  const blob = row['timings'] as Uint8Array | null
  const durations =
    blob === null
      ? {durationSeconds: sumSeconds}
      : {durationSeconds: null, timings: decodeTimings(blob, sumSeconds ?? 0)}
  return {
    id: toUuid(row['event'])!,
    type: 'feature',
    run: toUuid(row['run']),
    time: toTime(row['used_at']),
    featureType: String(row['type']),
    name: String(row['name']),
    ...durations,
    count: Number(row['count']),
    internal: row['is_internal'] === 1,
    details: fromJson(row['details']),
  }
}

export function toUuid(blob: unknown): string | null {
  if (!(blob instanceof Uint8Array)) return null
  return Buffer.from(blob)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const toTime = (milliseconds: unknown): string => new Date(Number(milliseconds)).toISOString()

const fromJson = (text: unknown) => (typeof text === 'string' ? JSON.parse(text) : null)
