import type {DetailFacts, StatsQuestion} from '../../../../stats/model/source.ts'
import {allPeople} from '../../people/people.ts'
import type {ClickHouse} from '../client/client.ts'
import type {FeatureName} from './features.ts'
import {cutQuestion} from './pieces.ts'
import {chooses, choosesFeature, hash, numberTypes, onShards, settings, within} from './sql.ts'
import type {TableNames} from './uses.ts'

interface Row extends FeatureName {
  readonly detail: string
  /** JSON; empty: any number. */
  readonly value: string
  readonly count: number
  readonly uses_without_user: number
  readonly days_without_user: number
  readonly users_of_periods: readonly [periods: readonly number[], users: readonly number[]]
  readonly numbers: number
  readonly mean: number
  readonly median: number
  readonly max: number
}

/** Counts the uses of some features in the range by the values of their declared details. */
export async function readDetails(
  clickhouse: ClickHouse,
  table: TableNames,
  question: StatsQuestion,
  features: readonly FeatureName[],
): Promise<DetailFacts[]> {
  const {project, filters, numberDetails, valueDetails} = question
  if (features.length === 0 || numberDetails.length + valueDetails.length === 0) return []
  const rows = await clickhouse.ask<Row>('details', detailsSql(clickhouse, table, question), {
    project,
    types: features.map(({type}) => type),
    names: features.map(({name}) => name),
    numbers: numberDetails,
    values: valueDetails,
    ...chooses(filters).parameters,
    ...choosesFeature(filters).parameters,
  })
  return rows.map(({type, name, detail, value, count, numbers, mean, median, max, ...people}) => ({
    ...{type, name, detail, count},
    value: value === '' ? null : JSON.parse(value),
    users: allPeople(people.users_of_periods[1].map(all => ({all}))),
    usesWithoutUser: people.uses_without_user,
    daysWithoutUser: people.days_without_user,
    numbers: numbers === 0 ? null : {mean, median, max},
  }))
}

/** `who` is a user (sayer 0), a day (1) or nobody (2). A person may have used a feature on several shards. */
const detailsSql = (clickhouse: ClickHouse, table: TableNames, question: StatsQuestion): string => `
  SELECT type, name, detail, value, sum(n) AS count, sumIf(n, sayer = 1) AS uses_without_user,
    countIf(sayer = 1) AS days_without_user, sumMapIf([period], [toUInt64(1)], sayer = 0) AS users_of_periods,
    sum(length(known)) AS numbers, sumArray(known) / numbers AS mean, quantileExactInclusiveArray(0.5)(known) AS median,
    maxArray(known) AS max
  FROM (
    SELECT type, name, detail, value, sayer, who, sum(n) AS n, argMin(period, first_at) AS period,
      groupArrayArray(known) AS known
    FROM ${onShards(clickhouse, groupsSql(table, question))} GROUP BY type, name, detail, value, sayer, who)
  GROUP BY type, name, detail, value${settings}`

function groupsSql(table: TableNames, {range, rotation, filters}: StatsQuestion): string {
  const pieces = cutQuestion([range], rotation)
  const isOfType = (types: readonly string[]): string => `JSONType(details, d) IN (${types.join(', ')})`
  const numbers = `arrayMap(d -> (d, '', JSONExtractFloat(details, d)), arrayFilter(d -> ${isOfType(numberTypes)}, {numbers:Array(String)}))`
  const values = `arrayMap(d -> (d, JSONExtractRaw(details, d), nan), arrayFilter(d -> ${isOfType([`'String'`, `'Bool'`])}, {values:Array(String)}))`
  return `
    SELECT type, name, e.1 AS detail, e.2 AS value, sayer, who, sum(count) AS n, argMin(own, at) AS period, min(at) AS first_at,
      groupArrayIf(e.3, NOT isNaN(e.3)) AS known
    FROM (
      SELECT toString(type) AS type, toString(name) AS name, at, count, arrayJoin(arrayConcat(${numbers}, ${values})) AS e,
        toUInt8(multiIf(isNotNull(ci), 2, isNull(user), 1, 0)) AS sayer,
        multiIf(sayer = 0, ${hash('user')}, sayer = 1, toUInt64(intDiv(at, 86400000)), 0) AS who,
        toUInt32(if(isNull(period), ${pieces.periodOf}[${pieces.pieceOfAt}], toUInt32OrZero(replaceAll(assumeNotNull(period), '-', '')))) AS own
      FROM ${table('features')} FINAL
      WHERE project = {project:String} AND details != '' AND ${within(range).join(' AND ')}
        AND (type, name) IN (SELECT one.1, one.2 FROM (SELECT arrayJoin(arrayZip({types:Array(String)}, {names:Array(String)})) AS one))
        AND ${chooses(filters).sql} AND ${choosesFeature(filters).sql})
    GROUP BY type, name, detail, value, sayer, who`
}
