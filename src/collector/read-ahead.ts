import type {ProjectFile} from '../protocol/project-file.ts'
import {answerStats} from '../stats/answer.ts'
import {parseStatsQuery} from '../stats/query.ts'
import type {StatsSource} from '../stats/source.ts'

/**
 * Asks of each project what its dashboard asks first, one after another, so that a person who asks finds the months of it
 * read. Resolves when all are answered or failed; a person's question is answered between two of them.
 */
export async function readAhead(
  source: StatsSource,
  projects: Iterable<ProjectFile>,
  now: () => number,
): Promise<void> {
  for (const project of projects) {
    const query = parseStatsQuery({project: project.project}, now())
    // Whoever asks the same is told why it fails.
    await answerStats(source, project, query, now()).catch(() => undefined)
  }
}
