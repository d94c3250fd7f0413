import type {KeptSince} from '../../rules/kept-since.ts'
import type {Database} from '../tables/database.ts'

/** Reads since when single events of a project are kept. */
export interface KeptSinceReader {
  (project: number): KeptSince
  /** Empties the cache. Call it after every purge, also after a failed one. */
  forget(): void
}

/**
 * If the year of the last purged month has a total, the whole year is closed: later events would be in its months, but
 * not in the total.
 */
const before = (time: string, totals: string): string => `
  max(${time}, coalesce((SELECT unixepoch(t.span || '-01-01', '+1 year') * 1000 FROM ${totals} t
    WHERE t.project = :project AND t.span = strftime('%Y', (${time} - 1) / 1000, 'unixepoch')), 0))`

/** Makes a reader with a cache: it queries the database once for each project. */
export function createKeptSinceReader(database: Database): KeptSinceReader {
  const runs = database.prepare(`
    SELECT ${before('runs_before', 'run_totals')} AS sinceMs FROM run_purges WHERE project = :project`)
  const features = database.prepare(`
    SELECT ${before('features_before', 'feature_totals')} AS sinceMs FROM purges WHERE project = :project`)
  const known = new Map<number, KeptSince>()
  const read = (project: number): KeptSince => {
    const [runsMs, featuresMs] = [runs, features].map(query => Number(query.get({project})?.['sinceMs'] ?? 0))
    return {runsMs: runsMs!, featuresMs: featuresMs!}
  }
  const keptSince = (project: number): KeptSince => {
    const found = known.get(project) ?? read(project)
    known.set(project, found)
    return found
  }
  return Object.assign(keptSince, {forget: () => known.clear()})
}
