import {bucketsPerDoubling, edges} from '../../../../protocol/durations/duration-buckets.ts'
import {type DurationParts, Durations} from '../../../../protocol/durations/durations.ts'
import {limits} from '../../../../protocol/values/limits.ts'
import type {StatsQuestion} from '../../../../stats/model/source.ts'
import {allPeople} from '../../people/people.ts'
import type {FeatureCounts} from '../../totals/feature-counts.ts'
import type {ClickHouse} from '../client/client.ts'
import type {Pieces} from './pieces.ts'
import {chooses, choosesFeature, every, hash, onShards, some} from './sql.ts'
import type {TableNames} from './uses.ts'

/** A feature, as a key of its counts. */
export interface FeatureName {
  readonly type: string
  readonly name: string
}

/** The counts of a feature as the server has them. A map is two lists. */
export interface FeatureRow extends FeatureName {
  readonly count: number
  readonly internal: number
  readonly runs: number
  readonly uses_without_user: number
  readonly days_without_user: number
  readonly users_of_periods: readonly [periods: readonly number[], users: readonly number[]]
  readonly seconds: number
  readonly timed: number
  readonly least: number
  readonly most: number
  readonly zeros: number
  readonly low: readonly [buckets: readonly number[], counts: readonly number[]]
  readonly high: readonly [buckets: readonly number[], counts: readonly number[]]
}

/** The bucket of a duration, as `bucketOf` finds it: by the exponent of the number and by constants. */
export const bucketSql = (seconds: string): string => {
  const bits = `reinterpretAsUInt64(${seconds})`
  const mantissa = `reinterpretAsFloat64(bitOr(bitAnd(${bits}, 4503599627370495), 4607182418800017408))`
  const within = `toInt32(arrayCount(edge -> edge < ${mantissa}, [${edges.slice(1).join(', ')}]))`
  // A power of two is the end of the bucket before it.
  return `((toInt32(bitShiftRight(${bits}, 52)) - 1023) * ${bucketsPerDoubling} + if(${mantissa} = 1, -1, ${within}))`
}

/** The whole numbers of a histogram (`encodeTimings`) after its first 17 bytes: 7 bits in each byte, the last byte below 128. */
const wholes = `arrayMap(part -> arraySum((byte, i) -> bitAnd(byte, 127) * exp2(7 * (i - 1)), part, arrayEnumerate(part)),
  arraySplit((byte, i) -> ${every('i > 1', 'blob[16 + i] < 128')}, arraySlice(blob, 18), arrayEnumerate(arraySlice(blob, 18))))`

/**
 * Counts the uses of each feature in the range: once by who used it, and once by bucket of the durations. Each duration is
 * in a lowest and a highest bucket (`protocol/durations/durations.ts`).
 */
export function featuresSql(
  clickhouse: Pick<ClickHouse, 'cluster'>,
  table: TableNames,
  question: StatsQuestion,
  pieces: Pieces,
  sinceMs: number | null,
): string {
  const fromMs = Math.max(question.range.fromMs, sinceMs ?? 0)
  const ofShard = featureGroupsSql(table, question, pieces, fromMs)
  return `
    SELECT type, name, sumIf(n, kind < 3) AS count, sum(internal_n) AS internal, uniqExactMerge(run_ids) AS runs,
      sumIf(n, kind = 1) AS uses_without_user, countIf(kind = 1) AS days_without_user,
      sumMapIf([period], [toUInt64(1)], kind = 0) AS users_of_periods, sum(seconds_n) AS seconds, sum(timed_n) AS timed,
      min(least_n) AS least, max(most_n) AS most, sum(zeros_n) AS zeros,
      sumMapIf([who], [n], kind = 3) AS low, sumMapIf([who], [n], kind = 4) AS high
    FROM ${clickhouse.cluster === null ? `view(${ofShard})` : `view(${mergedSql(onShards(clickhouse, ofShard))})`}
    GROUP BY type, name`
}

/** The groups of all shards: a person may have used a feature in runs on several of them. */
const mergedSql = (groups: string): string => `
  SELECT type, name, kind, who, sum(n) AS n, sum(internal_n) AS internal_n, uniqExactMergeState(run_ids) AS run_ids,
    argMin(period, first_at) AS period, sum(seconds_n) AS seconds_n, sum(timed_n) AS timed_n, min(least_n) AS least_n,
    max(most_n) AS most_n, sum(zeros_n) AS zeros_n
  FROM ${groups} GROUP BY type, name, kind, who`

/** The first step of counting, on each shard: by feature, kind and who. */
function featureGroupsSql(table: TableNames, {range, filters}: StatsQuestion, pieces: Pieces, fromMs: number): string {
  const isZero = `took < ${limits.leastTimedSeconds}`
  const isOne = every('NOT isNaN(took)', 'count = 1')
  const none = `CAST([], 'Array(Tuple(UInt8, Int64, UInt64))')`
  return `
      SELECT type, name, e.1 AS kind, e.2 AS who, sum(e.3) AS n, sumIf(e.3, ${every('is_internal = 1', 'kind < 3')}) AS internal_n,
        uniqExactStateIf(assumeNotNull(run_id), ${every('isNotNull(run_id)', 'kind < 3')}) AS run_ids, argMin(own, at) AS period, min(at) AS first_at,
        sumIf(took, kind < 3) AS seconds_n, sumIf(timed_uses, kind < 3) AS timed_n, min(least_took) AS least_n,
        max(most_took) AS most_n, sumIf(zeros, kind < 3) AS zeros_n
      FROM (
        SELECT type, name, at, run_id, is_internal, own, if(isNaN(took), 0, took) AS took, timed_uses, least_took, most_took, zeros,
          arrayJoin(arrayConcat([(sayer, toInt64(multiIf(sayer = 0, reinterpretAsInt64(user_id), sayer = 1, intDiv(at, 86400000), 0)), count)],
            multiIf(isNaN(took), ${none},
              has_timings, arrayConcat(
                arrayMap((n, i) -> (toUInt8(3), toInt64(floor((first + i - 1) * width)), toUInt64(n)), counts, arrayEnumerate(counts)),
                arrayMap((n, i) -> (toUInt8(4), toInt64(ceil((first + i) * width) - 1), toUInt64(n)), counts, arrayEnumerate(counts))),
              ${every('count = 1', `NOT ${isZero}`)}, [(toUInt8(3), bucket, toUInt64(1)), (toUInt8(4), bucket, toUInt64(1))],
              ${none}))) AS e
        FROM (
          SELECT *, toInt64(if(${some('isNaN(took)', isZero)}, 0, ${bucketSql('took')})) AS bucket,
            if(length(numbers) < 3, 0, if(numbers[2] % 2 = 1, -(numbers[2] + 1) / 2, numbers[2] / 2)) AS first,
            arraySlice(numbers, 4) AS counts, if(has_timings, exp2(${limits.timingScale} - blob[1]), 1) AS width,
            multiIf(has_timings, reinterpretAsFloat64(substring(bytes, 2, 8)), ${isOne}, took, inf) AS least_took,
            multiIf(has_timings, reinterpretAsFloat64(substring(bytes, 10, 8)), ${isOne}, took, 0) AS most_took,
            multiIf(has_timings, toUInt64(numbers[1]), ${every(isOne, isZero)}, 1, 0) AS zeros
          FROM view(
            SELECT type, name, at, if(isNull(run), NULL, cityHash64(assumeNotNull(run))) AS run_id, is_internal, count,
              ${hash('user')} AS user_id, toUInt8(multiIf(isNotNull(ci), 2, isNull(user), 1, 0)) AS sayer,
              ifNull(seconds, nan) AS took, if(isNull(seconds), 0, ifNull(timed, count)) AS timed_uses, timings != '' AS has_timings,
              base64Decode(timings) AS bytes, if(has_timings, arrayMap(i -> reinterpretAsUInt8(substring(bytes, i, 1)), range(1, length(bytes) + 1)), []) AS blob,
              if(has_timings, ${wholes}, []) AS numbers,
              toUInt32(if(isNull(period), ${pieces.periodOf}[${pieces.pieceOfAt}], toUInt32OrZero(replaceAll(assumeNotNull(period), '-', '')))) AS own
            FROM ${table('features')} FINAL
            WHERE project = {project:String} AND at >= ${fromMs} AND at < ${range.toMs} AND ${chooses(filters).sql}
              AND ${choosesFeature(filters).sql})))
      GROUP BY type, name, kind, who`
}

/** The counts of a feature, without its totals. */
export function countsOfRow(row: FeatureRow): FeatureCounts<FeatureName> & FeatureName {
  const {type, name, count, internal, runs, uses_without_user, days_without_user, users_of_periods, seconds, timed} =
    row
  return {
    ...{type, name, feature: {type, name}, count, internal, runs},
    users: allPeople(users_of_periods[1].map(all => ({all}))),
    usesWithoutUser: uses_without_user,
    daysWithoutUser: days_without_user,
    seconds: timed === 0 ? null : seconds,
    timed: timed === 0 ? null : timed,
    durations: Durations.of(partsOf(row)),
  }
}

function partsOf({least, most, zeros, low, high}: FeatureRow): DurationParts {
  const [ofLow, ofHigh] = [bucketsOf(low), bucketsOf(high)]
  const isSame = JSON.stringify(low) === JSON.stringify(high)
  return {
    minSeconds: least ?? Number.POSITIVE_INFINITY,
    maxSeconds: most,
    zeroCount: zeros,
    low: ofLow,
    high: isSame ? null : ofHigh,
  }
}

/** Counts of buckets without gaps. */
export function bucketsOf([buckets, counts]: FeatureRow['low']): DurationParts['low'] {
  if (buckets.length === 0) return {offset: 0, counts: new Float64Array(0)}
  const offset = Math.min(...buckets)
  const all = new Float64Array(Math.max(...buckets) - offset + 1)
  for (const [place, bucket] of buckets.entries()) all[bucket - offset]! += counts[place]!
  return {offset, counts: all}
}
