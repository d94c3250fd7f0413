import {reach} from '../../../../fault-points.ts'
import type {Database} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {type MonthMarks, sweepSql} from '../tables/month-marks.ts'
import {changeInPieces, inPieces} from './in-pieces.ts'

/** Rows of one statement: a few milliseconds. */
const rows = 2_000
/** Headers of one statement that deletes. */
const deletedRows = 500

/** The tables with headers and their keys. Pending events come first: released ones move to the others. */
const tables = {pending_events: 'event', runs: 'run', features: 'event', unpaired_ends: 'event'} as const
/** Greater than every key: keys have 16 bytes. */
const lastKey = Buffer.alloc(17, 0xff)

const memory = `
  PRAGMA temp_store=MEMORY;
  CREATE TEMP TABLE IF NOT EXISTS used_headers (id INTEGER PRIMARY KEY) STRICT;
  DELETE FROM used_headers`

const sql = {
  // The row after which a piece ends.
  last: (table: string, key: string) => `
    SELECT ${key} AS last FROM ${table} WHERE project = :project AND ${key} > :after ORDER BY ${key}
    LIMIT 1 OFFSET ${rows - 1}`,
  see: (table: string, key: string) => `
    INSERT OR IGNORE INTO used_headers
    SELECT header FROM ${table} WHERE project = :project AND ${key} > :after AND ${key} <= :last`,
  // The days of people have no key of one column. A header has at most some hundred of them.
  lastDay: `
    SELECT used_at AS last FROM presences WHERE project = :project AND used_at > :after ORDER BY used_at
    LIMIT 1 OFFSET ${rows - 1}`,
  seeDays: `
    INSERT OR IGNORE INTO used_headers
    SELECT header FROM presences WHERE project = :project AND used_at > :after AND used_at <= :last`,
  unused: `
    SELECT id FROM headers WHERE project = :project AND id > :after AND id NOT IN (SELECT id FROM used_headers)
    ORDER BY id LIMIT ${deletedRows}`,
  remove: 'DELETE FROM headers WHERE project = :project AND id IN (SELECT value FROM json_each(:ids))',
} as const

/**
 * Deletes the headers of a project that no row uses, in pieces between which reports are written. Does nothing unless a
 * purge may have left some. Which headers are used is read first, without a transaction: the dictionary watches which
 * ones are given to new rows meanwhile. If it is killed, the next call begins again.
 */
export async function sweepHeadersOf(
  database: Database,
  project: number,
  {dictionary, marks}: {readonly dictionary: Dictionary; readonly marks: MonthMarks},
): Promise<void> {
  if (database.prepare(sweepSql.isDue).get({project})?.['due'] === 0) return
  const watch = dictionary.watchHeaders()
  try {
    database.exec(memory)
    for (const [table, key] of Object.entries(tables)) await inPieces(seer(database, project, table, key))
    await inPieces(daySeer(database, project))
    await changeInPieces(database, deleter(database, project, {dictionary, marks, isNew: watch.has}), () =>
      reach('collector: a piece of headers swept'),
    )
  } finally {
    watch.stop()
    database.exec('DELETE FROM used_headers')
  }
}

function seer(database: Database, project: number, table: string, key: string): () => boolean {
  const [findLast, see] = [database.prepare(sql.last(table, key)), database.prepare(sql.see(table, key))]
  let after: Uint8Array = new Uint8Array()
  return () => {
    const last = findLast.get({project, after})?.['last'] as Uint8Array | undefined
    see.run({project, after, last: last ?? lastKey})
    if (last !== undefined) after = last
    return last !== undefined
  }
}

function daySeer(database: Database, project: number): () => boolean {
  const [findLast, see] = [database.prepare(sql.lastDay), database.prepare(sql.seeDays)]
  let after = Number.MIN_SAFE_INTEGER
  return () => {
    const last = findLast.get({project, after})?.['last'] as number | undefined
    see.run({project, after, last: last ?? Number.MAX_SAFE_INTEGER})
    if (last !== undefined) after = last
    return last !== undefined
  }
}

function deleter(
  database: Database,
  project: number,
  {dictionary, marks, isNew}: {dictionary: Dictionary; marks: MonthMarks; isNew: (header: number) => boolean},
): () => boolean {
  const [unused, remove] = [database.prepare(sql.unused), database.prepare(sql.remove)]
  let after = 0
  return () => {
    const ids = unused.all({project, after}).map(({id}) => Number(id))
    if (ids.length === 0) {
      database.prepare(sweepSql.done).run({project})
      return false
    }
    after = ids.at(-1)!
    // A deleted id may be used again, so readers must read all headers again.
    marks.touchAll(project)
    marks.flush()
    remove.run({project, ids: JSON.stringify(ids.filter(id => !isNew(id)))})
    dictionary.forget()
    return true
  }
}
