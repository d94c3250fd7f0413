import {readdirSync, readFileSync, statSync} from 'node:fs'
import {basename, join} from 'node:path'
import {UsageError} from '../../errors.ts'
import {checkProjectText} from '../../protocol/project/check-project-text.ts'
import {type ProjectFile, parseProjectFile} from '../../protocol/project/project-file.ts'
import {limits} from '../../protocol/values/limits.ts'
import {describeValue} from '../../protocol/values/problem.ts'

/** The projects whose reports a collector accepts, by id. */
export type Projects = ReadonlyMap<string, ProjectFile>

/**
 * Reads all project files (`*.json`) of a folder, or one project file. Throws a `UsageError`:
 * - USAGE_PROJECTS_UNREADABLE if the folder cannot be read, contains no project file, or two of one project.
 * - USAGE_PROJECT_FILE_UNREADABLE or USAGE_PROJECT_FILE_INVALID with the path of the file. A file is never skipped: the
 *   collector would refuse the reports of its project.
 */
export function loadProjects(directory: string): Projects {
  const projects = new Map<string, ProjectFile>()
  for (const path of listProjectFiles(directory)) {
    const file = loadProject(path)
    if (projects.has(file.project))
      throw unreadable(`there must be one file for each project, got ${file.project} again in ${basename(path)}`)
    projects.set(file.project, file)
  }
  if (projects.size === 0) throw unreadable(`${directory} contains no project file (*.json)`)
  return projects
}

/** Finds a project by its id. Throws a `UsageError` USAGE_PROJECT_UNKNOWN. */
export function findProject(projects: Projects, id: string): ProjectFile {
  const project = projects.get(id)
  if (project === undefined)
    throw new UsageError('USAGE_PROJECT_UNKNOWN', `this collector has no project ${describeValue(id)}`, {
      next: 'Put its project file into the folder of `usage collect --projects`, and send SIGHUP to the collector.',
    })
  return project
}

/** Lists the project files of a folder. Throws a `UsageError` USAGE_PROJECTS_UNREADABLE. */
export function listProjectFiles(directory: string): string[] {
  try {
    if (statSync(directory).isFile()) return [directory]
    const names = readdirSync(directory).filter(name => name.endsWith('.json') && !name.startsWith('.'))
    return names.sort().map(name => join(directory, name))
  } catch (error) {
    throw unreadable(`cannot read the folder ${directory}: ${messageOf(error)}`, error)
  }
}

/** The most problems of a file in a message. `usage project check` lists all. */
const maxProblems = 5

/** Reads one project file. Throws a `UsageError`, which names the line of each problem. */
export function loadProject(path: string): ProjectFile {
  const text = readText(path)
  const parsed = parseProjectFile(parseJson(text))
  if (parsed.ok) return parsed.value
  const all = checkProjectText(text).problems.map(({line, message}) => `line ${line}: ${message}`)
  const problems = all.length > maxProblems ? [...all.slice(0, maxProblems), `${all.length} in total`] : all
  throw new UsageError('USAGE_PROJECT_FILE_INVALID', `${path} is not a valid project file: ${problems.join('; ')}`)
}

/** A pipe or a device would never end, and nothing else runs while it is read. */
function readText(path: string): string {
  try {
    const found = statSync(path)
    if (!found.isFile()) throw new Error('it is not a file')
    if (found.size > limits.maxProjectFileBytes)
      throw new Error(`it must have at most ${limits.maxProjectFileBytes} bytes, got ${found.size}`)
    return readFileSync(path, 'utf8')
  } catch (error) {
    const message = `cannot read the project file ${path}: ${messageOf(error)}`
    throw new UsageError('USAGE_PROJECT_FILE_UNREADABLE', message, {cause: error})
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const unreadable = (message: string, cause?: unknown): UsageError =>
  new UsageError('USAGE_PROJECTS_UNREADABLE', message, {cause})
