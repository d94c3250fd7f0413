import type {ProjectFile} from '../../protocol/project-file.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import {parseStatsQuery} from '../../stats/model/query.ts'
import type {MeasuringSource, SqliteStore} from '../store/sqlite/sqlite.ts'

/**
 * Measures the tables and stores their sizes. Then it asks the first question of each project's dashboard, so that the
 * months are already in memory when a person asks. Never rejects. A person's question is answered between two of these
 * questions.
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
  for (const project of projects) {
    const query = parseStatsQuery({project: project.project}, now())
    // A person who asks the same question gets the error.
    await answerStats(source, project, query, now()).catch(() => undefined)
  }
}
