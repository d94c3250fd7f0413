import {limits} from '../../../../protocol/values/limits.ts'
import type {StatsQuestion} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {encodeDurations} from '../../totals/timings-blob.ts'
import type {ClickHouse} from '../client/client.ts'
import {bucketSql, bucketsOf} from './features.ts'
import {cutQuestion} from './pieces.ts'
import {choosesRun, onShards, settings} from './sql.ts'
import {runsSql} from './uses.ts'

interface Row {
  readonly place: number
  readonly least: number
  readonly most: number
  readonly zeros: number
  readonly buckets: readonly [buckets: readonly number[], counts: readonly number[]]
}

/**
 * The histogram of the durations of runs in some spans, encoded (`encodeDurations`) as base64. Null in, null out.
 */
export async function countDurations(
  clickhouse: ClickHouse,
  question: StatsQuestion,
  spans: readonly (Span | null)[],
): Promise<readonly (string | null)[]> {
  const asked = spans.filter(span => span !== null)
  if (asked.length === 0) return spans.map(() => null)
  const pieces = cutQuestion(asked, question.rotation)
  const runs = runsSql(name => `${clickhouse.database}.${name}`, question, pieces.hull)
  const isZero = `took < ${limits.leastTimedSeconds}`
  const ofShard = `
    SELECT arrayJoin(${pieces.spansOf(spans)}[${pieces.pieceOfAt}]) AS place, min(took) AS least, max(took) AS most,
      countIf(${isZero}) AS zeros, sumMapIf([toInt64(${bucketSql('took')})], [toUInt64(1)], NOT ${isZero}) AS buckets
    FROM view(${runs}) WHERE NOT isNaN(took) GROUP BY place`
  const rows = await clickhouse.ask<Row>(
    'durations',
    `SELECT place, min(least) AS least, max(most) AS most, sum(zeros) AS zeros, sumMap(buckets.1, buckets.2) AS buckets
     FROM ${onShards(clickhouse, ofShard)} GROUP BY place${settings}`,
    {project: question.project, ...choosesRun(question.filters).parameters},
  )
  const none = {least: Number.POSITIVE_INFINITY, most: 0, zeros: 0, buckets: [[], []] as const}
  return spans.map((span, place) => {
    if (span === null) return null
    const {least, most, zeros, buckets} = rows.find(row => row.place === place) ?? none
    const parts = {minSeconds: least, maxSeconds: most, zeroCount: zeros, low: bucketsOf(buckets), high: null}
    return Buffer.from(encodeDurations(parts)).toString('base64')
  })
}
