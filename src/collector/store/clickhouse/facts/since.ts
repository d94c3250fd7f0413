import type {ClickHouse} from '../client/client.ts'
import {countedRunsSql} from './uses.ts'

/** How long after the earliest sign of life the first counted row is looked for, before all rows are read. */
const windowMs = 3_600_000

/** When the first run or event of a project happened, also a purged one, in Unix milliseconds; null without any. */
export async function readSince({ask, tableOf, database}: ClickHouse, project: string): Promise<number | null> {
  const table = (name: string): string => `${database}.${tableOf(name)}`
  const ofProject = 'project = {project:String}'
  const read = async (toMs: string): Promise<number | null> => {
    // Only keys of early rows are merged, also with their later copies.
    const keys = (name: string, columns: string, sign: string): string =>
      `(${columns}) GLOBAL IN (SELECT ${columns} FROM ${table(name)} WHERE ${ofProject} AND ${sign} <= ${toMs})`
    const [row] = await ask<{atMs: number | null}>(
      'first event',
      `WITH (SELECT min(least) FROM (
          SELECT minOrNull(first_sign) AS least FROM ${table('runs')} WHERE ${ofProject} AND is_test = 0
          UNION ALL SELECT minOrNull(at) FROM ${table('features')} WHERE ${ofProject}
          UNION ALL SELECT minOrNull(at) FROM ${table('lone')} WHERE ${ofProject})) AS least_ms
       SELECT min(first_ms) AS atMs FROM (
          SELECT minOrNull(counted_at) AS first_ms
          FROM (${countedRunsSql(table('runs'), [], keys('runs', 'run_ms, run', 'first_sign'))})
          WHERE counted_at <= ${toMs}
          UNION ALL SELECT minOrNull(at) FROM ${table('features')} FINAL
            WHERE ${ofProject} AND ${keys('features', 'event_ms, event', 'at')} AND at <= ${toMs}
          UNION ALL SELECT minOrNull(at) FROM ${table('lone')} FINAL
            WHERE ${ofProject} AND ${keys('lone', 'event_ms, event', 'at')} AND at <= ${toMs}
          UNION ALL SELECT minOrNull(first_ms) FROM ${table('purges')} FINAL WHERE ${ofProject})
       WHERE ifNull(first_ms <= ${toMs}, 0)`,
      {project},
    )
    return row?.atMs ?? null
  }
  // Nothing that is counted happened before the earliest sign of life, but the earliest may be of a test.
  return (await read(`ifNull(least_ms, 0) + ${windowMs}`)) ?? (await read(String(Number.MAX_SAFE_INTEGER)))
}
