import type {KeptSince} from '../../rules/kept-since.ts'
import type {ClickHouse} from '../client/client.ts'

/** Knows since when single events of projects are kept. */
export interface KeptSinceCache {
  /** Reads it, unless that was done in the last minute. Call it before `of`. */
  load(projects: readonly string[]): Promise<void>
  of(project: string): KeptSince
  /** Call it after every purge, also after a failed one. */
  forget(): void
}

/** Milliseconds after which a purge by another process is noticed. Events as old as that come hardly ever. */
const freshMs = 60_000

export function createKeptSinceCache(clickhouse: ClickHouse, now: () => number = Date.now): KeptSinceCache {
  const known = new Map<string, KeptSince & {readonly atMs: number}>()
  const {tableOf} = clickhouse
  const sql = `
    SELECT project, what, before_ms AS beforeMs, has(years, toString(toYear(toDateTime64((before_ms - 1) / 1000, 3, 'UTC')))) AS isYear
    FROM (SELECT project, what, before_ms FROM ${tableOf('purges')} FINAL WHERE project IN {projects:Array(String)}) AS purged
    LEFT JOIN (
      SELECT project, what, groupUniqArray(span) AS years FROM (
        SELECT project, 'runs' AS what, span FROM ${tableOf('run_totals')} WHERE project IN {projects:Array(String)}
        UNION ALL
        SELECT DISTINCT project, 'features' AS what, span FROM ${tableOf('feature_totals')}
        WHERE project IN {projects:Array(String)}
      ) WHERE length(span) = 4 GROUP BY project, what
    ) AS closed USING (project, what)`
  return {
    async load(projects) {
      const stale = projects.filter(
        project => now() - (known.get(project)?.atMs ?? Number.NEGATIVE_INFINITY) >= freshMs,
      )
      if (stale.length === 0) return
      const rows = await clickhouse.ask<{project: string; what: string; beforeMs: number; isYear: number}>(
        'purges',
        sql,
        {projects: stale},
      )
      const since = new Map(
        rows.map(({project, what, beforeMs, isYear}) => [
          `${project} ${what}`,
          isYear === 1 ? Math.max(beforeMs, endOfYear(beforeMs - 1)) : beforeMs,
        ]),
      )
      for (const project of stale)
        known.set(project, {
          runsMs: since.get(`${project} runs`) ?? 0,
          featuresMs: since.get(`${project} features`) ?? 0,
          atMs: now(),
        })
    },
    of: project => known.get(project)!,
    // Another block may be using them: they are read again, not removed.
    forget() {
      for (const [project, since] of known) known.set(project, {...since, atMs: Number.NEGATIVE_INFINITY})
    },
  }
}

/**
 * If the year of the last purged month has a total, the whole year is closed: later events would be in its months, but
 * not in the total.
 */
const endOfYear = (ms: number): number => Date.UTC(new Date(ms).getUTCFullYear() + 1, 0)
