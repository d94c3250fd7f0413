import {randomUUID} from 'node:crypto'
import {existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {publish} from '../../dashboard/publish/publish.ts'
import type {SiteFile} from '../../dashboard/publish/write-site.ts'
import {messageOf, UsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {explainProject} from '../../reporter/projects/explain.ts'
import type {StatsSource} from '../../stats/model/source.ts'

/** What a publication changed in its folder. */
export interface Publication {
  readonly projects: readonly string[]
  /** Files whose content changed, relative to the folder, sorted. */
  readonly written: readonly string[]
}

/** A site that was published has this file. */
const mark = 'v1/projects.json'

/**
 * Publishes projects into a folder, which is created if it is missing. Writes only files whose content changes, each at
 * once, so a web server may serve the folder meanwhile. Rejects with a `UsageError`: USAGE_SITE_FOLDER_TAKEN if it would
 * replace files that it did not write, USAGE_PUBLISHED_UNREADABLE, USAGE_OUTPUT_UNWRITABLE, or the error of the source.
 */
export async function publishSite(
  folder: string,
  projects: readonly ProjectFile[],
  source: StatsSource,
  nowMs: number,
): Promise<Publication> {
  const isOurs = existsSync(join(folder, mark))
  const written: string[] = []
  const read = (place: string): string | null => {
    try {
      return readFileSync(join(folder, place), 'utf8')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
      throw unwritable(place, error)
    }
  }
  const write = ([place, content]: SiteFile, put: (from: string, to: string) => void): void => {
    const path = join(folder, place)
    const temporary = `${path}.${randomUUID()}`
    try {
      mkdirSync(dirname(path), {recursive: true})
      writeFileSync(temporary, content)
      put(temporary, path)
      written.push(place)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw unwritable(place, error)
    } finally {
      rmSync(temporary, {force: true})
    }
  }
  if (!isOurs) requireFree(read, projects)
  const files = await publish({
    projects,
    source,
    explain: explainProject,
    nowMs,
    read,
    writeOnce(place, text) {
      write([place, text], linkSync)
      return read(place) ?? text
    },
  })
  // The start page is written last: it leads to files that exist.
  for (const file of files.toReversed()) if (read(file[0]) !== file[1]) write(file, renameSync)
  return {projects: projects.map(({project}) => project), written: written.sort()}
}

/** Before the first publication: nothing that it writes may exist. */
function requireFree(read: (place: string) => string | null, projects: readonly ProjectFile[]): void {
  for (const place of ['index.html', ...projects.map(({project}) => `${project}/index.html`)])
    if (read(place) !== null)
      throw new UsageError('USAGE_SITE_FOLDER_TAKEN', `${place} exists and was not written by usage publish`)
}

const unwritable = (place: string, cause: unknown): UsageError =>
  new UsageError('USAGE_OUTPUT_UNWRITABLE', `cannot write ${place}: ${messageOf(cause)}`, {cause})
