import {reach} from '../../../../fault-points.ts'
import type {Database} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import {type MonthMarks, sweepSql} from '../tables/month-marks.ts'
import {changeInPieces, inPiece, inPieces, type WalkedTable, walkTable} from './in-pieces.ts'

/** Headers of one statement that deletes. */
const deletedRows = 500

/** The tables with headers and their keys. Pending events come first: released ones move to the others. */
const tables: readonly WalkedTable[] = [
  {table: 'pending_events', key: 'event'},
  {table: 'runs', key: 'run'},
  {table: 'features', key: 'event'},
  {table: 'unpaired_ends', key: 'event'},
  {table: 'presences', key: 'used_at', isTime: true},
]

const memory = `
  PRAGMA temp_store=MEMORY;
  CREATE TEMP TABLE IF NOT EXISTS used_headers (id INTEGER PRIMARY KEY) STRICT;
  DELETE FROM used_headers`

const sql = {
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
  const watch = dictionary.watchIds()
  try {
    database.exec(memory)
    for (const walked of tables)
      await inPieces(
        walkTable(database, project, walked, [
          `INSERT OR IGNORE INTO used_headers SELECT header FROM ${walked.table} WHERE ${inPiece(walked.key)}`,
        ]),
      )
    await changeInPieces(
      database,
      deleter(database, project, {dictionary, marks, isNew: id => watch.headers.has(id)}),
      () => reach('collector: a piece of headers swept'),
    )
  } finally {
    watch.stop()
    database.exec('DELETE FROM used_headers')
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
