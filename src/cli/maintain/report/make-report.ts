import {existsSync} from 'node:fs'
import {placeOf} from '../../../collector/store/place.ts'
import {makeReport, type Report} from '../../../dashboard/report/report.ts'
import type {ProjectFile} from '../../../protocol/project/project-file.ts'
import {readProjectFile} from '../../../reporter/projects/projects.ts'
import type {World} from '../../../reporter/world/world.ts'
import {filterNames} from '../../../stats/model/filters.ts'
import type {Stats} from '../../../stats/model/model.ts'
import {findProjectFile} from '../../arguments/project-choice.ts'
import {storedProject, type WrittenQuestion} from '../ask-stats.ts'
import {askReport} from './ask-report.ts'
import {citationBeside, readCitationFile} from './read-citation.ts'

/** Where the answers of a report come from. */
export interface ReportSource {
  readonly ask: (written: WrittenQuestion) => Promise<Stats>
  /** The data folder; ignored with an address. */
  readonly data: string
  /** The address of a store that is not in the data folder. */
  readonly store?: string | undefined
  readonly url: string | undefined
  /** The path of a citation file; default: beside the project file. */
  readonly citation: string | undefined
}

/**
 * Makes a report. The project file is that of the store; for a collector at an address it is USAGE_PROJECT_FILE or
 * `usage.project.json` in this folder or above, if it has the same id. Reads files. Throws coded errors.
 */
export async function reportOn(source: ReportSource, written: WrittenQuestion, world: World): Promise<Report> {
  const given = source.citation === undefined ? null : await readCitationFile(source.citation)
  const {stats, years} = await askReport(source.ask, written)
  const here = projectHere(world, stats.project)
  const project =
    source.url === undefined ? await storedProject(placeOf(source.data, source.store), stats.project) : here?.project
  const beside = here === null ? null : citationBeside(here.path)
  return makeReport({
    stats,
    years,
    project: project ?? null,
    citation: given ?? (beside === null ? null : await readCitationFile(beside)),
    command: commandOf(stats, written, source),
    nowMs: world.now(),
  })
}

/** The project file that is at hand, if it is of this project. */
function projectHere({environment}: World, id: string): {readonly path: string; readonly project: ProjectFile} | null {
  const named = environment['USAGE_PROJECT_FILE']
  for (const path of [named, findProjectFile()]) {
    if (!path || !existsSync(path)) continue
    const project = readProjectFile(path)
    if (project.project === id) return {path, project}
  }
  return null
}

/** The command that makes `report.json` again, with the days instead of a name of a year, without folder and token. */
function commandOf({project, from, to, by}: Stats, written: WrittenQuestion, {url, citation}: ReportSource): string {
  const filters = filterNames.flatMap(name => {
    const value = written[name]
    if (value == null) return []
    return name === 'internal' || name === 'direct' ? [`--${name}`] : [`--${name}`, quote(value)]
  })
  return [
    ...['usage stats --report --format json', '--project', project, '--from', from, '--to', to],
    ...(by === 'month' ? [] : ['--by', by]),
    ...filters,
    ...(url === undefined ? [] : ['--url', quote(url)]),
    ...(citation === undefined ? [] : ['--citation', 'CITATION.cff']),
  ].join(' ')
}

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)
