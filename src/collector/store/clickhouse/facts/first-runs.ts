import type {FirstRun, StatsQuestion} from '../../../../stats/model/source.ts'
import type {ClickHouse} from '../client/client.ts'
import {onShards, settings, within} from './sql.ts'
import {countedRunsSql, elementSql} from './uses.ts'

/** Reads the first run of each version in the span that the question names for it. Filters do not matter. */
export async function readFirstRuns(
  clickhouse: ClickHouse,
  {project, firstRuns: span}: Pick<StatsQuestion, 'project' | 'firstRuns'>,
): Promise<readonly FirstRun[]> {
  if (span === null) return []
  const runs = countedRunsSql(
    `${clickhouse.database}.runs`,
    [`${elementSql('header', 'version')} AS version`],
    `first_sign < ${span.toMs} AND last_sign >= ${span.fromMs}`,
  )
  const ofShard = `
    SELECT version, min(counted_at) AS first FROM (${runs})
    WHERE ${within(span, 'counted_at').join(' AND ')} AND isNotNull(version) GROUP BY version`
  return clickhouse.ask<FirstRun>(
    'first runs',
    `SELECT assumeNotNull(version) AS version, min(first) AS atMs FROM ${onShards(clickhouse, ofShard)}
     GROUP BY version${settings}`,
    {project},
  )
}
