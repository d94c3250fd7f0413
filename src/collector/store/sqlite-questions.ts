import {limitsFeatures, limitsHeaders, type StatsFilters} from '../../stats/filters.ts'

/** The values of the conditions that are set, by the names that the queries have for them. */
export function filterValues(filters: StatsFilters): Record<string, string | number> {
  const {appVersion, system, application, featureType, internal} = filters
  const values = {appVersion, system, application, featureType, internal: internal === null ? null : Number(internal)}
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string | number] => entry[1] !== null),
  )
}

/** The conditions on a header `h`. */
function headerConditions({appVersion, system, ci, application}: StatsFilters): string {
  const conditions = [
    appVersion === null ? '' : 'AND h.version = :appVersion',
    system === null ? '' : 'AND h.os_name = :system',
    application === null ? '' : 'AND h.application = :application',
    ci === null ? '' : ci === 'only' ? 'AND h.ci IS NOT NULL' : 'AND h.ci IS NULL',
  ]
  return conditions.join(' ')
}

/** The condition on the type of a feature `f`. The names are few, so they are looked up first. */
const typeCondition = ({featureType}: StatsFilters): string =>
  featureType === null
    ? ''
    : 'AND f.feature IN (SELECT id FROM feature_names WHERE project = :project AND type = :featureType)'

/** The conditions on a use `f` of a feature. */
const featureConditions = (filters: StatsFilters): string =>
  `${typeCondition(filters)} ${filters.internal === null ? '' : 'AND f.is_internal = :internal'}`

/** The totals `f` of months and years whose single uses are gone. */
const totals = (filters: StatsFilters): string => `
  FROM feature_totals f WHERE f.project = :project AND f.span IN (SELECT value FROM json_each(:totals))
    AND f.use = '${filters.internal === null ? 'all' : filters.internal ? 'internal' : 'direct'}' ${typeCondition(filters)}`

/** People of CI are nobody: its runs count, its pseudonyms do not. */
const users = 'count(DISTINCT iif(h.ci IS NULL, h.user, NULL))'

/**
 * What tells of people, by piece of time and header, with the runs among it. With a filter on features that is the
 * features it selects, else runs and what has no run. The pieces are the outer loop, so that each table is entered by
 * its index of times.
 */
function uses(filters: StatsFilters): string {
  const use = (table: string, time: string, more: string, runs = '0'): string => `
    SELECT p.key AS piece, f.header, ${runs} AS runs, min(f.${time}) / 86400000 AS firstDay, max(f.${time}) / 86400000 AS lastDay
    FROM json_each(:pieces) p CROSS JOIN ${table} f
    WHERE f.project = :project AND f.${time} >= p.value ->> 0 AND f.${time} < p.value ->> 1 ${more} GROUP BY 1, 2`
  if (limitsFeatures(filters)) return use('features', 'used_at', featureConditions(filters))
  return [
    use('runs', 'counted_at', 'AND f.is_test = 0', 'count(*)'),
    use('features', 'used_at', 'AND f.run IS NULL'),
    use('presences', 'used_at', ''),
    use('unpaired_ends', 'ended_at', ''),
  ].join(' UNION ALL ')
}

/** The queries of one question: those of runs, of people and of what they used, limited by its filters. */
export function makeQueries(filters: StatsFilters) {
  const onHeader = headerConditions(filters)
  const onFeature = featureConditions(filters)
  const inRange = 'r.project = :project AND r.counted_at >= :from AND r.counted_at < :to'
  const ofHeader = `FROM run_results r JOIN headers h ON h.id = r.header WHERE ${inRange} ${onHeader}`
  const runsInSpan = limitsHeaders(filters) ? ofHeader : `FROM run_results r WHERE ${inRange}`
  const fieldsOfRuns = `
    (SELECT r.start_fields, r.end_fields ${runsInSpan}
      AND (r.start_fields IS NOT NULL OR r.end_fields IS NOT NULL)) s,
    json_each(json_patch(coalesce(s.start_fields, '{}'), coalesce(s.end_fields, '{}'))) f`
  return {
    runs: `
      SELECT count(*) FILTER (WHERE result = 'ok') AS ok, count(*) FILTER (WHERE result = 'failed') AS failed,
        count(*) FILTER (WHERE result = 'signal') AS signal, count(*) FILTER (WHERE result = 'unknown') AS unknown,
        count(*) FILTER (WHERE result IS NULL AND r.last_sign_at <= :lost) AS lost,
        count(*) FILTER (WHERE result IS NULL AND r.last_sign_at > :lost) AS running,
        count(seconds) AS n, avg(seconds) AS meanSeconds, percentile(seconds, 50) AS p50Seconds,
        percentile(seconds, 90) AS p90Seconds, percentile(seconds, 99) AS p99Seconds
      ${runsInSpan}`,
    scripts: `SELECT count(DISTINCT iif(h.ci IS NULL, r.script, NULL)) AS scripts ${ofHeader}`,
    uses: uses(filters),
    headers: `
      SELECT h.id, h.user, h.host, h.version, h.os_name AS system, h.scheduler, h.application, h.ci,
        h.os_readable AS readableSystem
      FROM headers h WHERE h.id IN (SELECT value FROM json_each(:used)) ${onHeader}`,
    exits: `
      SELECT iif(result = 'signal', NULL, r.exit_code) AS exitCode, r.signal AS signal, count(*) AS runs ${runsInSpan}
        AND result IN ('ok', 'failed', 'signal') GROUP BY 1, 2`,
    // What several sources know of can be added up, different runs and users cannot.
    features: `
      WITH sources AS (
        SELECT f.feature, sum(f.count) AS count, sum(iif(f.is_internal, f.count, 0)) AS internal,
          count(DISTINCT f.run) AS runs, ${users} AS users, sum(f.duration_seconds) AS seconds,
          sum(iif(f.duration_seconds IS NULL, NULL, f.count)) AS timed
        FROM features f JOIN headers h ON h.id = f.header
        WHERE f.project = :project AND f.used_at >= :from AND f.used_at < :to ${onHeader} ${onFeature}
        GROUP BY f.feature
        UNION ALL
        SELECT f.feature, f.count, f.internal_count, f.runs, f.users, f.seconds, f.timed ${totals(filters)})
      SELECT n.type, n.name, sum(s.count) AS count, sum(s.internal) AS internalCount,
        iif(count(*) = 1, sum(s.runs), NULL) AS runs, iif(count(*) = 1, sum(s.users), NULL) AS users,
        sum(s.seconds) / sum(s.timed) AS meanSeconds
      FROM sources s JOIN feature_names n ON n.id = s.feature GROUP BY s.feature`,
    numberFields: `
      WITH fields AS MATERIALIZED (SELECT f.key AS name, f.value FROM ${fieldsOfRuns}
        WHERE f.type IN ('integer', 'real') AND f.key IN (SELECT value FROM json_each(:names)))
      SELECT name, count(*) AS n, avg(value) AS mean, percentile(value, 50) AS median, max(value) AS max
      FROM fields GROUP BY name`,
    valueFields: `
      SELECT f.key AS name, f.type = 'text' AS isText, f.value, count(*) AS runs FROM ${fieldsOfRuns}
      WHERE f.type IN ('text', 'true', 'false') AND f.key IN (SELECT value FROM json_each(:names)) GROUP BY 1, 2, 3`,
    unpaired: `
      SELECT (SELECT count(*) FROM features f JOIN headers h ON h.id = f.header
          WHERE f.project = :project AND f.run IS NULL AND f.used_at >= :from AND f.used_at < :to
            ${onHeader} ${onFeature})
        + (SELECT coalesce(sum(f.unpaired), 0) ${totals(filters)})
        + ${
          limitsFeatures(filters)
            ? '0'
            : `(SELECT count(*) FROM unpaired_ends e JOIN headers h ON h.id = e.header
          WHERE e.project = :project AND e.ended_at >= :restFrom AND e.ended_at < :restTo ${onHeader})`
        } AS unpaired`,
    quality: `
      SELECT counter, sum(count) AS count FROM quality
      WHERE project IN (0, :project) AND day >= :firstDay AND day <= :lastDay GROUP BY counter`,
    erased: `
      SELECT coalesce(sum(count) FILTER (WHERE kind IN ('ok', 'failed', 'signal', 'unknown', 'open')), 0) AS runs,
        coalesce(sum(count) FILTER (WHERE kind = 'features'), 0) AS features
      FROM erased WHERE project = :project AND month >= :firstMonth AND month <= :lastMonth`,
  } as const
}

export type Queries = ReturnType<typeof makeQueries>
