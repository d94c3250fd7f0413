import {setTimeout} from 'node:timers/promises'
import {UsageError} from '../../../errors.ts'
import {reach} from '../../../fault-points.ts'
import type {ErasureReceipt} from '../../../protocol/erasure.ts'
import type {Erasure, Store} from '../store.ts'
import {type Database, inTransaction, truncateLog} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import type {MonthMarks} from '../tables/month-marks.ts'
import {headerRank} from '../write/writer.ts'

/** How long an erasure waits for other programs that read the state from before it. */
const maxWaitMs = 20_000
const betweenTriesMs = 20

/** What is being erased, in memory: no index finds the rows of a person, so each table is searched once. */
const memory = `
  PRAGMA temp_store=MEMORY;
  CREATE TEMP TABLE erased_headers (id INTEGER PRIMARY KEY) STRICT;
  CREATE TEMP TABLE erased_runs (run BLOB PRIMARY KEY, is_theirs INTEGER) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE kept_runs (run BLOB PRIMARY KEY, header INTEGER, first INTEGER, last REAL) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE erased_features (event BLOB PRIMARY KEY, feature INTEGER, used_at INTEGER) STRICT, WITHOUT ROWID`

const emptyMemory = ['erased_headers', 'erased_runs', 'erased_features', 'kept_runs']
  .map(table => `DELETE FROM ${table};`)
  .join('')

const ofHeaders = 'project = :project AND header IN (SELECT id FROM erased_headers)'
const ofRuns = 'project = :project AND run IN (SELECT run FROM erased_runs)'
const month = (column: string): string => `strftime('%Y-%m', ${column} / 1000.0, 'unixepoch')`
const add = (select: string): string => `
  INSERT INTO erased (project, month, kind, count) ${select} GROUP BY 2, 3
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

const sql = {
  headers: `
    INSERT INTO erased_headers
    SELECT id FROM headers WHERE project = :project AND user IN (SELECT value FROM json_each(:users))`,
  // Ids of runs are no secret: only its own start or end makes a run a person's. One that has neither is only touched.
  runs: `
    INSERT INTO erased_runs SELECT run, header_rank < ${headerRank.feature} FROM runs
    WHERE ${ofHeaders} OR (project = :project AND header_rank = ${headerRank.feature}
      AND run IN (SELECT run FROM features WHERE run IS NOT NULL AND ${ofHeaders}))`,
  features: `
    INSERT INTO erased_features SELECT event, feature, used_at FROM features
    WHERE project = :project AND (header IN (SELECT id FROM erased_headers)
      OR run IN (SELECT run FROM erased_runs WHERE is_theirs))`,
  // What others' features say of a run that has neither start nor end stays, as if it had come alone.
  keptRuns: `
    INSERT INTO kept_runs
    SELECT run, min(header), min(used_at), max(used_at + coalesce(duration_seconds, 0) * 1000) FROM features
    WHERE project = :project AND run IN (SELECT run FROM erased_runs WHERE NOT is_theirs)
      AND event NOT IN (SELECT event FROM erased_features) GROUP BY run`,
  othersRuns: `
    UPDATE runs SET header = kept.header, first_sign_at = kept.first,
      last_sign_at = max(kept.first, min(runs.last_sign_at, CAST(round(kept.last) AS INTEGER)))
    FROM kept_runs AS kept WHERE runs.project = :project AND runs.run = kept.run`,
  notErased: 'DELETE FROM erased_runs WHERE run IN (SELECT run FROM kept_runs)',
  record: `
    INSERT INTO erasures (project, receipt, erased_at, runs, features) VALUES (:project, :receipt, :at, :runs, :features)
    ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, features = features + excluded.features
    RETURNING erased_at AS at, runs, features`,
} as const

/** The totals that remain, then the rows, then what only they used. */
const steps: readonly string[] = [
  add(`SELECT :project, ${month('counted_at')}, coalesce(result, 'open'), count(*) FROM run_results WHERE ${ofRuns}`),
  add(`SELECT :project, ${month('used_at')}, 'features', count(*) FROM erased_features WHERE true`),
  add(`SELECT :project, ${month('ended_at')}, 'unpaired-ends', count(*) FROM unpaired_ends WHERE ${ofHeaders}`),
  'DELETE FROM features WHERE project = :project AND event IN (SELECT event FROM erased_features)',
  `DELETE FROM runs WHERE ${ofRuns}`,
  `DELETE FROM repeats WHERE ${ofRuns}`,
  `DELETE FROM unpaired_ends WHERE ${ofHeaders}`,
  `DELETE FROM presences WHERE ${ofHeaders}`,
  'DELETE FROM headers WHERE project = :project AND id IN (SELECT id FROM erased_headers)',
  `DELETE FROM feature_names WHERE project = :project AND id IN (SELECT feature FROM erased_features)
     AND id NOT IN (SELECT DISTINCT feature FROM features WHERE project = :project)
     AND id NOT IN (SELECT feature FROM feature_totals WHERE project = :project)`,
]

/** Makes the erasing of a database that this process writes. */
export function createEraser(
  database: Database,
  dictionary: Dictionary,
  {marks, removeCopies}: {readonly marks: MonthMarks; readonly removeCopies: () => void},
): Store['erase'] {
  database.exec(memory)
  return async erasure => {
    const receipt = eraseInTransaction(database, dictionary, marks, erasure)
    reach('collector: erasure committed')
    await emptyLog(database)
    // Nobody reads the state from before any more, and so nobody writes copies of it.
    removeCopies()
    return receipt
  }
}

function eraseInTransaction(
  database: Database,
  dictionary: Dictionary,
  marks: MonthMarks,
  erasure: Erasure,
): ErasureReceipt {
  try {
    return inTransaction(database, () => {
      marks.touchAll(dictionary.projectId(erasure.project))
      marks.flush()
      return eraseRows(database, dictionary, erasure)
    })
  } finally {
    // Numbers of headers and names that are gone must not be given again, nor those that a rollback took back.
    dictionary.forget()
  }
}

function eraseRows(database: Database, dictionary: Dictionary, erasure: Erasure): ErasureReceipt {
  const project = dictionary.projectId(erasure.project)
  const run = (text: string, more: Record<string, string> = {}): number =>
    Number(database.prepare(text).run({project, ...more}).changes)
  const counts = {runs: 0, features: 0}
  if (run(sql.headers, {users: JSON.stringify(erasure.users)}) > 0) {
    counts.runs = run(sql.runs)
    counts.features = run(sql.features)
    if (run(sql.keptRuns) > 0) {
      run(sql.othersRuns)
      counts.runs -= Number(database.prepare(sql.notErased).run().changes)
    }
    for (const step of steps) run(step)
    database.exec(emptyMemory)
  }
  const receipt = Buffer.from(erasure.receipt.replaceAll('-', ''), 'hex')
  const row = database.prepare(sql.record).get({project, receipt, at: erasure.receivedAtMs, ...counts})
  reach('collector: rows erased')
  return {
    receipt: erasure.receipt,
    erasedAt: new Date(Number(row?.['at'])).toISOString(),
    runs: Number(row?.['runs']),
    features: Number(row?.['features']),
  }
}

/** Waits until the log, which has the pages from before, could be cut to nothing. Writing goes on meanwhile. */
async function emptyLog(database: Database): Promise<void> {
  const lastTryAt = performance.now() + maxWaitMs
  while (database.isOpen) {
    if (truncateLog(database)) return
    if (performance.now() > lastTryAt) break
    await setTimeout(betweenTriesMs)
  }
  throw new UsageError(
    'USAGE_COLLECTOR_BUSY',
    'the erased bytes are still in the log, because another program reads the old state',
  )
}
