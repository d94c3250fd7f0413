import {headerColumns} from '../../../../protocol/report/header-columns.ts'
import type {Database} from './database.ts'

/** The columns that the table of headers lacks, because they were added after the store was made. */
export function missingHeaderColumns(database: Database, columns: readonly string[] = headerColumns): string[] {
  const rows = database.prepare("SELECT name FROM pragma_table_info('headers')").all()
  const known = new Set(rows.map(({name}) => name))
  return columns.filter(column => !known.has(column))
}

/**
 * Adds the missing columns to the table of headers, and shows all columns in the view of runs. The caller has a
 * transaction open. Existing rows get null. An older program, which does not know the columns, can still write the
 * store.
 */
export function addHeaderColumns(database: Database, columns: readonly string[] = headerColumns): void {
  for (const column of missingHeaderColumns(database, columns))
    database.exec(`ALTER TABLE headers ADD COLUMN "${column}" TEXT`)
  database.exec(`
    DROP VIEW readable_runs;
    CREATE VIEW readable_runs AS
    SELECT p.project, lower(hex(r.run)) AS run,
      strftime('%Y-%m-%dT%H:%M:%fZ', r.started_at / 1000.0, 'unixepoch') AS started,
      strftime('%Y-%m-%dT%H:%M:%fZ', r.ended_at / 1000.0, 'unixepoch') AS ended,
      strftime('%Y-%m-%dT%H:%M:%fZ', r.last_sign_at / 1000.0, 'unixepoch') AS last_sign,
      r.seconds, r.result, r.exit_code, r.signal, r.script, r.start_fields, r.end_fields,
      ${columns.map(column => `h."${column}"`).join(', ')}
    FROM run_results r JOIN projects p ON p.id = r.project JOIN headers h ON h.id = r.header`)
}
