import type {TableSize} from '../../../../stats/model/source.ts'
import type {Database} from '../tables/database.ts'

/** Tables with a smaller share of the bytes are left out. */
const minShare = 0.001

/**
 * Measures the tables of a database including their indexes, the largest first. Reads every page: about a second for a
 * gigabyte.
 */
export function measureTables(database: Database): TableSize[] {
  const rows = database
    .prepare(`
      SELECT m.tbl_name AS name, sum(s.pgsize) AS bytes FROM dbstat s JOIN sqlite_master m ON m.name = s.name
      WHERE s.aggregate = TRUE GROUP BY 1 ORDER BY 2 DESC, 1`)
    .all()
    .map(({name, bytes}) => ({name: String(name), bytes: Number(bytes)}))
  const all = rows.reduce((sum, {bytes}) => sum + bytes, 0)
  return rows
    .filter(({bytes}) => bytes >= all * minShare)
    .map(table => ({
      ...table,
      rows: Number(database.prepare(`SELECT count(*) AS n FROM "${table.name}"`).get()?.['n']),
    }))
}

/** Stores the sizes of the tables, and replaces the stored ones. The caller has a transaction open. */
export function keepTableSizes(database: Database, tables: readonly TableSize[]): void {
  database.exec('DELETE FROM table_sizes')
  const keep = database.prepare('INSERT INTO table_sizes (name, bytes, row_count) VALUES (?, ?, ?)')
  for (const {name, bytes, rows} of tables) keep.run(name, bytes, rows)
}

/** Reads the stored sizes of the tables, the largest first. Null if none are stored. */
export function readTableSizes(database: Database): TableSize[] | null {
  const rows = database
    .prepare('SELECT name, bytes, row_count AS rows FROM table_sizes ORDER BY bytes DESC, name')
    .all()
  return rows.length === 0 ? null : rows.map(row => ({...row}) as unknown as TableSize)
}
