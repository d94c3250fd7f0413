import {headerRank} from '../../rules/signs-of-life.ts'
import type {Database} from '../tables/database.ts'
import type {IdWatch} from '../tables/dictionary.ts'
import {stateBefore} from '../tables/month-marks.ts'
import {readUnfinishedPurge} from '../tables/unfinished-purge.ts'
import {inPiece, walkTable} from './in-pieces.ts'

/** What an erasure may concern, in memory. `erased_headers` are the headers of the people. */
export const foundTables = `
  CREATE TEMP TABLE erased_headers (id INTEGER PRIMARY KEY) STRICT;
  CREATE TEMP TABLE found_runs (run BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE shared_runs (run BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE found_features (event BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE found_repeats (event BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE found_ends (event BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE found_days (used_at INTEGER, header INTEGER, PRIMARY KEY (used_at, header)) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE used_features (id INTEGER PRIMARY KEY) STRICT;`

const found = [
  'found_runs',
  'shared_runs',
  'found_features',
  'found_repeats',
  'found_ends',
  'found_days',
  'used_features',
]
export const emptyFound = found.map(table => `DELETE FROM ${table};`).join('')

const ofThem = 'header IN (SELECT id FROM erased_headers)'
const keep = (table: string, select: string): string => `INSERT OR IGNORE INTO ${table} SELECT ${select}`

/**
 * Makes the function that finds the next rows which an erasure may concern: those with a header of the people, and those
 * of a run with such a row. Runs of which only features are known may be shared with others. No index finds them, so all tables are read. It returns false when everything is found.
 */
export function createFinder(database: Database, project: number): () => boolean {
  const walk = (table: string, key: string, ...statements: string[]): (() => boolean) =>
    walkTable(database, project, {table, key, isTime: key === 'used_at'}, statements)
  const walks = [
    walk(
      'runs',
      'run',
      keep('found_runs', `run FROM runs WHERE ${inPiece('run')} AND ${ofThem} AND header_rank < ${headerRank.feature}`),
      keep(
        'shared_runs',
        `run FROM runs WHERE ${inPiece('run')} AND ${ofThem} AND header_rank = ${headerRank.feature}`,
      ),
    ),
    walk(
      'features',
      'event',
      keep(
        'found_features',
        `event FROM features WHERE ${inPiece('event')} AND (${ofThem} OR run IN (SELECT run FROM found_runs))`,
      ),
      keep(
        'shared_runs',
        `run FROM features WHERE ${inPiece('event')} AND ${ofThem} AND run IS NOT NULL
          AND run NOT IN (SELECT run FROM found_runs)`,
      ),
    ),
    walk(
      'features',
      'event',
      keep('found_features', `event FROM features WHERE ${inPiece('event')} AND run IN (SELECT run FROM shared_runs)`),
      keep(
        'used_features',
        `feature FROM features WHERE ${inPiece('event')} AND event NOT IN (SELECT event FROM found_features)`,
      ),
    ),
    () => {
      database.exec(keep('found_runs', 'run FROM shared_runs WHERE true'))
      return false
    },
    walk(
      'repeats',
      'event',
      keep('found_repeats', `event FROM repeats WHERE ${inPiece('event')} AND run IN (SELECT run FROM found_runs)`),
    ),
    walk(
      'unpaired_ends',
      'event',
      keep('found_ends', `event FROM unpaired_ends WHERE ${inPiece('event')} AND ${ofThem}`),
    ),
    walk(
      'presences',
      'used_at',
      keep('found_days', `used_at, header FROM presences WHERE ${inPiece('used_at')} AND ${ofThem}`),
    ),
  ]
  let place = 0
  return () => {
    if (!walks[place]!()) place++
    return place < walks.length
  }
}

/** Watches whether what is found stays complete while reports are written. */
export interface FindingWatch {
  /** Call it in the transaction that erases, with `erased_headers` of its state. */
  isComplete(): boolean
}

/**
 * Watches a project from the beginning of a search. What was found is incomplete if a header of the people is given to new
 * rows, if a purge turns uses into days of people, or if anything changes while a run is shared with others.
 */
export function watchFinding(database: Database, project: number, ids: IdWatch): FindingWatch {
  const state = (): string => stateBefore(database, project, Number.MAX_SAFE_INTEGER)
  const purged = (): string =>
    JSON.stringify(database.prepare('SELECT features_before FROM purges WHERE project = ?').all(project))
  const isPurging = (): boolean => readUnfinishedPurge(database, project) !== null
  const [stateAtStart, purgedAtStart, wasPurging] = [state(), purged(), isPurging()]
  return {
    isComplete() {
      const isTheirs = database
        .prepare('SELECT id FROM erased_headers')
        .all()
        .some(({id}) => ids.headers.has(Number(id)))
      if (isTheirs || wasPurging || isPurging() || purged() !== purgedAtStart) return false
      const isShared = database.prepare('SELECT 1 FROM shared_runs LIMIT 1').get() !== undefined
      if (isShared && state() !== stateAtStart) return false
      // Names that rows use since then.
      const used = database.prepare('INSERT OR IGNORE INTO used_features SELECT value FROM json_each(?)')
      used.run(JSON.stringify([...ids.features]))
      return true
    },
  }
}
