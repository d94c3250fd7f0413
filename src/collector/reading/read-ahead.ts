import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import {parseStatsQuery} from '../../stats/model/query.ts'
import {type MeasuringSource, prepareMonths} from '../store/sqlite/source.ts'
import type {SqliteStore} from '../store/sqlite/sqlite.ts'

/** When months are prepared. */
export interface PreparingSchedule {
  /** Milliseconds after the start. */
  readonly firstAfterMs: number
  /** The least milliseconds between two passes. A month that late reports changed is read once in a pass. */
  readonly betweenMs: number
  /** A pass is followed by a pause that is at least so many times as long. */
  readonly pauseFactor: number
}

const defaultSchedule: PreparingSchedule = {firstAfterMs: 5_000, betweenMs: 600_000, pauseFactor: 20}

/**
 * Keeps the closed months prepared for answers, so that the first question of a person does not read them from the
 * tables: also after an erasure, a purge or an import. A month is closed when a later one has events. The work is done in
 * pieces by the thread that answers, so a person's question waits for one month at most.
 */
export function keepPrepared(
  source: Pick<MeasuringSource, 'prepare'>,
  {firstAfterMs, betweenMs, pauseFactor} = defaultSchedule,
): {readonly stop: () => void} {
  let timer: NodeJS.Timeout | undefined
  let isStopped = false
  const plan = (afterMs: number): void => {
    if (!isStopped) timer = setTimeout(turn, afterMs).unref()
  }
  const turn = async (): Promise<void> => {
    const sinceMs = performance.now()
    // If the store cannot be read, the next pass tries again.
    await prepareMonths(source).catch(() => undefined)
    plan(Math.max(betweenMs, pauseFactor * (performance.now() - sinceMs)))
  }
  plan(firstAfterMs)
  return {
    stop() {
      isStopped = true
      clearTimeout(timer)
    },
  }
}

/**
 * Measures the tables and stores their sizes. Then it prepares the closed months, and asks the first question of each
 * project's dashboard, so that the months are already in memory when a person asks. Never rejects. A person's question
 * is answered between two of these questions.
 */
export async function readAhead(
  {source, store}: {readonly source: MeasuringSource; readonly store: Pick<SqliteStore, 'noteTables'>},
  projects: Iterable<ProjectFile>,
  now: () => number,
): Promise<void> {
  await source
    .tables()
    .then(tables => store.noteTables(tables))
    .catch(() => undefined)
  await prepareMonths(source).catch(() => undefined)
  for (const project of projects) {
    const query = parseStatsQuery({project: project.project}, now())
    // A person who asks the same question gets the error.
    await answerStats(source, project, query, now()).catch(() => undefined)
  }
}
