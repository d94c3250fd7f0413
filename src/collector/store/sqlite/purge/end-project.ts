import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import type {ProjectEnd, ProjectReceipt, Store} from '../../store.ts'
import {type Database, inTransaction} from '../tables/database.ts'
import {emptyLog} from './erasure.ts'

/** Rows of one transaction: some tens of milliseconds, so that reports of other projects do not wait. */
const pieceRows = 5_000
/** A store with at most so many bytes of rows is rewritten while it is used: a fraction of a second. */
const quickBytes = 32 * 1024 * 1024

/** The tables that may be large, with their keys. The others are deleted in one transaction. */
const large = {features: 'event', runs: 'run', repeats: 'event', unpaired_ends: 'event', pending_events: 'event'}
/** Greater than every key: keys have 16 bytes. */
const lastKey = Buffer.alloc(17, 0xff)

const sql = {
  find: 'SELECT id FROM projects WHERE project = ?',
  // Also tables of later versions: each has the id of its project in the column project.
  tables: `
    SELECT m.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
    WHERE m.type = 'table' AND c.name = 'project' AND c.type = 'INTEGER'`,
  note: `
    INSERT INTO ended_projects (receipt, project, ended_at, runs, features) VALUES (:receipt, :name, :at, :runs, :features)
    ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, features = features + excluded.features
    RETURNING ended_at AS at, runs, features`,
  pages: `
    SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count) AS used,
      (SELECT freelist_count FROM pragma_freelist_count) AS free, (SELECT page_size FROM pragma_page_size) AS size`,
} as const

const deletePiece = (table: string, key: string): string => `
  DELETE FROM ${table} WHERE project = :project AND ${key} <= coalesce((
    SELECT ${key} FROM ${table} WHERE project = :project ORDER BY ${key} LIMIT 1 OFFSET ${pieceRows - 1}), :last)`

export interface EnderParts {
  readonly database: Database
  /** Empties the caches: the ids of the project do not exist any more. */
  readonly onEnded: (project: string) => void
  /** Removes files that contain copies of rows. */
  readonly removeCopies: () => void
}

/** Makes the function that ends a project. Only the process that writes the database may call it. */
export function createProjectEnder({database, onEnded, removeCopies}: EnderParts): Pick<Store, 'endProject'> {
  const change = <T>(project: string, work: () => T): T => {
    try {
      return inTransaction(database, work)
    } finally {
      onEnded(project)
    }
  }

  function note(end: ProjectEnd, counts: {readonly runs: number; readonly features: number}): ProjectReceipt {
    const receipt = Buffer.from(end.receipt.replaceAll('-', ''), 'hex')
    const row = database.prepare(sql.note).get({receipt, name: end.project, at: end.atMs, ...counts})
    const erasedAt = new Date(Number(row?.['at'])).toISOString()
    const [runs, features] = [Number(row?.['runs']), Number(row?.['features'])]
    return {project: end.project, receipt: end.receipt, erasedAt, runs, features}
  }

  async function deleteLarge(end: ProjectEnd, project: number): Promise<void> {
    for (const [table, key] of Object.entries(large)) {
      const piece = database.prepare(deletePiece(table, key))
      for (let changes = 1; changes > 0; await new Promise(setImmediate))
        changes = change(end.project, () => {
          const deleted = Number(piece.run({project, last: lastKey}).changes)
          note(end, {runs: table === 'runs' ? deleted : 0, features: table === 'features' ? deleted : 0})
          return deleted
        })
      reach('collector: a table of a project deleted')
    }
  }

  return {
    async endProject(end, pauseReading) {
      const project = database.prepare(sql.find).get(end.project)?.['id']
      if (project === undefined) {
        // An end that was killed may have left copies.
        removeCopies()
        throw new UsageError('USAGE_PROJECT_UNKNOWN', `the store has no project ${end.project}`, {
          next: 'Check the id and --data. An erased project needs no second command.',
        })
      }
      await deleteLarge(end, Number(project))
      const receipt = change(end.project, () => {
        for (const {name} of database.prepare(sql.tables).all())
          database.prepare(`DELETE FROM "${name}" WHERE project = ?`).run(project)
        database.prepare('DELETE FROM projects WHERE id = ?').run(project)
        return note(end, {runs: 0, features: 0})
      })
      reach('collector: a project deleted')
      const resume = await pauseReading()
      try {
        giveBackDisk(database)
        await emptyLog(database)
        removeCopies()
      } finally {
        resume()
      }
      return receipt
    },
  }
}

/** Rewrites a small store without its free pages. A large one keeps them for later rows. A full disk changes nothing. */
function giveBackDisk(database: Database): void {
  const {used, free, size} = database.prepare(sql.pages).get() as {used: number; free: number; size: number}
  if (free === 0 || used * size > quickBytes) return
  try {
    database.exec('VACUUM')
  } catch {
    // The free pages stay in the file.
  }
}
