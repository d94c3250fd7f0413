import {toUsageError} from '../../errors.ts'
import type {ProjectFile} from '../../protocol/project/project-file.ts'
import {listProjectFiles, loadProject, loadProjects, type Projects} from './projects.ts'

/** What a reload changed. All lists contain ids of projects, except for the problems. */
export interface ProjectsReload {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
  /** Sentences. Files with a problem keep the content that they had before. */
  readonly problems: readonly string[]
}

export interface LiveProjects {
  /** The same map at all times: a reload changes its content. */
  readonly projects: Projects
  /** Reads the files again. Never throws. */
  reload(): ProjectsReload
  /** Forgets a project until the next reload that finds its file. */
  remove(id: string): void
}

/**
 * Reads the projects of a folder. A reload never leaves the collector with less than it can serve: a broken file keeps
 * its former content, a folder that cannot be read or is empty changes nothing. Files are read by name each time, so
 * files that are replaced, renamed or links to another version are found. Throws the errors of `loadProjects`.
 */
export function openProjects(directory: string): LiveProjects {
  const projects = new Map(loadProjects(directory))
  let known = readFiles(directory, new Map()).files
  return {
    projects,
    reload() {
      const {files, problems, isSure} = readFiles(directory, known)
      if (files.size === 0) return {added: [], changed: [], removed: [], problems}
      const found = byId(files, known, problems)
      known = files
      return {...replace(projects, found, isSure), problems}
    },
    remove: id => void projects.delete(id),
  }
}

/** The projects by the path of their file. */
type Files = ReadonlyMap<string, ProjectFile>

/** `isSure`: each file could be read, or had a content before. Else a project may be in a file that is broken. */
function readFiles(directory: string, known: Files): {files: Files; problems: string[]; isSure: boolean} {
  const files = new Map<string, ProjectFile>()
  const problems: string[] = []
  let isSure = true
  try {
    for (const path of listProjectFiles(directory)) {
      const former = known.get(path)
      try {
        files.set(path, loadProject(path))
      } catch (error) {
        const what = former === undefined ? 'The file is ignored.' : `The former content of ${former.project} stays.`
        problems.push(`${toUsageError(error).message}. ${what}`)
        if (former === undefined) isSure = false
        else files.set(path, former)
      }
    }
  } catch (error) {
    problems.push(`${toUsageError(error).message}. All projects stay.`)
    return {files: new Map(), problems, isSure: false}
  }
  if (files.size === 0) problems.push(`${directory} contains no valid project file. All projects stay.`)
  return {files, problems, isSure}
}

/** Of two files of one project, the one counts that was there before. */
function byId(files: Files, known: Files, problems: string[]): Projects {
  const found = new Map<string, ProjectFile>()
  const [former, added] = [
    [...files].filter(([path]) => known.has(path)),
    [...files].filter(([path]) => !known.has(path)),
  ]
  for (const [path, file] of [...former, ...added]) {
    const {project} = file
    if (found.has(project)) problems.push(`There must be one file for each project, got ${project} again in ${path}.`)
    else found.set(project, file)
  }
  return found
}

function replace(projects: Map<string, ProjectFile>, found: Projects, isSure: boolean) {
  const added = [...found.keys()].filter(id => !projects.has(id))
  const isChanged = ([id, file]: [string, ProjectFile]): boolean => projects.has(id) && !isEqual(projects.get(id), file)
  const changed = [...found].filter(isChanged).map(([id]) => id)
  const removed = isSure ? [...projects.keys()].filter(id => !found.has(id)) : []
  for (const id of removed) projects.delete(id)
  for (const [id, file] of found) projects.set(id, file)
  return {added, changed, removed}
}

const isEqual = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)
