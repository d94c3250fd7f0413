/**
 * Room `held`: reads everything that the store holds under one pseudonym, for `usage access`.
 *
 * A row belongs to the pseudonym in its header. Rows of other people are never read, also not features that they report
 * in a run of this person. Totals name nobody, so they are not part of the answer. No index finds the rows of a person:
 * the tables are scanned in pieces, and between two pieces the thread answers other questions. No transaction stays open,
 * so a page shows the state of its moment. Only reads.
 * Read next: `moving/rows.ts`, which turns rows into events.
 */
import {join} from 'node:path'
import {setTimeout as sleep} from 'node:timers/promises'
import type {AccessPage, AccessRecord} from '../../../protocol/report/access.ts'
import type {Event} from '../../../protocol/report/event.ts'
import {limits} from '../../../protocol/values/limits.ts'
import {headerRank} from '../rules/signs-of-life.ts'
import type {HeldSource} from '../store.ts'
import {endOf, featureOf, headerOf, headerSql, type Row, startOf, toTime, toUuid} from './moving/rows.ts'
import {type Database, databaseName, openForReading, orUnreadable, type Statement} from './tables/database.ts'
import {requireCurrentVersion} from './tables/schema.ts'

/** Rows of one piece: reading them takes some ten milliseconds. */
const defaultPieceRows = 50_000

/** Greater than every key: keys have 16 bytes. */
const lastKey = Buffer.alloc(17, 0xff)

const isHers = (table: string): string => `${table}.header IN (SELECT value FROM json_each(:headers))`
const inPiece = (key: string): string => `${key} > :after AND ${key} <= :upTo`

interface Table {
  readonly name: string
  readonly key: string
  /** Selects the rows of the person between two keys. CROSS JOIN keeps the order: the table first. */
  readonly rows: string
  readonly record: (row: Row) => AccessRecord
}

/** The tables in the order of an answer. */
const tables: readonly Table[] = [
  {
    name: 'runs',
    key: 'run',
    rows: `SELECT r.run AS key, r.*, ${headerSql} FROM runs r CROSS JOIN headers h ON h.id = r.header
      WHERE r.project = :project AND ${inPiece('r.run')} AND ${isHers('r')} ORDER BY r.run LIMIT :limit`,
    record: runOf,
  },
  {
    name: 'repeats',
    key: 'event',
    // Who repeated the start of a run of which only features are known cannot be known.
    rows: `SELECT p.event AS key, p.event AS start_event, p.run, p.repeat, p.repeated_at AS started_at, r.script,
        r.start_fields, r.header, ${headerSql}
      FROM repeats p CROSS JOIN runs r ON r.project = p.project AND r.run = p.run CROSS JOIN headers h ON h.id = r.header
      WHERE p.project = :project AND ${inPiece('p.event')} AND ${isHers('r')} AND r.header_rank < ${headerRank.feature}
      ORDER BY p.event LIMIT :limit`,
    record: row => ({kind: 'repeat', event: {...startOf(row), repeat: Number(row['repeat'])}}),
  },
  {
    name: 'features',
    key: 'event',
    rows: `SELECT f.event AS key, f.*, n.type, n.name, ${headerSql}
      FROM features f CROSS JOIN feature_names n ON n.id = f.feature CROSS JOIN headers h ON h.id = f.header
      WHERE f.project = :project AND ${inPiece('f.event')} AND ${isHers('f')} ORDER BY f.event LIMIT :limit`,
    record: row => ({kind: 'feature', event: featureOf(row), isClamped: row['is_clamped'] === 1}),
  },
  {
    name: 'unpaired_ends',
    key: 'event',
    rows: `SELECT e.event AS key, e.event AS end_event, NULL AS run, e.ended_at, e.duration_seconds, e.exit_code,
        e.signal, e.fields AS end_fields, e.header, ${headerSql}
      FROM unpaired_ends e CROSS JOIN headers h ON h.id = e.header
      WHERE e.project = :project AND ${inPiece('e.event')} AND ${isHers('e')} ORDER BY e.event LIMIT :limit`,
    record: row => ({kind: 'end', event: endOf(row)}),
  },
  {
    name: 'pending_events',
    key: 'event',
    rows: `SELECT w.event AS key, w.*, ${headerSql} FROM pending_events w CROSS JOIN headers h ON h.id = w.header
      WHERE w.project = :project AND ${inPiece('w.event')} AND ${isHers('w')} ORDER BY w.event LIMIT :limit`,
    record: pendingOf,
  },
]

/**
 * Opens the store of a data folder for reading, also while a collector writes it. Throws a `UsageError`
 * USAGE_STORE_UNREADABLE.
 *
 * @param pieceRows rows that are read before the thread may answer another question
 */
export function openSqliteHeld(dataDirectory: string, pieceRows: number = defaultPieceRows): HeldSource {
  const path = join(dataDirectory, databaseName)
  const database = openForReading(path)
  orUnreadable(path, () => requireCurrentVersion(database, path))
  const find = database.prepare('SELECT id FROM projects WHERE project = ?')
  const headers = database.prepare('SELECT id FROM headers WHERE project = :project AND user = :user')
  const readers = [...tables.map(table => tableReader(database, table, pieceRows)), dayReader(database)]
  return {
    async held({project: name, user, cursor}) {
      const project = Number(find.get(name)?.['id'] ?? 0)
      const own = headers.all({project, user}).map(({id}) => id)
      const {found, next} =
        own.length === 0
          ? {found: [], next: null}
          : await readPage(
              readers,
              {project, headers: JSON.stringify(own)},
              cursor === null ? firstPosition : readCursor(cursor),
            )
      return {protocol: 1, user, groups: groupByHeader(found), totals: readTotals(database, project), next}
    },
    async close() {
      if (database.isOpen) database.close()
    },
  }
}

/** The rows of one person. */
interface Scope {
  readonly project: number
  /** The ids of her headers, as a JSON list. */
  readonly headers: string
}

interface Found {
  /** Where to go on after this record. */
  readonly key: string
  readonly row: Row
  readonly record: AccessRecord
}

/** Yields her records in one table after a key, piece by piece. */
type Reader = (scope: Scope, key: string) => Iterable<readonly Found[]>

/** Reads records until the page is full. One more is looked for, so that the last page says that it is the last. */
async function readPage(readers: readonly Reader[], scope: Scope, from: Position) {
  const found: Found[] = []
  let bytes = 0
  let next: string | null = null
  let startedAt = performance.now()
  for (const [table, after] of readers.entries()) {
    if (table < from.table) continue
    for (const piece of after(scope, table === from.table ? from.key : '')) {
      for (const one of piece) {
        if (found.length === limits.maxAccessRecords || bytes > limits.maxAccessPageBytes) return {found, next}
        found.push(one)
        bytes += Buffer.byteLength(JSON.stringify(one.record))
        next = `${table}.${one.key}`
      }
      // As long as the piece took: the scan uses half of a processor, and the thread answers other questions.
      await sleep(performance.now() - startedAt)
      startedAt = performance.now()
    }
  }
  return {found, next: null}
}

/** After which record of which table a page begins. An empty key: before the first. */
interface Position {
  readonly table: number
  readonly key: string
}

const firstPosition: Position = {table: 0, key: ''}

const cursorPattern = new RegExp(
  `^([0-${tables.length - 1}])\\.([0-9a-f]{32})$|^(${tables.length})\\.(\\d{1,16}-\\d{1,16})$`,
)

/** Whether a text is a `next` of this store. */
export const isHeldCursor = (text: string): boolean => cursorPattern.test(text)

function readCursor(cursor: string): Position {
  const [, table, key, lastTable, lastKeys] = cursorPattern.exec(cursor) ?? []
  return {table: Number(table ?? lastTable), key: key ?? lastKeys ?? ''}
}

function tableReader(database: Database, {name, key, rows, record}: Table, pieceRows: number): Reader {
  const page = database.prepare(rows)
  const border = database.prepare(
    `SELECT ${key} AS key FROM ${name} WHERE project = :project AND ${key} > :after ORDER BY ${key} LIMIT 1 OFFSET :rows`,
  )
  const limit = limits.maxAccessRecords + 1
  return function* (scope, from) {
    for (let after = Buffer.from(from, 'hex'); ; ) {
      const upTo = keyOf(border.get({project: scope.project, after, rows: pieceRows})) ?? lastKey
      const found: Row[] = page.all({...scope, after, upTo, limit})
      yield found.map(row => ({key: keyOf(row)!.toString('hex'), row, record: record(row)}))
      if (found.length < limit && upTo === lastKey) return
      after = found.length < limit ? upTo : keyOf(found.at(-1))!
    }
  }
}

const keyOf = (row: Row | undefined): Buffer<ArrayBuffer> | null =>
  row === undefined ? null : Buffer.from(row['key'] as Uint8Array<ArrayBuffer>)

/** Days on which the person used a feature without a run, of which the uses are gone. Their table is small. */
function dayReader(database: Database): Reader {
  const page: Statement = database.prepare(`
    SELECT d.used_at, d.header, ${headerSql} FROM presences d CROSS JOIN headers h ON h.id = d.header
    WHERE d.project = :project AND (d.used_at, d.header) > (:usedAt, :header) AND ${isHers('d')}
    ORDER BY d.used_at, d.header LIMIT ${limits.maxAccessRecords + 1}`)
  return function* (scope, key) {
    const [usedAt, header] = key === '' ? [-1, -1] : key.split('-').map(Number)
    const found: Row[] = page.all({...scope, usedAt: usedAt!, header: header!})
    yield found.map(row => ({
      key: `${row['used_at']}-${row['header']}`,
      row,
      record: {kind: 'day', usedAt: toTime(row['used_at'])},
    }))
  }
}

function groupByHeader(found: readonly Found[]): AccessPage['groups'] {
  return [...Map.groupBy(found, ({row}) => row['header']).values()].map(group => ({
    header: headerOf(group[0]!.row),
    records: group.map(({record}) => record),
  }))
}

function pendingOf(row: Row): AccessRecord {
  const {event} = JSON.parse(String(row['content'])) as {event: Event}
  return {kind: 'pending', event, isStored: row['is_stored'] === 1, receivedAt: toTime(row['received_at'])}
}

function runOf(row: Row): AccessRecord {
  // Features of other people may have made and changed a row that only features made.
  const isKnown = Number(row['header_rank']) < headerRank.feature
  return {
    kind: 'run',
    run: toUuid(row['run'])!,
    start: row['start_event'] === null ? null : startOf(row),
    end: row['end_event'] === null ? null : endOf(row),
    firstSignAt: isKnown ? toTime(row['first_sign_at']) : null,
    lastSignAt: isKnown ? toTime(row['last_sign_at']) : null,
    isClamped: row['is_clamped'] === 1,
    isOutcomeUntold: row['is_outcome_untold'] === 1,
    isTest: row['is_test'] === 1,
  }
}

function readTotals(database: Database, project: number): AccessPage['totals'] {
  const before = (column: string, table: string): string | null => {
    const at = database.prepare(`SELECT ${column} AS at FROM ${table} WHERE project = ?`).get(project)?.['at']
    return at == null ? null : toTime(at)
  }
  return {runsBefore: before('runs_before', 'run_purges'), featuresBefore: before('features_before', 'purges')}
}
