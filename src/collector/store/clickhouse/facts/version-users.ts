import type {StatsQuestion, VersionUsers} from '../../../../stats/model/source.ts'
import {dayMs} from '../../../../stats/model/span.ts'
import type {ClickHouse} from '../client/client.ts'
import {readName} from './span-facts.ts'
import {choosesRun, every, onShards, settings, within} from './sql.ts'
import {runsSql, type TableNames} from './uses.ts'

interface Row {
  readonly place: number
  readonly versions: readonly string[]
  readonly users: number
}

/** Counts the users of a month and of weeks by the versions that they ran. Runs of a user may be on several shards. */
export async function readVersionUsers(
  clickhouse: ClickHouse,
  table: TableNames,
  question: StatsQuestion,
): Promise<VersionUsers[]> {
  const {project, filters, versionUsers: spans} = question
  if (spans === null) return []
  const {month, weeks} = spans
  const hull = {fromMs: Math.min(weeks.fromMs, month?.fromMs ?? weeks.fromMs), toMs: weeks.toMs}
  const inMonth = month === null ? '0' : every(...within(month))
  const week = `if(${every(...within(weeks))}, toInt32(intDiv(at - ${weeks.fromMs}, ${7 * dayMs})), -2)`
  const ofShard = `
    SELECT arrayJoin(arrayFilter(p -> p > -2, [${week}, if(${inMonth}, -1, -2)])) AS place, user_id,
      groupUniqArray(version_word) AS some
    FROM view(${runsSql(table, question, hull)}) WHERE user_id != 0 AND NOT is_ci GROUP BY place, user_id`
  const rows = await clickhouse.ask<Row>(
    'users by versions',
    `SELECT place, versions, count() AS users FROM (
       SELECT place, user_id, arraySort(groupUniqArrayArray(some)) AS versions FROM ${onShards(clickhouse, ofShard)}
       GROUP BY place, user_id) GROUP BY place, versions${settings}`,
    {project, ...choosesRun(filters).parameters},
  )
  return rows.map(({place, versions, users}) => ({place, versions: versions.map(readName), users}))
}
