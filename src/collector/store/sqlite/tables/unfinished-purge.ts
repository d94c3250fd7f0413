import type {Database} from './database.ts'

/**
 * Reads the month of a project of which totals exist while its single uses are being deleted, in Unix milliseconds. Null
 * if there is none. Answers do not count these uses: the totals contain them.
 */
export function readUnfinishedPurge(database: Database, project: number): {from: number; to: number} | null {
  const row = database
    .prepare('SELECT from_at AS "from", to_at AS "to" FROM unfinished_purges WHERE project = ?')
    .get(project)
  return row === undefined ? null : {from: Number(row['from']), to: Number(row['to'])}
}
