import type {FeatureStats} from '../../stats/model.ts'
import {formatDay} from '../../stats/period.ts'
import type {
  NamedRuns,
  NumberFieldFacts,
  QualityFacts,
  SpanFacts,
  StatsFacts,
  StatsQuestion,
  ValueFieldFacts,
} from '../../stats/source.ts'
import type {Span} from '../../stats/span.ts'
import type {Database} from './sqlite-database.ts'

const runsInSpan = `
  FROM run_results r JOIN headers h ON h.id = r.header
  WHERE r.project = :project AND r.counted_at >= :from AND r.counted_at < :to`

/** People of CI are nobody: its runs count, its pseudonyms do not. */
const users = 'count(DISTINCT iif(h.ci IS NULL, h.user, NULL))'

const sql = {
  project: 'SELECT id FROM projects WHERE project = ?',
  runs: `
    SELECT count(*) AS runs, count(h.ci) AS ciRuns, count(DISTINCT iif(h.ci IS NULL, r.script, NULL)) AS scripts,
      count(*) FILTER (WHERE result = 'ok') AS ok, count(*) FILTER (WHERE result = 'failed') AS failed,
      count(*) FILTER (WHERE result = 'signal') AS signal, count(*) FILTER (WHERE result = 'unknown') AS unknown,
      count(*) FILTER (WHERE result IS NULL AND r.last_sign_at <= :lost) AS lost,
      count(*) FILTER (WHERE result IS NULL AND r.last_sign_at > :lost) AS running,
      count(seconds) AS n, avg(seconds) AS meanSeconds, percentile(seconds, 50) AS p50Seconds,
      percentile(seconds, 90) AS p90Seconds, percentile(seconds, 99) AS p99Seconds
    ${runsInSpan}`,
  people: `
    SELECT count(DISTINCT user) AS users, count(DISTINCT host) AS hosts FROM headers WHERE ci IS NULL AND id IN (
      SELECT header FROM runs WHERE project = :project AND is_test = 0 AND counted_at >= :from AND counted_at < :to
      UNION SELECT header FROM features
        WHERE project = :project AND run IS NULL AND used_at >= :from AND used_at < :to
      UNION SELECT header FROM unpaired_ends WHERE project = :project AND ended_at >= :from AND ended_at < :to)`,
  exits: `
    SELECT iif(result = 'signal', NULL, r.exit_code) AS exitCode, r.signal AS signal, count(*) AS runs ${runsInSpan}
      AND result IN ('ok', 'failed', 'signal') GROUP BY 1, 2`,
  features: `
    SELECT n.type, n.name, sum(f.count) AS count, sum(iif(f.is_internal, f.count, 0)) AS internalCount,
      count(DISTINCT f.run) AS runs, ${users} AS users,
      sum(f.duration_seconds) / sum(iif(f.duration_seconds IS NULL, NULL, f.count)) AS meanSeconds
    FROM features f JOIN feature_names n ON n.id = f.feature JOIN headers h ON h.id = f.header
    WHERE f.project = :project AND f.used_at >= :from AND f.used_at < :to GROUP BY f.feature`,
  versions: `SELECT h.version AS name, count(*) AS runs, ${users} AS users ${runsInSpan} GROUP BY 1`,
  systems: `SELECT h.os_name AS name, count(*) AS runs, ${users} AS users ${runsInSpan} GROUP BY 1`,
  numberFields: `
    WITH fields AS MATERIALIZED (
      SELECT f.key AS name, f.value FROM (SELECT r.start_fields, r.end_fields ${runsInSpan}
          AND (r.start_fields IS NOT NULL OR r.end_fields IS NOT NULL)) s,
        json_each(json_patch(coalesce(s.start_fields, '{}'), coalesce(s.end_fields, '{}'))) f
      WHERE f.type IN ('integer', 'real') AND f.key IN (SELECT value FROM json_each(:names)))
    SELECT name, count(*) AS n, avg(value) AS mean, percentile(value, 50) AS median, max(value) AS max
    FROM fields GROUP BY name`,
  valueFields: `
    SELECT f.key AS name, f.type = 'text' AS isText, f.value, count(*) AS runs
    FROM (SELECT r.start_fields, r.end_fields ${runsInSpan}
        AND (r.start_fields IS NOT NULL OR r.end_fields IS NOT NULL)) s,
      json_each(json_patch(coalesce(s.start_fields, '{}'), coalesce(s.end_fields, '{}'))) f
    WHERE f.type IN ('text', 'true', 'false') AND f.key IN (SELECT value FROM json_each(:names)) GROUP BY 1, 2, 3`,
  unpaired: `
    SELECT (SELECT count(*) FROM features
        WHERE project = :project AND run IS NULL AND used_at >= :from AND used_at < :to)
      + (SELECT count(*) FROM unpaired_ends
        WHERE project = :project AND ended_at >= :from AND ended_at < :to) AS unpaired`,
  quality: `
    SELECT counter, sum(count) AS count FROM quality
    WHERE project IN (0, :project) AND day >= :firstDay AND day <= :lastDay GROUP BY counter`,
  erased: `
    SELECT coalesce(sum(count) FILTER (WHERE kind IN ('ok', 'failed', 'signal', 'unknown', 'open')), 0) AS runs,
      coalesce(sum(count) FILTER (WHERE kind = 'features'), 0) AS features
    FROM erased WHERE project = :project AND month >= :firstMonth AND month <= :lastMonth`,
} as const

/** Answers one question from the tables. The caller has a transaction open, so that all facts are of one state. */
export function readFacts(database: Database, question: StatsQuestion, storeBytes: number): StatsFacts {
  const row = database.prepare(sql.project).get(question.project)
  // No row has the project 0: a project that never had an event is answered by the same queries.
  const project = Number(row?.['id'] ?? 0)
  const range = {project, from: question.range.fromMs, to: question.range.toMs}
  const all = <T>(text: string, parameters: Record<string, string | number> = {}): T[] =>
    database
      .prepare(text)
      .all({...range, ...parameters})
      .map(found => ({...found})) as T[]
  const values = all<{name: string; isText: number; value: string | number; runs: number}>(sql.valueFields, {
    names: JSON.stringify(question.valueFields),
  })
  return {
    spans: readSpans(database, project, question.spans, question.lostBeforeMs),
    exits: all<StatsFacts['exits'][number]>(sql.exits),
    features: all<FeatureStats>(sql.features),
    versions: all<NamedRuns>(sql.versions),
    systems: all<NamedRuns>(sql.systems),
    numberFields: all<NumberFieldFacts>(sql.numberFields, {names: JSON.stringify(question.numberFields)}),
    valueFields: values.map(({name, isText, value, runs}): ValueFieldFacts => {
      return {name, value: isText === 1 ? String(value) : value === 1, runs}
    }),
    quality: readQuality(database, project, question.range, storeBytes),
  }
}

function readSpans(database: Database, project: number, spans: readonly Span[], lost: number): SpanFacts[] {
  const runs = database.prepare(sql.runs)
  const people = database.prepare(sql.people)
  return spans.map(({fromMs: from, toMs: to}) => {
    const counted = runs.get({project, from, to, lost}) as Record<string, number>
    const found = people.get({project, from, to}) as Record<string, number>
    const pick = <K extends string>(...names: K[]) =>
      Object.fromEntries(names.map(name => [name, counted[name]])) as Record<K, number>
    return {
      ...pick('runs', 'ciRuns', 'scripts'),
      users: found['users']!,
      hosts: found['hosts']!,
      outcomes: pick('ok', 'failed', 'signal', 'lost', 'running', 'unknown'),
      duration: pick('n', 'meanSeconds', 'p50Seconds', 'p90Seconds', 'p99Seconds'),
    }
  })
}

function readQuality(database: Database, project: number, range: Span, storeBytes: number): QualityFacts {
  const {unpaired} = database.prepare(sql.unpaired).get({project, from: range.fromMs, to: range.toMs}) as {
    unpaired: number
  }
  const days = {firstDay: formatDay(range.fromMs), lastDay: formatDay(range.toMs - 1)}
  const rows = database.prepare(sql.quality).all({project, ...days})
  const months = {firstMonth: days.firstDay.slice(0, 7), lastMonth: days.lastDay.slice(0, 7)}
  const erased = database.prepare(sql.erased).get({project, ...months}) as {runs: number; features: number}
  const counts = new Map(rows.map(row => [row['counter'], Number(row['count'])]))
  const count = (counter: string): number => counts.get(counter) ?? 0
  return {
    duplicates: count('duplicates'),
    refused: count('refused'),
    clamped: count('clamped'),
    undeclaredFields: count('undeclared-fields'),
    unpaired,
    erased: {runs: erased.runs, features: erased.features},
    datagrams: count('datagrams'),
    datagramsLost: count('datagrams-lost'),
    datagramsUnknown: count('datagrams-unknown'),
    storeBytes,
  }
}
