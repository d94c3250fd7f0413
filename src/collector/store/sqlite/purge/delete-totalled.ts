import {reach} from '../../../../fault-points.ts'
import type {Database} from '../tables/database.ts'
import {readUnfinishedPurge} from '../tables/unfinished-purge.ts'
import {readRunsBefore} from '../totals/read-run-totals.ts'
import {changeInPieces} from './in-pieces.ts'

/** Rows of one statement: a few milliseconds. */
const rows = 500
const hourMs = 3_600_000
const dayMs = 24 * hourMs

/**
 * Runs that a purge deletes: they began before the end of the month and gave no sign of life after it. Other runs stay,
 * so that their later events do not count them again.
 */
const isDeletable = 'counted_at < :to AND last_sign_at < :to'

const sql = {
  // The newest first: the first use of a person on a day remains until the others of that day are deleted.
  features: `
    DELETE FROM features WHERE project = :project AND event IN (
      SELECT event FROM features INDEXED BY features_by_time
      WHERE project = :project AND used_at >= :from AND used_at < :to ORDER BY used_at DESC LIMIT ${rows})`,
  nextLone: `
    SELECT min(used_at) AS atMs FROM features
    WHERE project = :project AND run IS NULL AND used_at >= :from AND used_at < :to
      AND NOT EXISTS (SELECT 1 FROM run_purges WHERE project = :project AND runs_before >= :to)`,
  presencesOfDay: `
    INSERT INTO presences (project, used_at, header)
    SELECT :project, min(used_at), header FROM features
    WHERE project = :project AND run IS NULL AND used_at >= :from AND used_at < :to GROUP BY header
    ON CONFLICT DO NOTHING`,
  finished: 'DELETE FROM unfinished_purges WHERE project = :project',
  anyRun: `SELECT 1 FROM runs WHERE project = :project AND ${isDeletable} LIMIT 1`,
  repeats: `
    DELETE FROM repeats WHERE project = :project AND event > :after AND event <= :last AND run IN (
      SELECT r.run FROM runs r WHERE r.project = :project AND r.run = repeats.run AND ${isDeletable})`,
  lastRepeat: `
    SELECT max(event) AS event FROM (
      SELECT event FROM repeats WHERE project = :project AND event > :after ORDER BY event LIMIT ${rows})`,
  nextRun: `
    SELECT min(counted_at) AS atMs FROM runs WHERE project = :project AND counted_at >= :from AND counted_at < :to`,
  runs: `
    DELETE FROM runs WHERE project = :project AND run IN (
      SELECT run FROM runs INDEXED BY runs_by_time WHERE project = :project AND counted_at >= :from
        AND counted_at < :hourEnd AND ${isDeletable} LIMIT ${rows})`,
  ends: `
    DELETE FROM unpaired_ends WHERE project = :project AND event IN (
      SELECT event FROM unpaired_ends WHERE project = :project AND ended_at < :to LIMIT ${rows})`,
  presences: `
    DELETE FROM presences WHERE project = :project AND (used_at, header) IN (
      SELECT used_at, header FROM presences WHERE project = :project AND used_at < :to LIMIT ${rows})`,
} as const

const pieceDeleted = (): void => reach('collector: a piece of a month deleted')

/**
 * Deletes the single uses of the month that is being purged, in pieces. Does nothing if none is. Answers have not
 * counted them since the transaction that stored the totals. If it is killed, the next call completes it. Resolves to
 * the number of deleted events.
 */
export async function deleteTotalledFeatures(database: Database, project: number): Promise<number> {
  const span = readUnfinishedPurge(database, project)
  if (span === null) return 0
  await changeInPieces(database, presenceMaker(database, project, span))
  let deleted = 0
  const features = database.prepare(sql.features)
  const next = (): boolean => {
    const {changes} = features.run({project, ...span})
    deleted += Number(changes)
    if (Number(changes) === rows) return true
    database.prepare(sql.finished).run({project})
    return false
  }
  await changeInPieces(database, next, pieceDeleted)
  return deleted
}

/** Keeps the days on which a person used a feature without a run, day by day, until their runs are totalled too. */
function presenceMaker(database: Database, project: number, {from, to}: {from: number; to: number}): () => boolean {
  const [nextLone, ofDay] = [database.prepare(sql.nextLone), database.prepare(sql.presencesOfDay)]
  let after = from
  return () => {
    const atMs = nextLone.get({project, from: after, to})?.['atMs']
    if (atMs == null) return false
    after = (Math.floor(Number(atMs) / dayMs) + 1) * dayMs
    ofDay.run({project, from: Number(atMs), to: after})
    return true
  }
}

/**
 * Deletes the runs, ends and days of people that totals of runs contain, in pieces. Answers do not count single runs of
 * a time that has totals. If it is killed, the next call completes it.
 */
export async function deleteTotalledRuns(database: Database, project: number): Promise<void> {
  const to = readRunsBefore(database, project)
  if (to === null) return
  if (database.prepare(sql.anyRun).get({project, to}) !== undefined) {
    // The repeats go before their runs: without its run nothing would find a repeat.
    await changeInPieces(database, repeatDeleter(database, project, to), pieceDeleted)
    await changeInPieces(database, runDeleter(database, project, to), pieceDeleted)
  }
  for (const text of [sql.ends, sql.presences]) {
    const statement = database.prepare(text)
    await changeInPieces(database, () => Number(statement.run({project, to}).changes) === rows)
  }
}

function repeatDeleter(database: Database, project: number, to: number): () => boolean {
  let after: Uint8Array = new Uint8Array()
  return () => {
    const last = database.prepare(sql.lastRepeat).get({project, after})?.['event'] as Uint8Array | null
    if (last === null) return false
    database.prepare(sql.repeats).run({project, after, last, to})
    after = last
    return true
  }
}

/** Looks at one hour after the other, so that the runs that stay are not read again for every piece. */
function runDeleter(database: Database, project: number, to: number): () => boolean {
  const [nextRun, runs] = [database.prepare(sql.nextRun), database.prepare(sql.runs)]
  let from = Number.MIN_SAFE_INTEGER
  return () => {
    const atMs = nextRun.get({project, from, to})?.['atMs']
    if (atMs == null) return false
    const hourEnd = (Math.floor(Number(atMs) / hourMs) + 1) * hourMs
    const {changes} = runs.run({project, from: Number(atMs), hourEnd, to})
    from = Number(changes) < rows ? hourEnd : Number(atMs)
    return true
  }
}
