/**
 * Room `held`: reads everything that the store holds under one pseudonym, for `usage access`.
 *
 * A row belongs to the pseudonym in its header. Rows of other people are never read, also not features that they report
 * in a run of this person. Totals name nobody, so they are not part of the answer. No index finds the rows of a person, so
 * each page reads the columns of headers of the project. Only reads.
 * Read next: `moving/rows.ts`, which turns rows into events.
 */
import type {AccessPage, AccessRecord} from '../../../protocol/report/access.ts'
import type {Header} from '../../../protocol/report/header.ts'
import {limits} from '../../../protocol/values/limits.ts'
import {headerRank} from '../rules/signs-of-life.ts'
import type {HeldSource} from '../store.ts'
import type {ClickHouse} from './client/client.ts'
import {readPurges} from './moving/read-parts.ts'
import {
  endOf,
  featureOf,
  type HeaderRow,
  headerOf,
  headerOfRun,
  loneEndOf,
  type RunRow,
  repeatOf,
  runsSql,
  startOf,
  toTime,
} from './moving/rows.ts'

interface Found {
  /** The id of the row. */
  readonly key: string
  readonly header: Header
  readonly record: AccessRecord
}

/** The rows after a key that a page needs, in the order of their keys. */
interface Scope {
  readonly project: string
  readonly user: string
  readonly after: string
}

type Reader = (clickhouse: ClickHouse, scope: Scope) => Promise<readonly Found[]>

const limit = limits.maxAccessRecords + 1
const firstKey = '00000000-0000-0000-0000-000000000000'
const isHers = "tupleElement(header, 'user') = {user:String}"

const readRuns: Reader = async ({ask, tableOf}, scope) => {
  const sql = `SELECT * FROM (${runsSql(tableOf('runs'))}) WHERE ${isHers} AND run > {after:UUID} ORDER BY run LIMIT ${limit}`
  const rows = await ask<RunRow>('runs of a person', sql, {...scope})
  return rows.map(row => ({key: row.run, header: headerOfRun(row), record: runRecord(row)}))
}

/** Who repeated the start of a run of which only features are known cannot be known. */
const readRepeats: Reader = async ({ask, tableOf}, scope) => {
  const hers = `SELECT * FROM (${runsSql(tableOf('runs'))}) WHERE ${isHers} AND tupleElement(header, 'rank') < ${headerRank.feature}`
  const sql = `
    SELECT event, run, repeat, at FROM ${tableOf('repeats')} FINAL
    WHERE project = {project:String} AND event > {after:UUID} AND run GLOBAL IN (SELECT run FROM (${hers}))
    ORDER BY event LIMIT ${limit}`
  const repeats = await ask<{event: string; run: string; repeat: number; at: number}>('repeats of a person', sql, {
    ...scope,
  })
  if (repeats.length === 0) return []
  const runs = await ask<RunRow>('runs of repeats', `${hers} AND run IN {ids:Array(UUID)}`, {
    ...scope,
    ids: [...new Set(repeats.map(({run}) => run))],
  })
  const byRun = new Map(runs.map(row => [row.run, row]))
  return repeats.flatMap(repeat => {
    const row = byRun.get(repeat.run)
    if (row === undefined) return []
    return [{key: repeat.event, header: headerOfRun(row), record: {kind: 'repeat', event: repeatOf(row, repeat)}}]
  })
}

/** Reads the rows of a table with the columns of a header. */
const rowReader =
  (table: string, more: string, recordOf: (row: HeaderRow) => AccessRecord): Reader =>
  async ({ask, tableOf}, scope) => {
    const sql = `
      SELECT * FROM ${tableOf(table)} FINAL
      WHERE project = {project:String} AND user = {user:String} AND event > {after:UUID} AND ${more}
      ORDER BY event LIMIT ${limit}`
    const rows = await ask<HeaderRow>(`${table} of a person`, sql, {...scope})
    return rows.map(row => ({key: String(row['event']), header: headerOf(row), record: recordOf(row)}))
  }

/** The tables in the order of an answer. */
const readers: readonly Reader[] = [
  readRuns,
  readRepeats,
  rowReader('features', '1', row => ({kind: 'feature', event: featureOf(row), isClamped: row['is_clamped'] === 1})),
  rowReader('lone', '1', row =>
    row['kind'] === 'end' ? {kind: 'end', event: loneEndOf(row)} : {kind: 'day', usedAt: toTime(row['at'])},
  ),
  rowReader('pending_events', "content != ''", row => ({
    kind: 'pending',
    event: JSON.parse(String(row['content'])).event,
    isStored: row['is_stored'] === 1,
    receivedAt: toTime(row['received']),
  })),
]

/** A cursor looks as that of the SQLite store does: a table and an id. */
const cursorPattern = /^(\d)\.([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/

/** Reads what a store holds under a pseudonym. Does not close the connection. */
export function createHeldReader(clickhouse: ClickHouse): Pick<HeldSource, 'held'> {
  return {
    async held({project, user, cursor}) {
      const [, table = '0', ...digits] = cursorPattern.exec(cursor ?? '') ?? []
      const after = digits.length === 0 ? firstKey : digits.join('-')
      const {found, next} = await readPage(clickhouse, {project, user, after}, Number(table))
      const {runs, features} = await readPurges(clickhouse, project)
      return {
        protocol: 1,
        user,
        groups: groupByHeader(found),
        totals: {
          runsBefore: runs === null ? null : toTime(runs.beforeMs),
          featuresBefore: features === null ? null : toTime(features.beforeMs),
        },
        next,
      }
    },
  }
}

/** Reads records until the page is full. One more is looked for, so that the last page says that it is the last. */
async function readPage(clickhouse: ClickHouse, scope: Scope, from: number) {
  const found: Found[] = []
  let bytes = 0
  let next: string | null = null
  for (const [table, read] of readers.entries()) {
    if (table < from) continue
    for (const one of await read(clickhouse, table === from ? scope : {...scope, after: firstKey})) {
      if (found.length === limits.maxAccessRecords || bytes > limits.maxAccessPageBytes) return {found, next}
      found.push(one)
      bytes += Buffer.byteLength(JSON.stringify(one.record))
      next = `${table}.${one.key.replaceAll('-', '')}`
    }
  }
  return {found, next: null}
}

function groupByHeader(found: readonly Found[]): AccessPage['groups'] {
  return [...Map.groupBy(found, ({header}) => JSON.stringify(header)).values()].map(group => ({
    header: group[0]!.header,
    records: group.map(({record}) => record),
  }))
}

function runRecord(row: RunRow): AccessRecord {
  // Features of other people may have made and changed a row that only features made.
  const isKnown = row.header[0] < headerRank.feature
  return {
    kind: 'run',
    run: row.run,
    start: startOf(row),
    end: endOf(row),
    firstSignAt: isKnown ? toTime(row.first_sign) : null,
    lastSignAt: isKnown ? toTime(row.last_sign) : null,
    isClamped: row.is_clamped === 1,
    isOutcomeUntold: row.is_untold === 1,
    isTest: row.is_test === 1,
  }
}
