/**
 * Room `publish`: the public figures as files that any web server can serve.
 *
 * Each month and each reporting year is asked once, some days after its end, and its figures are written to a file of
 * JSON that never changes (`fixed.ts`, `ask-due.ts`). So two versions of the site cannot be subtracted from each other.
 * Pages, CSV and badges are made from these files alone (`write-site.ts`). The caller reads and writes the files.
 * Read next: `ask-due.ts`, `write-site.ts`.
 */
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import type {StatsSource} from '../../stats/model/source.ts'
import type {NoticeSection} from '../pages/collected-page.ts'
import {createAsk} from '../site/ask.ts'
import {askDue, type FixedPlaces} from './ask-due.ts'
import {type PublishedProject, type SiteFile, writeSite} from './write-site.ts'

export interface PublishParts extends FixedPlaces {
  readonly projects: readonly ProjectFile[]
  readonly source: StatsSource
  readonly explain: (project: ProjectFile) => readonly NoticeSection[]
  /** Unix milliseconds. */
  readonly nowMs: number
}

/**
 * Publishes projects: fixes the figures that became due, through `writeOnce`, and returns all other files of the site.
 * The same fixed figures give the same files. Rejects with a `UsageError` USAGE_PUBLISHED_UNREADABLE, or the error of the
 * source.
 */
export async function publish({projects, source, explain, nowMs, ...places}: PublishParts): Promise<SiteFile[]> {
  const ask = createAsk(source, () => nowMs, Number.POSITIVE_INFINITY)
  const published: PublishedProject[] = []
  for (const project of projects)
    published.push({project, fixed: await askDue(ask, project, places, nowMs), notice: explain(project)})
  return writeSite(published)
}
