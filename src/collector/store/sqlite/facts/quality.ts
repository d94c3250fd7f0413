import {formatDay} from '../../../../stats/model/period.ts'
import type {QualityFacts} from '../../../../stats/model/source.ts'
import type {Span} from '../../../../stats/model/span.ts'
import {clientsAmong} from '../../rules/client-counts.ts'
import {lastReport} from '../../rules/last-report.ts'
import type {Database} from '../tables/database.ts'

const sql = {
  counters: `
    SELECT counter, sum(count) AS count FROM quality
    WHERE project IN (0, :project) AND day >= :firstDay AND day <= :lastDay GROUP BY counter`,
  erased: `
    SELECT coalesce(sum(count) FILTER (WHERE kind IN ('ok', 'failed', 'signal', 'unknown', 'open')), 0) AS runs,
      coalesce(sum(count) FILTER (WHERE kind = 'features'), 0) AS features
    FROM erased WHERE project = :project AND month >= :firstMonth AND month <= :lastMonth`,
  since: `
    SELECT min(atMs) AS atMs FROM (
      SELECT (SELECT min(counted_at) FROM run_results WHERE project = :project) AS atMs
      UNION ALL SELECT (SELECT min(used_at) FROM features WHERE project = :project)
      UNION ALL SELECT (SELECT min(ended_at) FROM unpaired_ends WHERE project = :project)
      UNION ALL SELECT (SELECT min(used_at) FROM presences WHERE project = :project)
      UNION ALL SELECT first_at FROM purges WHERE project = :project
      UNION ALL SELECT first_at FROM run_purges WHERE project = :project)`,
  growth: `
    WITH last AS (SELECT day, bytes FROM sizes ORDER BY day DESC LIMIT 1),
    first AS (SELECT day, bytes FROM sizes WHERE day >= (SELECT date(day, '-90 days') FROM last) ORDER BY day LIMIT 1)
    SELECT last.day AS toDay, first.day AS fromDay, last.bytes AS toBytes, first.bytes AS fromBytes FROM last, first`,
  lastReport: `SELECT max(count) AS atMs FROM quality WHERE project = :project AND counter = '${lastReport}'`,
  pending: 'SELECT count(*) AS count FROM pending_events WHERE project = :project AND is_stored = 0',
} as const

type Counters = Omit<
  QualityFacts,
  'unpaired' | 'featuresSinceMs' | 'runsSinceMs' | 'growth' | 'tables' | 'storeBytes' | 'freeBytes'
>

/** Reads the counters of reports and datagrams on the days of a range, and of erasures in its months. */
export function readCounters(database: Database, project: number, range: Span): Counters {
  const days = {firstDay: formatDay(range.fromMs), lastDay: formatDay(range.toMs - 1)}
  const months = {firstMonth: days.firstDay.slice(0, 7), lastMonth: days.lastDay.slice(0, 7)}
  const rows = database.prepare(sql.counters).all({project, ...days})
  const erased = database.prepare(sql.erased).get({project, ...months})
  const counts = new Map(rows.map(({counter, count}) => [String(counter), Number(count)]))
  const count = (counter: string): number => counts.get(counter) ?? 0
  return {
    clients: clientsAmong(counts),
    duplicates: count('duplicates'),
    refused: count('refused'),
    clamped: count('clamped'),
    wrongPeriods: count('wrong-periods'),
    undeclaredFields: count('undeclared-fields'),
    folded: count('folded'),
    beyondBudget: count('beyond-budget'),
    pending: Number(database.prepare(sql.pending).get({project})?.['count']),
    erased: {runs: Number(erased?.['runs']), features: Number(erased?.['features'])},
    datagrams: count('datagrams'),
    datagramsLost: count('datagrams-lost'),
    datagramsUnknown: count('datagrams-unknown'),
    lastReportMs: (database.prepare(sql.lastReport).get({project})?.['atMs'] ?? null) as number | null,
  }
}

/** When the first run or event of a project happened, also a purged one, in Unix milliseconds; null without any. */
export function readSince(database: Database, project: number): number | null {
  const atMs = database.prepare(sql.since).get({project})?.['atMs'] ?? null
  return atMs === null ? null : Number(atMs)
}

/** Reads the growth of the store over the last 90 days with a known size. Null if no size is known. */
export function readGrowth(database: Database): QualityFacts['growth'] {
  const row = database.prepare(sql.growth).get()
  return row === undefined ? null : ({...row} as unknown as NonNullable<QualityFacts['growth']>)
}
