import {setTimeout} from 'node:timers/promises'
import {UsageError} from '../../../../errors.ts'
import {reach} from '../../../../fault-points.ts'
import type {ErasureReceipt} from '../../../../protocol/report/erasure.ts'
import {headerRank} from '../../rules/signs-of-life.ts'
import type {Erasure, Store} from '../../store.ts'
import {type Database, inTransaction, truncateLog} from '../tables/database.ts'
import type {Dictionary} from '../tables/dictionary.ts'
import type {KnownValues} from '../tables/known-values.ts'
import type {MonthMarks} from '../tables/month-marks.ts'
import {createFinder, emptyFound, foundTables, watchFinding} from './find-erased.ts'
import {forgetFeatures, forgetValues} from './forget-values.ts'
import {inPieces} from './in-pieces.ts'

/** The most milliseconds that an erasure waits for programs that read the state before it. */
const maxWaitMs = 20_000
const betweenTriesMs = 20

/** The rows to erase, in memory: those of the found rows that belong to the people when they are erased. */
const memory = `
  PRAGMA temp_store=MEMORY;
  ${foundTables}
  CREATE TEMP TABLE erased_runs (run BLOB PRIMARY KEY, is_theirs INTEGER) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE kept_runs (run BLOB PRIMARY KEY, header INTEGER, first INTEGER, last REAL) STRICT, WITHOUT ROWID;
  CREATE TEMP TABLE erased_features (event BLOB PRIMARY KEY, feature INTEGER, used_at INTEGER) STRICT, WITHOUT ROWID`

const emptyMemory = ['erased_runs', 'erased_features', 'kept_runs'].map(table => `DELETE FROM ${table};`).join('')

const isOfHeaders = 'header IN (SELECT id FROM erased_headers)'
const ofEnds = `project = :project AND event IN (SELECT event FROM found_ends) AND ${isOfHeaders}`
const ofRuns = 'project = :project AND run IN (SELECT run FROM erased_runs)'
const pendingOfThem = `project = :project AND (header IN (SELECT id FROM erased_headers)
  OR run IN (SELECT run FROM erased_runs WHERE is_theirs))`
const month = (column: string): string => `strftime('%Y-%m', ${column} / 1000.0, 'unixepoch')`
const add = (select: string): string => `
  INSERT INTO erased (project, month, kind, count) ${select} GROUP BY 2, 3
  ON CONFLICT DO UPDATE SET count = count + excluded.count`

const sql = {
  headers: `
    INSERT INTO erased_headers
    SELECT id FROM headers WHERE project = :project AND user IN (SELECT value FROM json_each(:users))`,
  // Run ids are not secret, so a run belongs to the person only if its header is from their start, repeat or end
  // (is_theirs). A run of which only features are known may belong to others.
  runs: `
    INSERT INTO erased_runs SELECT run, header_rank < ${headerRank.feature} FROM runs
    WHERE project = :project AND run IN (SELECT run FROM found_runs) AND (${isOfHeaders}
      OR (header_rank = ${headerRank.feature} AND run IN (
        SELECT run FROM features
        WHERE project = :project AND event IN (SELECT event FROM found_features) AND run IS NOT NULL AND ${isOfHeaders})))`,
  features: `
    INSERT INTO erased_features SELECT event, feature, used_at FROM features
    WHERE project = :project AND event IN (SELECT event FROM found_features)
      AND (${isOfHeaders} OR run IN (SELECT run FROM erased_runs WHERE is_theirs))`,
  // A run of which only features are known keeps the features of other people, as if only those had arrived.
  keptRuns: `
    INSERT INTO kept_runs
    SELECT run, min(header), min(used_at), max(used_at + coalesce(duration_seconds, 0) * 1000) FROM features
    WHERE project = :project AND event IN (SELECT event FROM found_features)
      AND run IN (SELECT run FROM erased_runs WHERE NOT is_theirs)
      AND event NOT IN (SELECT event FROM erased_features) GROUP BY run`,
  othersRuns: `
    UPDATE runs SET header = kept.header, first_sign_at = kept.first,
      last_sign_at = max(kept.first, min(runs.last_sign_at, CAST(round(kept.last) AS INTEGER)))
    FROM kept_runs AS kept WHERE runs.project = :project AND runs.run = kept.run`,
  pendingFeatures: `SELECT count(*) AS count FROM pending_events WHERE is_stored = 0 AND ${pendingOfThem}`,
  notErased: 'DELETE FROM erased_runs WHERE run IN (SELECT run FROM kept_runs)',
  isTheirs: `
    SELECT 1 FROM headers WHERE project = :project AND user IN (SELECT value FROM json_each(:users)) LIMIT 1`,
  recorded: `
    SELECT erased_at AS at, runs, features FROM erasures WHERE project = :project AND receipt = :receipt`,
  record: `
    INSERT INTO erasures (project, receipt, erased_at, runs, features) VALUES (:project, :receipt, :at, :runs, :features)
    ON CONFLICT DO UPDATE SET runs = runs + excluded.runs, features = features + excluded.features
    RETURNING erased_at AS at, runs, features`,
} as const

/** First count the rows in totals that remain, then delete the rows, then the headers and names that only they used. */
const steps: readonly string[] = [
  add(`SELECT :project, ${month('counted_at')}, coalesce(result, 'open'), count(*) FROM run_results WHERE ${ofRuns}`),
  add(`SELECT :project, ${month('used_at')}, 'features', count(*) FROM erased_features WHERE true`),
  add(`SELECT :project, ${month('ended_at')}, 'unpaired-ends', count(*) FROM unpaired_ends WHERE ${ofEnds}`),
  ...forgetValues,
  'DELETE FROM features WHERE project = :project AND event IN (SELECT event FROM erased_features)',
  `DELETE FROM runs WHERE ${ofRuns}`,
  `DELETE FROM repeats WHERE event IN (SELECT event FROM found_repeats) AND ${ofRuns}`,
  `DELETE FROM unpaired_ends WHERE ${ofEnds}`,
  `DELETE FROM presences
     WHERE project = :project AND (used_at, header) IN (SELECT used_at, header FROM found_days) AND ${isOfHeaders}`,
  `DELETE FROM pending_events WHERE ${pendingOfThem}`,
  'DELETE FROM headers WHERE project = :project AND id IN (SELECT id FROM erased_headers)',
  `DELETE FROM feature_names WHERE project = :project AND id IN (SELECT feature FROM erased_features)
     AND id NOT IN (SELECT id FROM used_features)
     AND id NOT IN (
       SELECT feature FROM features WHERE project = :project AND event IN (SELECT event FROM found_features))
     AND id NOT IN (SELECT feature FROM feature_totals WHERE project = :project)`,
  forgetFeatures,
]

export interface EraserParts {
  readonly database: Database
  readonly dictionary: Dictionary
  readonly knownValues: KnownValues
  readonly marks: MonthMarks
  readonly removeCopies: () => void
}

/** The most receipts that are remembered as finished: a repeated request costs nothing more. */
const maxFinished = 1_000

/** Makes the functions that erase in a database. Only the process that writes the database may call them. */
export function createEraser(parts: EraserParts): Pick<Store, 'erase' | 'findErased'> {
  const {database} = parts
  database.exec(memory)
  /** Receipts of erasures of which no byte is left. */
  const finished = new Set<string>()
  /** One at a time: they share their tables in memory. */
  let last: Promise<unknown> = Promise.resolve()
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
  return {
    async findErased(erasure) {
      const project = inTransaction(database, () => parts.dictionary.projectId(erasure.project))
      if (database.prepare(sql.isTheirs).get({project, users: JSON.stringify(erasure.users)})) return null
      const row = database.prepare(sql.recorded).get({project, receipt: toBlob(erasure.receipt)})
      if (row === undefined) return toReceipt(erasure, {at: erasure.receivedAtMs, runs: 0, features: 0})
      // A try that was stopped may have left bytes in the log or in copies.
      return finished.has(erasure.receipt) ? toReceipt(erasure, row) : null
    },
    async erase(erasure) {
      const receipt = await alone(() => findAndErase(parts, erasure))
      reach('collector: erasure committed')
      await emptyLog(database)
      // No program reads the old state any more, so none can write copies of it after this.
      parts.removeCopies()
      if (finished.size >= maxFinished) finished.clear()
      finished.add(erasure.receipt)
      return receipt
    },
  }
}

/** If reports of the people arrive while their rows are found, the last search is made inside the transaction. */
const maxSearches = 3

/**
 * Finds the rows in pieces between which reports are written, and then erases them in one transaction: it takes as long
 * as the people have rows, however large the store is.
 */
async function findAndErase(parts: EraserParts, erasure: Erasure): Promise<ErasureReceipt> {
  const {database, dictionary} = parts
  const project = inTransaction(database, () => dictionary.projectId(erasure.project))
  try {
    for (let search = 1; search < maxSearches; search++) {
      const ids = dictionary.watchIds()
      try {
        database.exec(emptyFound)
        const watch = watchFinding(database, project, ids)
        if (findHeaders(database, project, erasure) > 0) await inPieces(createFinder(database, project))
        reach('collector: rows to erase found')
        const receipt = eraseInTransaction(parts, erasure, () => watch.isComplete())
        if (receipt !== null) return receipt
      } finally {
        ids.stop()
      }
    }
    const erased = eraseInTransaction(parts, erasure, () => {
      database.exec(emptyFound)
      const findNext = createFinder(database, project)
      while (findNext());
      return true
    })
    return erased!
  } finally {
    database.exec(`${emptyFound} DELETE FROM erased_headers`)
  }
}

function findHeaders(database: Database, project: number, {users}: Erasure): number {
  database.exec('DELETE FROM erased_headers')
  return Number(database.prepare(sql.headers).run({project, users: JSON.stringify(users)}).changes)
}

/** Null if `isFound` says that rows may be missing: then nothing is erased. */
function eraseInTransaction(parts: EraserParts, erasure: Erasure, isFound: () => boolean): ErasureReceipt | null {
  const {database, dictionary, knownValues, marks} = parts
  try {
    return inTransaction(database, () => {
      const project = dictionary.projectId(erasure.project)
      const headers = findHeaders(database, project, erasure)
      if (!isFound()) return null
      marks.touchAll(project)
      marks.flush()
      return eraseRows(database, project, erasure, headers > 0)
    })
  } finally {
    // Deleted ids of headers and names must not be used again, nor ids of a transaction that was rolled back.
    dictionary.forget()
    knownValues.forget()
  }
}

function eraseRows(database: Database, project: number, erasure: Erasure, isKnown: boolean): ErasureReceipt {
  const run = (text: string): number => Number(database.prepare(text).run({project}).changes)
  const counts = {runs: 0, features: 0}
  if (isKnown) {
    database.exec(emptyMemory)
    counts.runs = run(sql.runs)
    counts.features = run(sql.features)
    if (run(sql.keptRuns) > 0) {
      run(sql.othersRuns)
      counts.runs -= Number(database.prepare(sql.notErased).run().changes)
    }
    counts.features += Number(database.prepare(sql.pendingFeatures).get({project})?.['count'])
    for (const step of steps) run(step)
    database.exec(emptyMemory)
  }
  const values = {project, receipt: toBlob(erasure.receipt), at: erasure.receivedAtMs, ...counts}
  const row = database.prepare(sql.record).get(values)!
  reach('collector: rows erased')
  return toReceipt(erasure, row)
}

const toBlob = (uuid: string): Uint8Array => Buffer.from(uuid.replaceAll('-', ''), 'hex')

const toReceipt = ({receipt}: Erasure, row: Readonly<Record<string, unknown>>): ErasureReceipt => ({
  receipt,
  erasedAt: new Date(Number(row['at'])).toISOString(),
  runs: Number(row['runs']),
  features: Number(row['features']),
})

/**
 * Waits until the log, which contains old pages, is truncated. Other writes continue meanwhile. Rejects with a
 * `UsageError` USAGE_COLLECTOR_BUSY.
 */
export async function emptyLog(database: Database): Promise<void> {
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
