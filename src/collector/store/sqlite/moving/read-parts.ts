import {UsageError} from '../../../../errors.ts'
import type {FeatureTotal, OtherPart, PartOf} from '../../parts.ts'
import type {Database} from '../tables/database.ts'
import {headerOf, headerSql, isKept, type Row, toUuid} from './rows.ts'

/** Rows of one part. It bounds the length of a line. */
const pageRows = 500

/** Each query reads the page after a key, in the order of the keys. */
const sql = {
  // Of other runs, their events tell the same.
  runs: `
    SELECT r.run AS key, r.*, ${headerSql} FROM runs r JOIN headers h ON h.id = r.header
    WHERE r.project = :project AND r.run > :after AND ${isKept('max(r.counted_at, r.last_sign_at)')}
      AND (r.is_clamped OR coalesce(r.start_event, r.end_event) IS NULL
        OR first_sign_at < min(coalesce(started_at, ended_at), coalesce(ended_at, started_at))
        OR last_sign_at > max(coalesce(started_at, ended_at), coalesce(ended_at, started_at)))
    ORDER BY r.run LIMIT ${pageRows}`,
  pending: `
    SELECT w.event AS key, w.*, ${headerSql} FROM pending_events w JOIN headers h ON h.id = w.header
    WHERE w.project = :project AND w.event > :after ORDER BY w.event LIMIT ${pageRows}`,
  days: `
    SELECT d.used_at, d.header, ${headerSql} FROM presences d JOIN headers h ON h.id = d.header
    WHERE d.project = :project AND ${isKept('d.used_at')} ORDER BY d.header, d.used_at`,
  counters: 'SELECT day, counter AS name, count FROM quality WHERE project = :project ORDER BY day, counter',
  erased: 'SELECT month AS day, kind AS name, count FROM erased WHERE project = :project ORDER BY month, kind',
  runTotals: 'SELECT span, facts FROM run_totals WHERE project = :project ORDER BY span',
  featureTotals: `
    SELECT t.*, t.internal_count AS internal, n.type, n.name FROM feature_totals t JOIN feature_names n ON n.id = t.feature
    WHERE t.project = :project ORDER BY t.span, n.type, n.name, t.use`,
  purges: `
    SELECT (SELECT id FROM store_id) AS store, r.runs_before AS runsBefore, r.first_at AS runsFirst,
      f.features_before AS featuresBefore, f.first_at AS featuresFirst
    FROM (SELECT :project AS id) p LEFT JOIN run_purges r ON r.project = p.id LEFT JOIN purges f ON f.project = p.id`,
} as const

/** Reads the part of an export that comes before the events. */
export function readBegin(database: Database, project: number): PartOf<'begin'> {
  const row = database.prepare(sql.purges).get({project})!
  const purgeOf = (before: unknown, first: unknown) =>
    before === null ? null : {beforeMs: Number(before), firstMs: first === null ? null : Number(first)}
  const {store, runsBefore, runsFirst, featuresBefore, featuresFirst} = row
  const [runs, features] = [purgeOf(runsBefore, runsFirst), purgeOf(featuresBefore, featuresFirst)]
  return {part: 'begin', store: String(store), runs, features}
}

/**
 * Yields what a project has beside its events. Throws a `UsageError` USAGE_COLLECTOR_BUSY if a month was replaced by
 * totals since the begin.
 */
export function* readOthers(database: Database, project: number, begin: PartOf<'begin'>): Generator<OtherPart> {
  yield* pages(database, sql.runs, project, runsParts)
  yield* pages(database, sql.pending, project, pendingParts)
  const days = database.prepare(sql.days).all({project})
  for (const [, group] of Map.groupBy(days, row => row['header']))
    for (const some of inPieces(group))
      yield {part: 'days', header: headerOf(some[0]!), usedMs: some.map(row => Number(row['used_at']))}
  const {store} = begin
  for (const [of, text, id] of [
    ['project', sql.counters, project],
    ['store', sql.counters, 0],
    ['erased', sql.erased, project],
  ] as const)
    for (const some of inPieces(database.prepare(text).all({project: id})))
      yield {
        part: 'counters',
        store,
        of,
        counters: some.map(({day, name, count}) => [String(day), String(name), Number(count)]),
      }
  for (const {span, facts} of database.prepare(sql.runTotals).all({project}))
    yield {part: 'run-totals', span: String(span), facts: JSON.parse(String(facts))}
  const totals = database.prepare(sql.featureTotals).all({project})
  for (const [span, rows] of Map.groupBy(totals, row => String(row['span'])))
    for (const some of inPieces(rows)) yield {part: 'feature-totals', span, totals: some.map(featureTotalOf)}
  const {part: _, ...now} = readBegin(database, project)
  if (
    JSON.stringify([now.runs?.beforeMs, now.features?.beforeMs]) !==
    JSON.stringify([begin.runs?.beforeMs, begin.features?.beforeMs])
  )
    throw new UsageError('USAGE_COLLECTOR_BUSY', 'a month was replaced by totals during the export', {
      next: 'Export again.',
    })
  yield {part: 'end', ...now}
}

function* pages(
  database: Database,
  text: string,
  project: number,
  partsOf: (rows: readonly Row[]) => OtherPart[],
): Generator<OtherPart> {
  const page = database.prepare(text)
  for (let after: Uint8Array = Buffer.alloc(0); ; ) {
    const rows: Row[] = page.all({project, after})
    if (rows.length === 0) return
    after = rows.at(-1)!['key'] as Uint8Array
    yield* partsOf(rows)
  }
}

function* inPieces<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += pageRows) yield rows.slice(from, from + pageRows)
}

const byHeader = (rows: readonly Row[]): Row[][] => [...Map.groupBy(rows, row => row['header']).values()]

const runsParts = (rows: readonly Row[]): OtherPart[] =>
  byHeader(rows).map(group => ({
    part: 'runs',
    header: headerOf(group[0]!),
    runs: group.map(row => ({
      run: toUuid(row['run'])!,
      rank: Number(row['header_rank']) as 1 | 2 | 3 | 4,
      firstSignMs: Number(row['first_sign_at']),
      lastSignMs: Number(row['last_sign_at']),
      isClamped: row['is_clamped'] === 1,
      isOutcomeUntold: row['is_outcome_untold'] === 1,
      isTest: row['is_test'] === 1,
    })),
  }))

const pendingParts = (rows: readonly Row[]): OtherPart[] =>
  byHeader(rows).map(group => ({
    part: 'pending',
    header: headerOf(group[0]!),
    events: group.map(row => ({
      ...JSON.parse(String(row['content'])),
      isStored: row['is_stored'] === 1,
      receivedMs: Number(row['received_at']),
    })),
  }))

function featureTotalOf(row: Row): FeatureTotal {
  const numberOf = (column: string): number => Number(row[column])
  const nullable = (column: string): number | null => (row[column] === null ? null : numberOf(column))
  const durations = row['durations'] as Uint8Array | null
  return {
    use: row['use'] as FeatureTotal['use'],
    type: String(row['type']),
    name: String(row['name']),
    count: numberOf('count'),
    internal: numberOf('internal'),
    runs: numberOf('runs'),
    users: numberOf('users'),
    usersLow: nullable('users_low'),
    usesWithoutUser: numberOf('uses_without_user'),
    daysWithoutUser: numberOf('days_without_user'),
    unpaired: numberOf('unpaired'),
    seconds: nullable('seconds'),
    timed: nullable('timed'),
    durations: durations === null ? null : Buffer.from(durations).toString('base64'),
  }
}
