import type {ProjectFile} from '../../protocol/project-file.ts'
import {answerStats} from '../../stats/answer/answer.ts'
import {parseStatsQuery} from '../../stats/model/query.ts'
import type {MeasuringSource} from '../store/sqlite.ts'
import type {Store} from '../store/store.ts'

/**
 * Measures the tables and keeps how large they are, and asks of each project what its dashboard asks first, so that a
 * person who asks finds the months of it read. Resolves when all is done or has failed; what a person asks is answered
 * between two of these.
 */
export async function readAhead(
  {source, store}: {readonly source: MeasuringSource; readonly store: Pick<Store, 'noteTables'>},
  projects: Iterable<ProjectFile>,
  now: () => number,
): Promise<void> {
  await source
    .tables()
    .then(tables => store.noteTables(tables))
    .catch(() => undefined)
  for (const project of projects) {
    const query = parseStatsQuery({project: project.project}, now())
    // Whoever asks the same is told why it fails.
    await answerStats(source, project, query, now()).catch(() => undefined)
  }
}
