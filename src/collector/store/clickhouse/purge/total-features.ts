import {Durations} from '../../../../protocol/durations/durations.ts'
import type {RotationTerms} from '../../../../protocol/project/rotation.ts'
import {rotationPeriods} from '../../../../stats/model/rotation.ts'
import type {FeatureTotal} from '../../parts.ts'
import {spanOf} from '../../totals/span-of.ts'
import {decodeTimings, encodeDurations} from '../../totals/timings-blob.ts'
import type {ClickHouse} from '../client/client.ts'

type Counted = Omit<FeatureTotal, 'usersLow' | 'durations'>
type Keys = Pick<FeatureTotal, 'use' | 'type' | 'name'>

const keyOf = ({use, type, name}: Keys): string => JSON.stringify([use, type, name])

/** The uses of a span, each for `all` and for `direct` or `internal`. */
const usesSql = (table: string): string => `
  SELECT arrayJoin(['all', if(is_internal = 1, 'internal', 'direct')]) AS use, type, name, at, run, user, ci,
    seconds AS spent, timed AS spans, timings, count AS times, is_internal, period
  FROM ${table} FINAL WHERE project = {project:String} AND at >= {from:Int64} AND at < {to:Int64}`

const sql = {
  counts: (uses: string): string => `
    SELECT use, type, name, sum(times) AS count, sumIf(times, is_internal = 1) AS internal, uniqExact(run) AS runs,
      uniqExactIf(user, ci IS NULL) AS users, sumIf(times, ci IS NULL AND user IS NULL) AS usesWithoutUser,
      uniqExactIf(intDiv(at, 86400000), ci IS NULL AND user IS NULL) AS daysWithoutUser, countIf(run IS NULL) AS unpaired,
      sum(spent) AS seconds, if(count(spent) = 0, NULL, sumIf(ifNull(spans, times), spent IS NOT NULL)) AS timed
    FROM (${uses}) GROUP BY use, type, name`,
  // Of the rotation period with most of them: at least so many people.
  usersLow: (uses: string): string => `
    SELECT use, type, name, max(people) AS low FROM (
      SELECT use, type, name, first, count() AS people FROM (
        SELECT use, type, name, user, min(ifNull(toInt64(toUnixTimestamp(toDateTime(toDate(period), 'UTC'))) * 1000,
          arrayLast(start -> start <= at, {starts:Array(Int64)}))) AS first
        FROM (${uses}) WHERE ci IS NULL AND user IS NOT NULL GROUP BY use, type, name, user)
      GROUP BY use, type, name, first)
    GROUP BY use, type, name`,
  // Several uses with one duration: only their sum is known.
  durations: (uses: string): string => `
    SELECT use, type, name, spent AS seconds, timings, count() AS events FROM (${uses})
    WHERE timings != '' OR (spent IS NOT NULL AND times = 1) GROUP BY use, type, name, spent, timings`,
} as const

/** Counts the uses of features in a month or a year. */
export async function totalFeatures(
  {ask, rows, tableOf}: ClickHouse,
  project: string,
  label: string,
  identity: RotationTerms,
): Promise<readonly FeatureTotal[]> {
  const {from, to} = spanOf(label)
  const starts = rotationPeriods({fromMs: from, toMs: to}, identity).map(({fromMs}) => fromMs)
  const uses = usesSql(tableOf('features'))
  const parameters = {project, from, to, starts}
  const counted = await ask<Counted>('totals of features', sql.counts(uses), parameters)
  const low = await ask<Keys & {low: number}>('people of features', sql.usersLow(uses), parameters)
  const lows = new Map(low.map(row => [keyOf(row), row.low]))
  const durations = new Map<string, Durations>()
  type Timed = Keys & {seconds: number | null; timings: string; events: number}
  for await (const row of rows<Timed>('durations of features', sql.durations(uses), parameters)) {
    const all = durations.get(keyOf(row)) ?? new Durations()
    durations.set(keyOf(row), all)
    const timings = row.timings === '' ? null : decodeTimings(Buffer.from(row.timings, 'base64'), row.seconds ?? 0)
    for (let event = 0; event < row.events; event++)
      if (timings === null) all.record(row.seconds!)
      else all.addTimings(timings)
  }
  return counted.map(row => ({
    ...row,
    usersLow: lows.get(keyOf(row)) ?? 0,
    durations: durations.has(keyOf(row)) ? encoded(durations.get(keyOf(row))!) : null,
  }))
}

/** A histogram as a text. */
export const encoded = (durations: Durations): string =>
  Buffer.from(encodeDurations(durations.toParts())).toString('base64')
