import type {Ending} from '../../../../stats/model/outcomes.ts'
import type {FeatureEnding, StatsQuestion} from '../../../../stats/model/source.ts'
import type {ClickHouse} from '../client/client.ts'
import type {FeatureName} from './features.ts'
import {readExit, readName} from './span-facts.ts'
import {chooses, choosesFeature, onShards, settings, within} from './sql.ts'
import {endedRunsSql, results, type TableNames} from './uses.ts'

interface Row extends FeatureName {
  readonly version_name: string
  readonly result: number
  readonly exit: string
  readonly runs: number
}

/** How the runs ended that used some features in the range. A run is on the shard of its uses. */
export async function readFeatureEndings(
  clickhouse: ClickHouse,
  table: TableNames,
  question: StatsQuestion,
  features: readonly FeatureName[],
): Promise<FeatureEnding[]> {
  if (features.length === 0) return []
  const {project, filters} = question
  const rows = await clickhouse.ask<Row>(
    'endings by feature',
    `SELECT type, name, version_name, result, exit, sum(some) AS runs
     FROM ${onShards(clickhouse, ofShardSql(table, question))} GROUP BY type, name, version_name, result, exit${settings}`,
    {
      project,
      types: features.map(({type}) => type),
      names: features.map(({name}) => name),
      ...chooses(filters).parameters,
      ...choosesFeature(filters).parameters,
    },
  )
  return rows.map(({type, name, version_name, result, exit, runs}) => ({
    ...{type, name, version: readName(version_name), outcome: results[result] as Ending['outcome']},
    ...readExit(exit),
    runs,
  }))
}

const ofShardSql = (table: TableNames, {range, filters, lostBeforeMs}: StatsQuestion): string => `
  SELECT type, name, version_name, result, exit, count() AS some
  FROM (
    SELECT DISTINCT toString(type) AS type, toString(name) AS name, assumeNotNull(run) AS used_by
    FROM ${table('features')} FINAL
    WHERE project = {project:String} AND run IS NOT NULL AND ${within(range).join(' AND ')}
      AND (type, name) IN (SELECT one.1, one.2 FROM (SELECT arrayJoin(arrayZip({types:Array(String)}, {names:Array(String)})) AS one))
      AND ${chooses(filters).sql} AND ${choosesFeature(filters).sql}) AS uses
  INNER JOIN (${endedRunsSql(table, lostBeforeMs, range)}) AS ended ON used_by = run
  GROUP BY type, name, version_name, result, exit`
