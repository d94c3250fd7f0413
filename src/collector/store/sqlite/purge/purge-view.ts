import {join} from 'node:path'
import {UsageError} from '../../../../errors.ts'
import {readNewest} from '../facts/newest.ts'
import {databaseName, openForReading, orUnreadable} from '../tables/database.ts'
import {createDictionary} from '../tables/dictionary.ts'
import {createMonthMarks} from '../tables/month-marks.ts'
import {createPurger} from './purge-features.ts'
import {createRunPurger} from './purge-runs.ts'

/**
 * Opens the store for a purge that changes nothing, also while a collector writes it: its counts can be read, its changes
 * fail. Throws a `UsageError` USAGE_STORE_UNREADABLE.
 */
export function openSqlitePurgeView(dataDirectory: string) {
  const path = join(dataDirectory, databaseName)
  const database = openForReading(path)
  const parts = {path, marks: createMonthMarks(database), onPurged: () => {}}
  const dictionary = createDictionary(database)
  return {
    ...createPurger(database, dictionary, parts),
    ...createRunPurger(database, dictionary, parts),
    maintain: async () => {},
    newestMs: async () => readNewest(database),
    // A dry run deletes nothing.
    expirePending: async () => 0,
    close: async () => database.close(),
  }
}

/**
 * Counts the rows of a project, also while a collector writes the store. Throws a `UsageError`: USAGE_PROJECT_UNKNOWN,
 * USAGE_STORE_UNREADABLE.
 */
export function countSqliteProject(dataDirectory: string, project: string): {runs: number; features: number} {
  const path = join(dataDirectory, databaseName)
  const database = openForReading(path)
  try {
    return orUnreadable(path, () => {
      const id = database.prepare('SELECT id FROM projects WHERE project = ?').get(project)?.['id']
      if (id === undefined) throw new UsageError('USAGE_PROJECT_UNKNOWN', `the store has no project ${project}`)
      const count = (table: string): number =>
        Number(database.prepare(`SELECT count(*) AS count FROM ${table} WHERE project = ?`).get(id)?.['count'])
      return {runs: count('runs'), features: count('features')}
    })
  } finally {
    database.close()
  }
}
