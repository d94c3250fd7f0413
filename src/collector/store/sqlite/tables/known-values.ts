import {boundValues, type KnownValues as Known, type NewValues} from '../../rules/known-values.ts'
import type {Database} from './database.ts'

/** The values that a project has, by its id. */
export type KnownValues = Known<number>

const sql = {
  find: 'SELECT 1 FROM known_values WHERE project = ? AND kind = ? AND value = ?',
  insert: 'INSERT INTO known_values (project, kind, value, first_day) VALUES (?, ?, ?, ?)',
  count: `
    SELECT count(*) FILTER (WHERE first_day = :day) AS today, count(*) FILTER (WHERE first_day > :before) AS year
    FROM known_values WHERE project = :project AND kind = :kind`,
} as const

/** Makes it over the tables of a database. Call `admit` inside a transaction. */
export function createKnownValues(database: Database, limits?: NewValues): KnownValues {
  const [find, insert, count] = [sql.find, sql.insert, sql.count].map(text => database.prepare(text)) as [
    ReturnType<Database['prepare']>,
    ReturnType<Database['prepare']>,
    ReturnType<Database['prepare']>,
  ]
  const table = {
    has: (project: number, kind: string, value: string) => find.get(project, kind, value) !== undefined,
    add(project: number, kind: string, value: string, firstDay: string) {
      insert.run(project, kind, value, firstDay)
    },
    count(project: number, kind: string, day: string, before: string) {
      const row = count.get({project, kind, day, before})
      return {today: Number(row?.['today']), year: Number(row?.['year'])}
    },
  }
  return boundValues(table, limits)
}
